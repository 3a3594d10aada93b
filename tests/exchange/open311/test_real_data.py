"""Real requests of two cities, served as other cities' servers would serve them, and imported."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from pyarrow import parquet

from citycall.core.actors import SYSTEM
from citycall.core.reaching import Reply, reach
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.importing import EndpointReport, import_endpoint
from citycall.exchange.open311.patience import Patience
from citycall.exchange.open311.profiles import profile
from citycall.service_requests.models import Report, ServiceRequest, Status
from tests.exchange.open311.servers import KEY, MANNERS, Server, listening, moment

pytestmark = [pytest.mark.django_db, pytest.mark.real_data, pytest.mark.slow]

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
THERE = "http://there.example/open311/v2"
NEW_YORK = ZoneInfo("America/New_York")
BESIDE = Path(__file__).parents[3].parent / "shared" / "data"
# Nothing, a rest, an outage, a cut connection, half an answer, a web page, another rest.
MISHAPS = ("", "", "429", "", "503", "500", "", "cut", "", "half", "page", "", "", "502")


def rows(name: str, *, every: int = 1) -> list[dict[str, Any]]:
    """Rows of the public data; the test is skipped without it, save on the build server."""
    path = Path(os.environ.get("CITYCALL_DATA", BESIDE)) / name
    if not path.exists():
        sentence = f"The public 311 data is not here ({path}): see CITYCALL_DATA."
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    table = parquet.read_table(path)
    found: list[dict[str, Any]] = table.take(list(range(0, table.num_rows, every))).to_pylist()
    return found


def boston() -> list[dict[str, Any]]:
    """Nine years of Boston's own Open311 records, one in a hundred."""
    return [
        {
            "id": row["service_request_id"],
            **{
                name: row[name]
                for name in (
                    "status",
                    "status_notes",
                    "service_name",
                    "service_code",
                    "description",
                    "address",
                    "lat",
                    "long",
                )
            },
            "agency_responsible": None,
            "requested": moment(row["requested_datetime"]),
            "updated": moment(row["updated_datetime"]) if row["updated_datetime"] else None,
        }
        for row in rows("boston/open311_text_to_2017.parquet", every=100)
    ]


def local(text: str | None) -> datetime | None:
    if not text:
        return None
    wall = datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p")  # noqa: DTZ007  (local time)
    return wall.replace(tzinfo=NEW_YORK).astimezone(UTC)


def baltimore() -> list[dict[str, Any]]:
    """A weekend of Baltimore's requests, as its Open311 server might have told of them."""
    return [
        {
            "id": row["SRRecordID"],
            "status": "closed" if row["SRStatus"].startswith("Closed") else "open",
            "status_notes": row["Outcome"],
            "service_name": row["SRType"],
            "service_code": row["SRType"],
            "description": None,
            "address": row["Address"],
            "lat": row["Latitude"],
            "long": row["Longitude"],
            "agency_responsible": row["Agency"],
            "requested": local(row["CreatedDate"]),
            "updated": local(row["CloseDate"] or row["StatusDate"]),
            "expected": local(row["DueDate"]),
        }
        for row in rows("baltimore/baltimore_311_2019-10.parquet")
    ]


def fetch(
    server: Server, name: str, folder: Path, since: datetime, until: datetime
) -> EndpointReport:
    with listening(server) as url:
        return import_endpoint(
            Endpoint(THERE, profile(name), server.manners.jurisdiction, KEY),
            source="there",
            since=since,
            until=until,
            by=SYSTEM,
            at=AT,
            folder=folder,
            reach=_led_to(url),
            patience=Patience(tries=8, sleep=lambda _seconds: None),
        )


def _led_to(url: str) -> Callable[..., Reply]:
    """A server has another port in each run, and is the same."""

    def led(method: str, asked: str, **more: Any) -> Reply:
        return reach(method, asked.replace(THERE, url), **more)

    return led


def stored() -> dict[str, tuple[Any, ...]]:
    rows = ServiceRequest.objects.filter(source="there").values_list(
        "source_id",
        "status",
        "requested_at",
        "updated_at",
        "due_at",
        "closed_at",
        "explanation",
        "place",
        "longitude",
        "latitude",
        "service__name",
    )
    return {row[0]: row[1:] for row in rows}


