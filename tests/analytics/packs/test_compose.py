"""A pack says what the facts and the rooms say: nothing more, and nothing else afterwards."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.accounts.models import User
from citycall.analytics.packs import content, making
from citycall.analytics.packs.compose import FactsTooOld
from citycall.analytics.packs.content import Pack
from citycall.analytics.refresh import refresh
from citycall.analytics.store import NoFactsYet
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed
from citycall.meetings.actions import commit, meet, schedule
from citycall.meetings.actions.schedule import Plan
from citycall.meetings.models import Evidence, Meeting, Paper
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions.close import complete
from citycall.service_requests.actions.merge import merge
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.city import NOW, City
from tests.meetings.conftest import draft

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
THURSDAY = date(2026, 3, 5)


@pytest.fixture
def city(settings: Any, tmp_path: Path) -> City:
    settings.ANALYTICS = tmp_path / "analytics"
    return small_city.build()


@pytest.fixture
def meeting(city: City) -> Meeting:
    return meet.call(city.streets.pk, THURSDAY, by=city.analyst, at=NOW)


def report(days_ago: float, service: str = "pothole", **changes: object) -> int:
    told = submit(small_city.draft(service, **changes), by=resident(), at=NOW - days_ago * DAY)
    return told.request_id


def done(request_id: int, days_ago: float, *, by: City) -> None:
    complete(
        request_id,
        outcome_code="fixed",
        explanation="Filled.",
        by=by.dispatcher,
        at=NOW - days_ago * DAY,
    )


def made(meeting: Meeting, *, city: City) -> Pack:
    refresh(at=NOW, whole=True)
    return content.read(making.make(meeting, by=city.analyst, at=NOW).content)


def test_two_weeks_of_a_service_are_counted(city: City, meeting: Meeting) -> None:
    early, late = report(10), report(12)
    done(early, 8, by=city)
    done(late, 3, by=city)
    report(20)
    report(0.1)
    merge(report(9), parent_id=report(9.5), by=city.dispatcher, at=NOW)
    (line,) = made(meeting, city=city).services
    assert (line.service, line.received, line.received_before) == ("Pothole", 3, 1)
    assert (line.completed, line.on_time) == (2, 0.5)


def test_another_agencys_requests_are_not_in_it(city: City, meeting: Meeting) -> None:
    report(5)
    report(5, "water-leak", answers={"amount": "drip"})
    pack = made(meeting, city=city)
    assert {line.service for line in pack.services} == {"Pothole"}


def test_what_moved_beyond_its_noise_is_named_and_the_rest_is_not(
    city: City, meeting: Meeting
) -> None:
    for fortnight in range(1, 15):
        report(14 * fortnight + 5)
    for _each in range(12):
        report(5)
    pack = made(meeting, city=city)
    moved = {(figure.measure, figure.service) for figure in pack.moved}
    assert ("received", "") in moved
    assert ("received", "Pothole") in moved
    received = next(figure for figure in pack.figures if figure.measure == "received")
    assert (received.value, received.before, received.verdict) == (12, 1, content.MOVED)
    assert len(received.series) == 13


def test_the_same_two_weeks_of_last_year_stand_beside(city: City, meeting: Meeting) -> None:
    for _each in range(3):
        report(364 + 5)
    report(5)
    pack = made(meeting, city=city)
    received = next(figure for figure in pack.figures if figure.measure == "received")
    assert (received.value, received.year) == (1, 3)


def test_the_late_list_begins_with_the_longest_late(city: City, meeting: Meeting) -> None:
    report(10)
    oldest = report(30)
    report(2)
    pack = made(meeting, city=city)
    assert pack.late.total == 2
    assert [line.days_late for line in pack.late.lines] == [25, 5]
    assert pack.late.lines[0].place == "1200 E Monument St"
    assert pack.late_map.total == 2
    assert len(pack.late_map.marks) == 2
    assert oldest


def test_a_paper_names_no_private_place_and_none_in_own_words(city: City, meeting: Meeting) -> None:
    report(30, "graffiti")
    words = Location(kind=LocationKind.WORDS, place="Behind my house, 5 Elm St")
    report(30, location=words)
    pack = made(meeting, city=city)
    assert [line.place for line in pack.late.lines] == ["", ""]
    assert pack.late_map.total == 2
    assert pack.late_map.marks == ()


def test_a_promised_measure_says_what_it_has_come_to(city: City) -> None:
    first = meet.call(city.streets.pk, THURSDAY - 14 * DAY, by=city.analyst, at=NOW)
    told = draft(
        due_on=THURSDAY, evidence_kind=Evidence.MEASURE.value, evidence="overdue", goal=1.0,
        at_most=True,
    )  # fmt: skip
    commit.commit(first.pk, told, by=city.analyst, at=NOW)
    meeting = meet.call(city.streets.pk, THURSDAY, by=city.analyst, at=NOW)
    report(30)
    report(20)
    (line,) = made(meeting, city=city).commitments
    assert (line.evidence, line.measured) == ("Open and overdue now", 2.0)
    assert (line.state, line.late) == ("open", False)


def test_todays_measures_are_set_against_the_paper_before(city: City) -> None:
    first = meet.call(city.streets.pk, THURSDAY - 14 * DAY, by=city.analyst, at=NOW)
    second = meet.call(city.streets.pk, THURSDAY, by=city.analyst, at=NOW)
    report(40)
    refresh(at=NOW, whole=True)
    making.make(first, by=city.analyst, at=NOW)
    report(30)
    overdue = next(f for f in made(second, city=city).figures if f.measure == "overdue")
    assert (overdue.value, overdue.before) == (2.0, 1.0)


def test_what_is_not_on_record_is_said(city: City, meeting: Meeting) -> None:
    report(5)
    pack = made(meeting, city=city)
    assert pack.closures.rate is None
    assert "crews" in pack.staffing.unknown
    assert "overtime" in pack.staffing.unknown


def test_a_paper_stays_as_it_was_counted(city: City, meeting: Meeting) -> None:
    report(5)
    before = made(meeting, city=city)
    report(6)
    refresh(at=NOW, whole=True)
    kept = Paper.objects.get(meeting=meeting)
    assert content.read(kept.content) == before


def test_facts_that_do_not_reach_the_end_make_no_paper(city: City, meeting: Meeting) -> None:
    with pytest.raises(NoFactsYet):
        making.make(meeting, by=city.analyst, at=NOW)
    refresh(at=NOW - 2 * DAY, whole=True)
    with pytest.raises(FactsTooOld):
        making.make(meeting, by=city.analyst, at=NOW)
    assert not Paper.objects.exists()


def test_why_there_is_no_paper_is_said_in_the_reader_s_words(city: City, meeting: Meeting) -> None:
    with translation.override("es"):
        with pytest.raises(NoFactsYet, match="por primera vez"):
            making.make(meeting, by=city.analyst, at=NOW)
        refresh(at=NOW - 2 * DAY, whole=True)
        with pytest.raises(FactsTooOld, match="dos semanas"):
            making.make(meeting, by=city.analyst, at=NOW)


def test_only_those_who_hold_the_meeting_make_its_pack(city: City, meeting: Meeting) -> None:
    for actor in (city.manager, city.outsider, city.supervisor, resident()):
        with pytest.raises(NotAllowed):
            making.make(meeting, by=actor, at=NOW)


def test_the_schedule_makes_it_once_and_tells_those_concerned(city: City) -> None:
    manager = User.objects.get(username="manager")
    manager.email = "manager@example.org"
    manager.save()
    schedule.schedule(city.streets.pk, Plan(first_on=THURSDAY), by=city.analyst, at=NOW)
    assert making.make_due(at=NOW) == 0
    refresh(at=NOW, whole=True)
    assert [making.make_due(at=NOW + n * DAY / 24) for n in range(3)] == [1, 0, 0]
    owed = ProcrastinateJob.objects.filter(task_name=making.TELL_TASK)
    assert [job.args["email"] for job in owed] == ["manager@example.org"]
    assert Paper.objects.get().made_by == SYSTEM.name
