"""History from Open311 servers: all of it, once, whatever goes wrong on the way."""

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.failures import Rejected
from citycall.exchange.open311.importing import (
    BadSource,
    EndpointReport,
    GaveUp,
    import_endpoint,
)
from citycall.exchange.open311.patience import Patience
from citycall.exchange.open311.profiles import PROFILES, profile
from citycall.exchange.open311.spool import AlreadyImporting, OtherEndpoint, Spool
from citycall.service_requests.models import Report, ServiceRequest, Status
from tests.exchange.open311.servers import KEY, MANNERS, Server, invented, listening

pytestmark = pytest.mark.django_db

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=100)
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
URL = "https://there.example/open311/v2"


def nothing(_seconds: float) -> None:
    """Nobody waits in tests."""


class Import:
    """Imports from a server into a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self,
        server: Server,
        name: str = "standard",
        *,
        url: str = URL,
        since: datetime | None = SINCE,
        until: datetime | None = UNTIL,
        agency: str = "",
        tries: int = 6,
    ) -> EndpointReport:
        report = import_endpoint(
            Endpoint(url, profile(name), server.manners.jurisdiction, KEY),
            source="there",
            since=since,
            until=until,
            by=SYSTEM,
            at=AT,
            agency=agency,
            folder=self.folder,
            reach=server.reach,
            patience=Patience(tries=tries, sleep=nothing),
        )
        if report.history:
            assert report.history.accounted == report.history.rows == report.requests
        return report


@pytest.fixture
def fetch(tmp_path: Path, settings: LazySettings) -> Import:
    settings.TIME_ZONE = "America/New_York"
    settings.CITYCALL_CITY_NAME = "Port Calder"
    return Import(tmp_path / "imports" / "there")


def some(count: int = 200, every: timedelta = timedelta(hours=12)) -> Server:
    return Server(MANNERS["standard"], invented(count, since=SINCE, every=every))


def stored() -> dict[str, tuple[object, ...]]:
    """What is in the database of each request."""
    columns = ("status", "requested_at", "updated_at", "closed_at", "explanation", "place")
    rows = ServiceRequest.objects.filter(source="there").values_list(
        "source_id", *columns, "longitude", "latitude", "agency__code", "service__code"
    )
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_history_comes_from_every_kind_of_server(name: str, fetch: Import) -> None:
    server = Server(MANNERS[name], some().requests)
    report = fetch(server, name)
    assert (report.requests, report.history and report.history.imported) == (200, 200)
    told = {one["id"]: one for one in server.requests}
    found = stored()
    assert set(found) == set(told)
    for identity, (
        status,
        requested,
        updated,
        closed,
        notes,
        place,
        *point,
        _a,
        _s,
    ) in found.items():
        there = told[identity]
        assert (status == Status.CLOSED) == (there["status"] == "closed")
        assert (requested, updated) == (there["requested"], there["updated"])
        assert closed == (there["updated"] if there["status"] == "closed" else None)
        assert (notes, place) == (there["status_notes"] or "", there["address"])
        assert point == pytest.approx([there["long"], there["lat"]])
    words = dict(Report.objects.values_list("service_request__source_id", "words"))
    assert words == {one["id"]: one["description"] for one in server.requests}


def test_an_agency_is_the_named_one_or_the_usual_or_the_city(fetch: Import) -> None:
    server = some(8)
    for one in server.requests:
        one["agency_responsible"] = None
    server.requests[0]["agency_responsible"] = "Public Works"
    fetch(server)
    agencies = {found[-1]: found[-2] for found in stored().values()}
    assert agencies["pothole"] == "public-works"
    assert agencies["rats"] == "port-calder"


def test_what_the_server_says_besides_is_kept_as_facts(fetch: Import) -> None:
    server = some(1)
    server.requests[0] |= {
        "status": "Closed (Duplicate)",
        "zipcode": 21202,
        "notes": [{"summary": "Seen"}],
        "media_url": "https://there.example/1.jpg",
    }
    fetch(server)
    event = Event.objects.get(kind="imported")
    assert event.data["told_status"] == "closed_duplicate"
    assert event.data["service_code"] == "S0"
    assert event.data["zipcode"] == "21202"
    assert event.data["notes"] == '[{"summary": "Seen"}]'
    assert "1.jpg" not in str(event.data)


def test_a_second_import_changes_nothing(fetch: Import) -> None:
    server = some()
    fetch(server)
    before, events = stored(), Event.objects.count()
    history = fetch(server).history
    assert history
    assert (history.imported, history.changed, history.unchanged) == (0, 0, 200)
    assert (stored(), Event.objects.count()) == (before, events)


def test_what_changed_there_is_brought_up_to_date(fetch: Import) -> None:
    server = some()
    fetch(server)
    changed = server.requests[0]
    assert changed["status"] == "open"
    changed |= {"status": "closed", "status_notes": "Done.", "updated": UNTIL}
    server.requests += [{**changed, "id": "new", "requested": SINCE + timedelta(days=99)}]
    history = fetch(server).history
    assert history
    assert (history.imported, history.changed, history.unchanged) == (1, 1, 199)
    assert stored()[changed["id"]][0] == Status.CLOSED


@pytest.mark.parametrize("name", ["standard", "boston", "klarschiff"])
def test_rests_and_outages_are_survived(name: str, fetch: Import) -> None:
    requests = some(2_000, timedelta(hours=1)).requests
    kinds = ["", "429", "503", "500", "", "cut", "half", "page", "message", "", "502"]
    server = Server(MANNERS[name], requests, faults=lambda call: kinds[call % len(kinds)])
    assert fetch(server, name).requests == 2_000
    assert len(stored()) == 2_000


def test_an_outage_that_lasts_is_told_with_how_to_go_on(fetch: Import) -> None:
    server = some()
    server.faults = lambda call: "500" if call >= 2 else ""
    with pytest.raises(GaveUp, match=r"2 finished spans .* run the same command later"):
        fetch(server)
    assert ServiceRequest.objects.count() == 0


def broken_off(at_call: int) -> Callable[[int], str]:
    def fault(call: int) -> str:
        if call == at_call:
            raise KeyboardInterrupt
        return ""

    return fault


@pytest.mark.parametrize(("name", "call"), [("standard", 0), ("standard", 3), ("boston", 21)])
def test_cut_off_and_taken_up_again_comes_to_the_same(name: str, call: int, fetch: Import) -> None:
    server = Server(MANNERS[name], some(2_200, timedelta(hours=1)).requests)
    server.faults = broken_off(call)
    with pytest.raises(KeyboardInterrupt):
        fetch(server, name)
    server.faults = lambda _call: ""
    report = fetch(server, name)
    assert report.requests == 2_200
    told = {one["id"]: one["requested"] for one in server.requests}
    assert {identity: row[1] for identity, row in stored().items()} == told


def test_finished_windows_are_not_asked_for_again_but_the_latest_is(fetch: Import) -> None:
    server = some()
    server.faults = broken_off(3)
    with pytest.raises(KeyboardInterrupt):
        fetch(server)
    server.faults = lambda _call: ""
    asked = [call[2]["start_date"] for call in server.calls]
    server.calls.clear()
    report = fetch(server)
    again = [call[2]["start_date"] for call in server.calls]
    assert (report.kept, report.asked) == (2, len(again))
    assert again[0] == asked[0]
    assert not set(again) & set(asked[1:3])


def test_what_came_since_a_run_was_cut_off_is_fetched_too(fetch: Import) -> None:
    server = some()
    server.faults = broken_off(2)
    with pytest.raises(KeyboardInterrupt):
        fetch(server)
    server.faults = lambda _call: ""
    server.requests[-1] |= {"status": "closed", "status_notes": "Since then"}
    server.requests += [{**server.requests[0], "id": "later", "requested": UNTIL}]
    fetch(server, until=UNTIL + timedelta(days=40))
    found = stored()
    assert len(found) == 201
    assert found[server.requests[-2]["id"]][4] == "Since then"


def test_a_load_that_failed_is_taken_up_without_fetching_all_again(
    fetch: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = some()

    def failing(*_told: object, **_more: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr("citycall.exchange.open311.importing.import_history", failing)
        with pytest.raises(OSError, match="no space"):
            fetch(server)
    report = fetch(server)
    assert (report.requests, report.asked) == (200, 1)


def test_without_a_beginning_it_goes_back_until_two_years_are_quiet(fetch: Import) -> None:
    server = some(40, timedelta(days=20))
    quiet = {**server.requests[0], "id": "old", "requested": SINCE - timedelta(days=700)}
    lost = {**server.requests[0], "id": "lost", "requested": SINCE - timedelta(days=1_500)}
    server.requests += [quiet, lost]
    fetch(server, since=None, until=None)
    assert set(stored()) == {one["id"] for one in server.requests} - {"lost"}


def test_a_server_without_requests_is_no_fault(fetch: Import) -> None:
    report = fetch(Server(MANNERS["standard"]))
    assert (report.requests, report.history) == (0, None)
    assert "nothing to import" in report.lines()[-1]


def test_requests_without_an_id_or_a_date_are_counted(fetch: Import) -> None:
    server = Server(MANNERS["chicago"], some(50).requests)
    server.requests[3]["id"] = "no-id-3"
    report = fetch(server, "chicago")
    assert (report.requests, report.skipped) == (49, 1)
    assert "1 more were listed without an id" in report.lines()[1]


def test_a_request_without_a_status_is_refused_and_listed(fetch: Import) -> None:
    server = some(5)
    server.requests[1]["status"] = ""
    history = fetch(server).history
    assert history
    assert (history.imported, history.rejected.total()) == (4, 1)
    assert history.rejects_file
    assert "no_status" in history.rejects_file.read_text()


def test_what_people_wrote_does_not_stay_on_disk(fetch: Import) -> None:
    server = some()
    server.faults = broken_off(3)
    with pytest.raises(KeyboardInterrupt):
        fetch(server)
    assert stat.S_IMODE(fetch.folder.stat().st_mode) == 0o700
    server.faults = lambda _call: ""
    fetch(server)
    left = "".join(p.read_text() for p in fetch.folder.rglob("*") if p.is_file())
    assert "broken" not in left


def test_windows_of_another_server_are_not_taken_for_its_own(fetch: Import) -> None:
    server = some()
    server.faults = broken_off(3)
    with pytest.raises(KeyboardInterrupt):
        fetch(server)
    server.faults = lambda _call: ""
    with pytest.raises(OtherEndpoint):
        fetch(server, url="https://elsewhere.example/v2")
    fetch(server, url=URL + "/")


def test_one_source_is_imported_once_at_a_time(fetch: Import) -> None:
    with (
        Spool(fetch.folder).taken(Endpoint(URL)),
        pytest.raises(AlreadyImporting),
    ):
        fetch(some())


def test_a_key_that_is_refused_is_told_and_ends_it(fetch: Import) -> None:
    server = Server(replace(MANNERS["boston"], key_on_reads=True))
    with pytest.raises(Rejected, match="API key"):
        import_endpoint(
            Endpoint(URL, profile("boston")),
            source="there",
            since=SINCE,
            until=UNTIL,
            by=SYSTEM,
            at=AT,
            folder=fetch.folder,
            reach=server.reach,
        )


@pytest.mark.parametrize("source", ["", "../up", "With Space", "a" * 41])
def test_a_source_has_a_plain_code(source: str, tmp_path: Path) -> None:
    with pytest.raises(BadSource):
        import_endpoint(Endpoint(URL), source=source, since=SINCE, until=UNTIL, by=SYSTEM, at=AT)


def test_residents_import_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        import_endpoint(
            Endpoint(URL), source="there", since=SINCE, until=UNTIL, by=resident(), at=AT
        )


def test_progress_is_told_of_fetching_and_of_loading(fetch: Import) -> None:
    told: list[tuple[int, int | None]] = []
    import_endpoint(
        Endpoint(URL),
        source="there",
        since=SINCE,
        until=UNTIL,
        by=SYSTEM,
        at=AT,
        folder=fetch.folder,
        progress=lambda done, total: told.append((done, total)),
        reach=some().reach,
    )
    assert (200, None) in told
    assert told[-1] == (200, 200)


def test_it_works_over_a_real_network_with_rests(settings: LazySettings, fetch: Import) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    kinds = ["", "429", "", "cut", "500"]
    server = Server(
        MANNERS["citycall"], some().requests, faults=lambda call: kinds[call % len(kinds)]
    )
    with listening(server) as url:
        report = import_endpoint(
            Endpoint(url, profile("citycall")),
            source="there",
            since=SINCE,
            until=UNTIL,
            by=SYSTEM,
            at=AT,
            folder=fetch.folder,
            patience=Patience(tries=6, sleep=nothing),
        )
    assert report.requests == 200
