"""Editions come whole, from one moment, one at a time, and go after a week."""

import hashlib
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections

from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed, NotFound
from citycall.exchange.models import Export
from citycall.exchange.open_data import actions, jobs, queries, reading
from citycall.exchange.open_data.actions import AnotherExport, make_edition
from citycall.exchange.open_data.drafts import FOLDER
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW, City
from tests.exchange.open_data import files
from tests.exchange.open_data.town import tell

DAY = timedelta(days=1)
ZONE = ZoneInfo("America/New_York")


class PowerCut(BaseException):
    """The machine goes dark."""


def rows_in(exports: Path, edition: Export) -> list[dict[str, Any]]:
    return files.rows_of_parquet(exports / edition.edition / "requests.parquet")


def test_an_edition_lists_its_files_with_their_sizes_and_digests(city: City, exports: Path) -> None:
    tell(city)
    edition = make_edition(by=SYSTEM, at=NOW)
    assert (edition.rows, edition.data_until) == (1, NOW)
    assert set(edition.files) == {"csv", "csv.gz", "parquet", "geojson", "dictionary"}
    for file in edition.files.values():
        content = (exports / edition.edition / file["name"]).read_bytes()
        assert file["bytes"] == len(content)
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert [path.name for path in exports.iterdir()] == [edition.edition]


def test_nobody_but_administrators_makes_editions(city: City) -> None:
    for actor in (resident(), city.dispatcher):
        with pytest.raises(NotAllowed):
            make_edition(by=actor, at=NOW)


