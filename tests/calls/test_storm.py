"""Storm mode: who turns it on, what everybody sees, and which reports join the incident."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from citycall.agencies.documents import read
from citycall.calls import storm
from citycall.calls.storm import Plan
from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.core.errors import Faults, NotAllowed
from citycall.core.models import Revision
from citycall.knowledge import alerts
from citycall.knowledge.specs import AlertSpec
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions import close
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW, City, build, draft

pytestmark = pytest.mark.django_db

HERE = (-76.60, 39.29)
LATER = NOW + timedelta(minutes=10)
ALERT: dict[str, Any] = {
    "code": "flood",
    "title": "Streets are flooded",
    "words": "Stay away from Harbor Street.",
    "starts": NOW,
    "services": ["pothole"],
    "circle": {"longitude": HERE[0], "latitude": HERE[1], "radius_m": 500},
}


@pytest.fixture
def city() -> City:
    return build()


def alert(**fields: Any) -> AlertSpec:
    return read(AlertSpec, {**ALERT, **fields})


def at_point(longitude: float, latitude: float = HERE[1]) -> Location:
    return Location(kind=LocationKind.POINT, longitude=longitude, latitude=latitude)


def begin(city: City, *, at: datetime = NOW, **plan: Any) -> storm.Storm:
    return storm.begin(Plan(**{"new_alert": alert(), **plan}), by=city.supervisor, at=at)


def joined(location: Location | None, service: str = "pothole") -> int | None:
    return storm.incident_for(service, location, at=LATER)


def test_a_new_alert_and_a_new_incident_come_about_with_it(city: City) -> None:
    begun = begin(city, incident=draft())
    assert storm.active(at=LATER) == begun
    assert (begun.alert, begun.service, begun.words) == ("flood", "pothole", "Streets are flooded")
    assert alerts.alert("flood").request == begun.request_id
    assert begun.begun_by == city.supervisor.name


def test_reports_of_its_service_in_its_area_join_the_incident(city: City) -> None:
    begun = begin(city, incident=draft())
    assert joined(at_point(-76.601)) == begun.request_id
    assert joined(at_point(-76.65)) is None
    assert joined(at_point(-76.601), service="graffiti") is None
    assert joined(None) is None


def test_without_an_area_every_report_of_the_service_joins(city: City) -> None:
    begun = begin(city, new_alert=alert(circle=None), incident=draft())
    assert joined(at_point(-76.65)) == begun.request_id
    assert joined(None) == begun.request_id


def test_a_known_request_can_be_the_incident(city: City) -> None:
    receipt = submit(draft(), by=city.resident, at=NOW)
    begun = begin(city, number=receipt.number)
    assert (begun.request_id, begun.service) == (receipt.request_id, "pothole")


def test_nothing_joins_an_incident_that_is_closed(city: City) -> None:
    begun = begin(city, incident=draft())
    assert begun.request_id is not None
    close.cancel(begun.request_id, by=city.dispatcher, at=LATER, reason="It was a false alarm.")
    assert joined(at_point(-76.601)) is None


def test_an_incident_of_another_service_is_refused(city: City) -> None:
    receipt = submit(draft(), by=city.resident, at=NOW)
    with pytest.raises(Faults) as raised:
        begin(city, number=receipt.number, service="graffiti")
    assert list(raised.value.faults) == ["number"]
    assert storm.active(at=LATER) is None


def test_a_number_that_nobody_has_is_refused(city: City) -> None:
    with pytest.raises(Faults) as raised:
        begin(city, number=numbers.compose(year=2026, serial=9))
    assert list(raised.value.faults) == ["number"]


def test_nothing_of_a_beginning_that_fails_is_left(city: City) -> None:
    with pytest.raises(Faults):
        begin(city, service="moon", incident=draft("pothole"), ends_at=NOW)
    assert not ServiceRequest.objects.exists()
    with pytest.raises(alerts.UnknownAlert):
        alerts.alert("flood")


def test_only_one_is_on_at_a_time(city: City) -> None:
    begin(city)
    with pytest.raises(storm.AlreadyOn):
        begin(city, new_alert=alert(code="wind"), at=LATER)
    with pytest.raises(alerts.UnknownAlert):
        alerts.alert("wind")


def test_it_ends_at_its_set_time_and_another_can_begin(city: City) -> None:
    begin(city, ends_at=NOW + timedelta(hours=1))
    after = NOW + timedelta(hours=2)
    assert storm.active(at=after) is None
    begin(city, new_alert=alert(code="wind"), at=after)
    first = storm.past(by=city.supervisor)[-1]
    assert first.ended_at == NOW + timedelta(hours=1)


def test_it_is_ended_by_hand_with_its_alert(city: City) -> None:
    begin(city)
    storm.end(by=city.supervisor, at=LATER, with_alert=True)
    assert storm.active(at=LATER) is None
    assert not alerts.alert("flood").is_live(LATER)


def test_its_alert_can_stay(city: City) -> None:
    begin(city)
    storm.end(by=city.supervisor, at=LATER)
    assert alerts.alert("flood").is_live(LATER)


def test_what_is_off_cannot_be_ended(city: City) -> None:
    with pytest.raises(storm.NotOn):
        storm.end(by=city.supervisor, at=NOW)


def test_a_drill_is_shown_to_staff_and_touches_nothing_public(city: City) -> None:
    receipt = submit(draft(), by=city.resident, at=NOW)
    begun = begin(city, drill=True, number=receipt.number)
    assert storm.shown(at=LATER) == begun
    assert storm.active(at=LATER) is None
    assert not storm.call_backs_offered(at=LATER)
    assert joined(at_point(-76.601)) is None
    with pytest.raises(alerts.UnknownAlert):
        alerts.alert("flood")


def test_a_drill_makes_no_incident(city: City) -> None:
    assert begin(city, drill=True, incident=draft()).request_id is None
    assert not ServiceRequest.objects.exists()


def test_a_drill_needs_words_alone(city: City) -> None:
    begun = storm.begin(Plan(drill=True, words="Practice"), by=city.supervisor, at=NOW)
    assert begun.words == "Practice"


def test_without_an_alert_it_does_not_begin(city: City) -> None:
    with pytest.raises(Faults) as raised:
        storm.begin(Plan(words="Snow"), by=city.supervisor, at=NOW)
    assert list(raised.value.faults) == ["alert"]


def test_call_backs_are_offered_while_it_is_on(city: City) -> None:
    assert not storm.call_backs_offered(at=NOW)
    begin(city)
    assert storm.call_backs_offered(at=LATER)


def test_beginning_and_end_are_recorded(city: City) -> None:
    begin(city)
    storm.end(by=city.supervisor, at=LATER)
    kept = Revision.objects.filter(subject_kind=storm.SUBJECT).order_by("id")
    assert [(each.actor_id, each.at) for each in kept] == [
        (city.supervisor.id, NOW),
        (city.supervisor.id, LATER),
    ]


@pytest.mark.parametrize("who", ["call_taker", "dispatcher", "resident"])
def test_only_supervisors_turn_it_on_and_off(city: City, who: str) -> None:
    by: Actor = getattr(city, who)
    with pytest.raises(NotAllowed):
        storm.begin(Plan(new_alert=alert()), by=by, at=NOW)
    begin(city)
    with pytest.raises(NotAllowed):
        storm.end(by=by, at=LATER)
