"""The commands around kits."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from citycall.command_line import ready
from citycall.command_line.main import citycall
from citycall.continuity.models import ReservedNumber
from citycall.service_requests.models import Report
from tests.city import NOW, City
from tests.continuity.files import LATER, a_kit, file, intake


@pytest.fixture(autouse=True)
def _set_up_already(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "django", lambda: None)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(citycall, ["continuity", *words])
    return result.exit_code, result.output


def test_a_file_for_each_laptop(city: City, tmp_path: Path) -> None:
    code, _said = run("kit", "--laptops", "2", "--numbers", "10", "--output", str(tmp_path))
    assert code == 0
    assert len(list(tmp_path.glob("citycall-*.html"))) == 2
    assert ReservedNumber.objects.count() == 20


def test_cards_to_print(city: City, tmp_path: Path) -> None:
    code, _said = run("cards", "--cards", "6", "--output", str(tmp_path))
    assert code == 0
    assert len(list(tmp_path.glob("citycall-cards-*.html"))) == 1


def test_files_are_merged_in_somebodys_name(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citycall.core.clock.now", lambda: LATER)
    made = a_kit()
    path = tmp_path / "one.json"
    path.write_bytes(file(made, intake(made)).content)
    assert run("merge", str(path), "--by", "call-taker") == (
        0,
        "one.json: intakes 1, merged 1\n",
    )
    assert Report.objects.get().reported_at == NOW
    assert run("merge", str(path), "--by", "nobody")[0] != 0


def test_what_waits_is_told_by_the_exit_code(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citycall.core.clock.now", lambda: LATER)
    made = a_kit()
    path = tmp_path / "one.json"
    path.write_bytes(file(made, intake(made, told={"phone": "12"})).content)
    code, said = run("merge", str(path))
    assert code == 3
    assert "waiting 1" in said