@pytest.fixture(autouse=True)
def _own_network(settings: LazySettings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.TIME_ZONE = "America/New_York"


def same(at: datetime | None, there: datetime | None, zone: ZoneInfo | None) -> bool:
    """Whether two moments are the same, or look the same on the clocks of a zone.

    Without an offset, an hour that comes twice in autumn cannot be told from the other.
    """
    if zone is None or at is None or there is None:
        return at == there
    walls = [moment.astimezone(zone).replace(tzinfo=None) for moment in (at, there)]
    return walls[0] == walls[1]


def plain(text: str | None) -> str:
    """A text without what XML and one line do not keep: kinds of line ends, spaces around."""
    return "\n".join((text or "").strip().splitlines())


def one_line(text: str | None) -> str:
    return " ".join((text or "").replace('"', " ").split())


def agrees(server: Server, zone: ZoneInfo | None) -> None:
    """Check that every request is here, with what the server said of it."""
    found = stored()
    told = {one["id"]: one for one in server.requests}
    assert set(found) == set(told)
    words = dict(Report.objects.values_list("service_request__source_id", "words"))
    for identity, there in told.items():
        status, requested, _updated, due, closed, notes, place, x, y, service = found[identity]
        ended = there["status"] == "closed"
        assert (status == Status.CLOSED) == ended, identity
        assert same(requested, there["requested"], zone), identity
        assert same(closed, there["updated"] if ended else None, zone), identity
        assert same(due, there.get("expected"), zone), identity
        assert plain(notes) == plain(there["status_notes"])
        assert place == one_line(there["address"])
        assert plain(words[identity]) == plain(there["description"])
        assert service.casefold() == one_line(there["service_name"]).casefold()
        if there["lat"] and there["long"]:
            assert (x, y) == pytest.approx((float(there["long"]), float(there["lat"])))
        else:
            assert x is None


@pytest.mark.parametrize("name", ["standard", "boston", "chicago", "klarschiff", "mark_a_spot"])
def test_nine_years_of_boston_come_over_whole_through_rests_and_outages(
    name: str, tmp_path: Path
) -> None:
    requests = boston()
    faults = lambda call: MISHAPS[call % len(MISHAPS)]  # noqa: E731
    server = Server(MANNERS[name], requests, faults=faults)
    first, last = requests[0]["requested"], max(one["requested"] for one in requests)
    report = fetch(server, name, tmp_path / "there", first, last + timedelta(seconds=1))
    assert report.history
    assert (report.requests, report.history.imported) == (len(requests), len(requests))
    agrees(server, server.manners.local)
    server.faults = lambda _call: ""
    again = fetch(server, name, tmp_path / "there", first, last + timedelta(seconds=1)).history
    assert again
    assert (again.imported, again.changed, again.unchanged) == (0, 0, len(requests))


@pytest.mark.parametrize("name", ["citycall", "fixmystreet", "seeclickfix"])
def test_a_weekend_of_baltimore_comes_over_whole(name: str, tmp_path: Path) -> None:
    server = Server(MANNERS[name], baltimore())
    at = [one["requested"] for one in server.requests]
    report = fetch(server, name, tmp_path / "there", min(at), max(at) + timedelta(seconds=1))
    assert report.history
    assert (report.requests, report.history.imported) == (3_000, 3_000)
    agrees(server, None)


def test_cut_off_again_and_again_it_comes_to_the_same_as_in_one_go(tmp_path: Path) -> None:
    server = Server(MANNERS["boston"], boston())
    at = [one["requested"] for one in server.requests]
    span = min(at), max(at) + timedelta(seconds=1)
    fetch(server, "boston", tmp_path / "one", *span)
    whole = stored()
    ServiceRequest.objects.update(source="before")
    runs = 0

    def cut(call: int) -> str:
        if call and call % 60 == 0:
            raise KeyboardInterrupt
        return ""

    while True:
        runs += 1
        server.calls.clear()
        server.faults = cut
        try:
            fetch_here(server, tmp_path / "cut", span)
            break
        except KeyboardInterrupt:
            continue
    assert runs > 2
    assert stored() == whole


def fetch_here(server: Server, folder: Path, span: tuple[datetime, datetime]) -> EndpointReport:
    """Without a network between, so that the cut comes through."""
    return import_endpoint(
        Endpoint(THERE, profile("boston"), "", KEY),
        source="there",
        since=span[0],
        until=span[1],
        by=SYSTEM,
        at=AT,
        folder=folder,
        reach=server.reach,
        patience=Patience(tries=8, sleep=lambda _seconds: None),
    )
