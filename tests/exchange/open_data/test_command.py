"""The command that publishes an edition or writes files."""

from pathlib import Path

from click.testing import CliRunner

from citycall.command_line.open_data import FORMATS, export
from citycall.exchange.models import Export
from citycall.exchange.open_data.formats import Format
from tests.city import City
from tests.exchange.open_data import files
from tests.exchange.open_data.town import tell


def test_the_command_offers_every_format() -> None:
    assert list(FORMATS) == [each.value for each in Format]


def test_without_a_folder_an_edition_is_published(city: City, exports: Path) -> None:
    tell(city)
    done = CliRunner().invoke(export, ["open-data"], catch_exceptions=False)
    edition = Export.objects.get()
    assert done.exit_code == 0
    assert f"Edition {edition.edition}, requests: 1\n" in done.output
    assert str(exports / edition.edition / "requests.parquet") in done.output


def test_with_a_folder_files_are_written_and_nothing_is_published(
    city: City, tmp_path: Path
) -> None:
    tell(city)
    command = ["open-data", "--output", str(tmp_path / "x"), "--format", "csv"]
    done = CliRunner().invoke(export, [*command, "--since", "2026-03-02"], catch_exceptions=False)
    assert done.exit_code == 0
    assert len(files.rows_of_csv(tmp_path / "x" / "requests.csv")) == 1
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["requests.csv"]
    assert not Export.objects.exists()


def test_an_edition_is_always_whole() -> None:
    done = CliRunner().invoke(export, ["open-data", "--since", "2026-03-02"])
    assert done.exit_code == 2
    assert "An edition is always whole" in done.output
