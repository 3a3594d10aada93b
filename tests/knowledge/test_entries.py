"""Alerts, events, directory and days off: written, found where they belong, undone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from citycall.accounts.models import Role
from citycall.agencies.documents import read
from citycall.core.actors import SYSTEM, Actor, ActorKind, resident
from citycall.core.errors import Faults, NotAllowed
from citycall.core.models import Revision
from citycall.knowledge import actions, alerts, days
from citycall.knowledge.picture import told
from citycall.knowledge.specs import AlertSpec, DirectorySpec, EventSpec
from tests.city import City
from tests.knowledge.boxes import square_layer
from tests.knowledge.conftest import NOW, staff

HERE = (-76.60, 39.30)
MAIN: dict[str, Any] = {
    "code": "main-break",
    "title": "Water main break",
    "words": "Crews are there.",
    "state": "crews",
    "starts": NOW - timedelta(hours=1),
    "services": ["water-leak"],
    "agency": "water",
    "circle": {"longitude": HERE[0], "latitude": HERE[1], "radius_m": 300},
    "translations": {"es": {"title": "Rotura", "words": "Ya trabajan."}},
}

pytestmark = pytest.mark.usefixtures("city")


def alert(**fields: Any) -> AlertSpec:
    return read(AlertSpec, {**MAIN, **fields})


def tell(**fields: Any) -> None:
    actions.save_alert(spec=alert(**fields), by=SYSTEM, at=NOW)


def codes(found: list[AlertSpec]) -> list[str]:
    return [each.code for each in found]


def north(metres: float) -> tuple[float, float]:
    return HERE[0], HERE[1] + metres / 111_195


def test_an_alert_is_told_in_its_time_only() -> None:
    tell(starts=NOW, ends=NOW + timedelta(hours=2))
    moments = (NOW - timedelta(seconds=1), NOW, NOW + timedelta(hours=2))
    assert [codes(alerts.live(at=at)) for at in moments] == [[], ["main-break"], []]


def test_it_speaks_the_readers_language_or_its_own() -> None:
    assert alert().said("es") == ("Rotura", "Ya trabajan.", "es")
    assert alert().said("es-MX")[0] == "Rotura"
    assert alert().said("ar") == ("Water main break", "Crews are there.", "en")


def test_local_time_is_meant_where_no_offset_is_written() -> None:
    spec = alert(starts="2026-06-01 08:00")
    assert spec.starts == datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_an_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(Faults) as caught:
        alert(ends=NOW - timedelta(days=1))
    assert "ends" in caught.value.faults


def test_it_answers_a_report_in_its_circle_alone() -> None:
    tell()
    assert codes(alerts.answering("water-leak", north(200), at=NOW)) == ["main-break"]
    assert alerts.answering("water-leak", north(400), at=NOW) == []
    assert alerts.answering("water-leak", None, at=NOW) == []


def test_it_answers_reports_of_its_services_alone() -> None:
    tell()
    assert alerts.answering("pothole", HERE, at=NOW) == []


def test_one_that_names_no_service_answers_all_reports_there() -> None:
    tell(services=[])
    assert codes(alerts.answering("pothole", HERE, at=NOW)) == ["main-break"]


def test_one_for_the_whole_city_answers_without_a_point() -> None:
    tell(circle=None)
    assert codes(alerts.answering("water-leak", None, at=NOW)) == ["main-break"]
    tell(circle=None, services=[])
    assert alerts.answering("water-leak", None, at=NOW) == []


def test_around_a_point_the_circle_is_touched() -> None:
    tell()
    assert codes(alerts.touching(north(700), within_m=500, at=NOW)) == ["main-break"]
    assert alerts.touching(north(900), within_m=500, at=NOW) == []


def test_an_area_is_meant_by_its_name() -> None:
    square_layer("districts", {"one": (-76.61, 39.29, -76.59, 39.31)})
    tell(circle=None, areas=["districts/one"])
    assert codes(alerts.answering("water-leak", HERE, at=NOW)) == ["main-break"]
    assert alerts.answering("water-leak", (-76.62, 39.30), at=NOW) == []
    assert codes(alerts.touching((-76.611, 39.30), within_m=250, at=NOW)) == ["main-break"]


def test_every_unknown_name_is_told_at_once() -> None:
    with pytest.raises(Faults) as caught:
        tell(services=["moon"], areas=["districts/none"], agency="nobody", articles=["x"])
    assert set(caught.value.faults) == {"services.0", "areas.0", "agency", "articles.0"}


def test_ending_stops_it_now_and_is_undone(administrator: Actor) -> None:
    tell()
    actions.end_alert(code="main-break", by=administrator, at=NOW)
    assert alerts.live(at=NOW) == []
    change = Revision.objects.latest("id")
    actions.undo(revision=change.pk, by=administrator, at=NOW)
    assert codes(alerts.live(at=NOW)) == ["main-break"]


def test_undoing_the_first_telling_retires_it(administrator: Actor) -> None:
    tell()
    change = Revision.objects.latest("id")
    actions.undo(revision=change.pk, by=administrator, at=NOW)
    assert alerts.live(at=NOW) == []


def dispatcher_of(agency_id: int) -> Actor:
    held = frozenset({(Role.DISPATCHER.value, agency_id)})
    return Actor(kind=ActorKind.STAFF, id=2, name="Bo", memberships=held)


def test_an_agencys_own_people_tell_their_alerts_alone(city: City) -> None:
    own, others = dispatcher_of(city.water.pk), dispatcher_of(city.streets.pk)
    actions.save_alert(spec=alert(), by=own, at=NOW)
    for attempt in (alert(title="Mine"), alert(agency="streets"), alert(agency=None)):
        with pytest.raises(NotAllowed):
            actions.save_alert(spec=attempt, by=others, at=NOW)
    with pytest.raises(NotAllowed):
        actions.end_alert(code="main-break", by=others, at=NOW)
    actions.end_alert(code="main-break", by=own, at=NOW)


EVENT = {
    "code": "fair",
    "title": "Fair",
    "starts": NOW,
    "ends": NOW + timedelta(hours=3),
    "place": "City Hall",
}
CALL = {"code": "court", "title": "County court", "words": "Jury duty.", "keywords": ["judge"]}


@pytest.mark.parametrize("by", [resident(), staff(Role.CALL_TAKER), staff(Role.DISPATCHER)])
@pytest.mark.parametrize(
    "write",
    [
        lambda by: actions.save_event(spec=read(EventSpec, EVENT), by=by, at=NOW),
        lambda by: actions.save_directory_entry(spec=read(DirectorySpec, CALL), by=by, at=NOW),
    ],
)
def test_others_write_nothing_else(by: Actor, write: Callable[[Actor], object]) -> None:
    with pytest.raises(NotAllowed):
        write(by)


def test_events_are_told_until_they_are_over() -> None:
    actions.save_event(spec=read(EventSpec, EVENT), by=SYSTEM, at=NOW)
    assert [each.code for each in told().events_from(NOW + timedelta(hours=2))] == ["fair"]
    assert told().events_from(NOW + timedelta(hours=3)) == []


def test_the_directory_has_agencies_and_others() -> None:
    actions.save_directory_entry(spec=read(DirectorySpec, CALL), by=SYSTEM, at=NOW)
    assert [each.spec.title for each in days.contacts()] == [
        "County court",
        "Streets",
        "Water Works",
    ]


def test_an_entry_speaks_for_its_agency_with_its_phone_and_hours() -> None:
    entry = {**CALL, "title": "Streets desk", "agency": "streets"}
    actions.save_directory_entry(spec=read(DirectorySpec, entry), by=SYSTEM, at=NOW)
    (found, _other) = days.contacts()
    assert (found.spec.title, found.spec.phone) == ("Streets desk", "410-555-0100")
    assert found.hours is not None


@pytest.mark.parametrize("words", ["judge", "jury", "COURTS", "county jury"])
def test_the_directory_is_searched_by_name_purpose_and_keyword(words: str) -> None:
    actions.save_directory_entry(spec=read(DirectorySpec, CALL), by=SYSTEM, at=NOW)
    assert [each.spec.code for each in days.contacts(words)] == ["court"]