def test_an_edition_is_of_one_moment(
    committed_city: City, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tell(committed_city)
    _small_parts(monkeypatch)
    tell(committed_city)

    def and_meanwhile(read: Callable[..., bytes]) -> Callable[..., bytes]:
        def reading_slowly(*arguments: Any) -> bytes:
            rows = read(*arguments)
            _elsewhere(lambda: ServiceRequest.objects.update(status="cancelled"))
            return rows

        return reading_slowly

    monkeypatch.setattr(reading, "read_part", and_meanwhile(reading.read_part))
    rows = rows_in(exports, make_edition(by=SYSTEM, at=NOW))
    assert [row["status"] for row in rows] == ["new", "new"]
    assert ServiceRequest.objects.get(pk=first).status == "cancelled"


def test_an_export_that_was_cut_off_publishes_nothing_and_is_taken_up(
    committed_city: City, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [tell(committed_city) for _n in range(4)]
    _small_parts(monkeypatch)
    read: list[int] = []
    _counting(monkeypatch, read, cut_after=3)
    with pytest.raises(PowerCut):
        make_edition(by=SYSTEM, at=NOW)
    assert queries.latest() is None
    assert [path.name for path in exports.iterdir()] == [FOLDER]
    ServiceRequest.objects.filter(pk=ids[1]).update(status="cancelled")
    done, read[:] = list(read), []
    edition = make_edition(by=SYSTEM, at=NOW + DAY)
    told = {int(row["service_request_id"]): row["status"] for row in rows_in(exports, edition)}
    assert told == {ids[0]: "new", ids[1]: "cancelled", ids[2]: "new", ids[3]: "new"}
    assert (done, read) == ([ids[0], ids[1], ids[2]], [ids[1], ids[3]])
    assert [path.name for path in exports.iterdir()] == [edition.edition]


def test_kept_rows_that_were_damaged_are_read_again(
    committed_city: City, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(committed_city)
    monkeypatch.setattr("os.fsync", _no_disk)
    with pytest.raises(OSError, match="no disk"):
        make_edition(by=SYSTEM, at=NOW)
    monkeypatch.undo()
    for part in (exports / FOLDER).rglob("*.rows"):
        part.write_bytes(b"")
    from django.conf import settings

    monkeypatch.setattr(settings, "EXPORTS", exports)
    assert len(rows_in(exports, make_edition(by=SYSTEM, at=NOW + DAY))) == 1


def test_kept_rows_are_of_no_use_once_names_have_changed(
    committed_city: City, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tell(committed_city), tell(committed_city)
    _small_parts(monkeypatch)
    read: list[int] = []
    _counting(monkeypatch, read, cut_after=1)
    with pytest.raises(PowerCut):
        make_edition(by=SYSTEM, at=NOW)
    service = committed_city.services["pothole"]
    service.definition = {**service.definition, "privacy": "hidden_location"}
    service.save()
    assert rows_in(exports, make_edition(by=SYSTEM, at=NOW + DAY))[0]["longitude"] is None
    assert read == [first, first, second]


def test_a_killed_publication_leaves_a_folder_that_the_next_run_removes(
    city: City, exports: Path
) -> None:
    tell(city)
    left = exports / "20260101T000000Z"
    left.mkdir(parents=True)
    (exports / "somebody-elses").mkdir()
    edition = make_edition(by=SYSTEM, at=NOW)
    assert sorted(path.name for path in exports.iterdir()) == [edition.edition, "somebody-elses"]


def test_two_exports_do_not_run_at_once(committed_city: City) -> None:
    faults: list[Exception] = []

    def meanwhile() -> None:
        try:
            make_edition(by=SYSTEM, at=NOW)
        except AnotherExport as error:
            faults.append(error)

    with actions._alone():
        _elsewhere(meanwhile)
    assert len(faults) == 1
    make_edition(by=SYSTEM, at=NOW)
    with pytest.raises(AnotherExport):
        make_edition(by=SYSTEM, at=NOW)


def test_editions_are_kept_for_a_week_and_the_latest_for_ever(city: City, exports: Path) -> None:
    names = [make_edition(by=SYSTEM, at=NOW + n * DAY).edition for n in (0, 1, 8)]
    assert [edition.name for edition in queries.editions()] == [names[2], names[1]]
    assert sorted(path.name for path in exports.iterdir()) == names[1:]
    assert actions.remove_old(at=NOW + 100 * DAY) == 1
    assert [edition.name for edition in queries.editions()] == [names[2]]


def test_only_files_of_the_record_are_found(city: City, exports: Path) -> None:
    edition = make_edition(by=SYSTEM, at=NOW)
    found, file = queries.file_of("latest", "requests.csv")
    assert (found.name, file.path) == (edition.edition, exports / edition.edition / file.name)
    assert queries.file_of(edition.edition, "dictionary.json")[1].format == "dictionary"
    (exports / edition.edition / "more.txt").write_text("x")
    for name in ("more.txt", "../secret_key", "..", "", "requests.csv/"):
        with pytest.raises(NotFound):
            queries.file_of("latest", name)
    for name in ("..", FOLDER, "20200101T000000Z"):
        with pytest.raises(NotFound):
            queries.file_of(name, "requests.csv")


# The night's edition.


def test_an_edition_is_due_from_seventeen_past_three_by_the_citys_clocks(city: City) -> None:
    night = NOW.astimezone(ZONE).replace(hour=3, minute=17)
    assert queries.is_due(at=NOW, zone=ZONE)
    make_edition(by=SYSTEM, at=night - timedelta(hours=1))
    assert not queries.is_due(at=night - timedelta(minutes=1), zone=ZONE)
    assert queries.is_due(at=night, zone=ZONE)
    make_edition(by=SYSTEM, at=night)
    assert not queries.is_due(at=night + timedelta(hours=23, minutes=59), zone=ZONE)
    assert queries.is_due(at=night + DAY, zone=ZONE)


def test_the_job_makes_the_edition_once(city: City, exports: Path) -> None:
    jobs.make_open_data(timestamp=0)
    jobs.make_open_data(timestamp=900)
    assert Export.objects.count() == 1


def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request is a part of its own."""
    monkeypatch.setattr(reading, "PART_BITS", 0)
    monkeypatch.setattr(reading, "ROWS_AT_ONCE", 1)


def _counting(monkeypatch: pytest.MonkeyPatch, read: list[int], *, cut_after: int) -> None:
    """Note which parts are read; after so many the power is cut, once."""
    usual = reading.read_part

    def counted(picture: Any, part: Any) -> bytes:
        if len(read) == cut_after and not cut:
            cut.append(True)
            raise PowerCut
        read.append(part)
        return usual(picture, part)

    cut: list[bool] = []
    monkeypatch.setattr(reading, "read_part", counted)


def _elsewhere(act: Callable[[], object]) -> None:
    """Do something on another connection."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    assert connection.connection is not None
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def _no_disk(_handle: int) -> None:
    raise OSError("no disk")
