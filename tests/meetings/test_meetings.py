"""Meetings are called, moved and noted; what was laid before them stays as it was."""

from datetime import date, timedelta

import pytest

from citycall.core.errors import Conflict, Faults, NotFound
from citycall.core.models import Event
from citycall.meetings import events, queries
from citycall.meetings.actions import meet, schedule
from citycall.meetings.actions.meet import MeetingOver, NoSuchDay, NotesChanged, TooEarly
from citycall.meetings.actions.schedule import Plan
from citycall.meetings.models import Meeting, Schedule
from citycall.reactions import react
from tests.city import NOW, City
from tests.meetings.conftest import THURSDAY

DAY = timedelta(days=1)


def kinds(subject: str, subject_id: int) -> list[str]:
    rows = Event.objects.filter(subject_kind=subject, subject_id=subject_id).order_by("id")
    return list(rows.values_list("kind", flat=True))


def test_a_meeting_is_about_the_last_two_whole_weeks(meeting: Meeting) -> None:
    assert (meeting.since, meeting.until) == (date(2026, 2, 16), date(2026, 3, 1))


def test_calling_a_meeting_twice_is_one_meeting(city: City, meeting: Meeting) -> None:
    again = meet.call(city.streets.pk, THURSDAY, by=city.analyst, at=NOW)
    assert again.pk == meeting.pk
    assert kinds(events.MEETING, meeting.pk) == ["meeting_called"]


def test_two_agencies_may_meet_on_one_day(city: City, meeting: Meeting) -> None:
    other = meet.call(city.water.pk, THURSDAY, by=city.analyst, at=NOW)
    assert other.pk != meeting.pk


def test_a_meeting_of_long_ago_or_far_ahead_is_refused(city: City) -> None:
    for on in (date(1999, 1, 1), date(2099, 1, 1)):
        with pytest.raises(NoSuchDay):
            meet.call(city.streets.pk, on, by=city.analyst, at=NOW)
    with pytest.raises(NotFound):
        meet.call(0, THURSDAY, by=city.analyst, at=NOW)


def test_a_moved_meeting_keeps_its_two_weeks(city: City, meeting: Meeting) -> None:
    moved = meet.move(meeting.pk, THURSDAY + DAY, by=city.analyst, at=NOW)
    assert (moved.on, moved.since) == (THURSDAY + DAY, meeting.since)
    event = Event.objects.get(kind="meeting_moved")
    assert event.data == {"before": "2026-03-05", "after": "2026-03-06"}


def test_a_meeting_is_not_moved_onto_another_or_into_its_own_weeks(
    city: City, meeting: Meeting
) -> None:
    meet.call(city.streets.pk, THURSDAY + DAY, by=city.analyst, at=NOW)
    with pytest.raises(Conflict):
        meet.move(meeting.pk, THURSDAY + DAY, by=city.analyst, at=NOW)
    with pytest.raises(NoSuchDay):
        meet.move(meeting.pk, meeting.until, by=city.analyst, at=NOW)


def test_notes_are_kept_with_their_history(city: City, meeting: Meeting) -> None:
    first = meet.take_notes(meeting.pk, "Late.", version=0, by=city.analyst, at=NOW)
    meet.take_notes(
        meeting.pk, "Late, by rain.", version=first.notes_version, by=city.analyst, at=NOW
    )
    rows = Event.objects.filter(kind="meeting_noted").order_by("id")
    assert list(rows.values_list("words", flat=True)) == ["Late.", "Late, by rain."]


def test_notes_of_somebody_else_are_not_overwritten(city: City, meeting: Meeting) -> None:
    meet.take_notes(meeting.pk, "Hers.", version=0, by=city.analyst, at=NOW)
    with pytest.raises(NotesChanged) as caught:
        meet.take_notes(meeting.pk, "His.", version=0, by=city.administrator, at=NOW)
    assert (caught.value.present, caught.value.version) == ("Hers.", 1)
    assert Meeting.objects.get(pk=meeting.pk).notes == "Hers."


def test_the_same_notes_again_change_nothing(city: City, meeting: Meeting) -> None:
    for _twice in range(2):
        meet.take_notes(meeting.pk, "Same.", version=0, by=city.analyst, at=NOW)
    assert Meeting.objects.get(pk=meeting.pk).notes_version == 1


def test_a_paper_made_again_is_another_beside_the_first(city: City, meeting: Meeting) -> None:
    for n in (1, 2):
        meet.keep_paper(meeting.pk, {"n": n}, by=city.analyst, at=NOW)
    latest, first = queries.paper_of(meeting), queries.paper_of(meeting, nth=1)
    assert latest is not None
    assert first is not None
    assert (latest.content, first.content) == ({"n": 2}, {"n": 1})
    with pytest.raises(NotFound):
        queries.paper_of(meeting, nth=3)


def test_no_paper_before_the_two_weeks_are_over(city: City) -> None:
    ahead = meet.call(city.streets.pk, THURSDAY + 28 * DAY, by=city.analyst, at=NOW)
    with pytest.raises(TooEarly):
        meet.keep_paper(ahead.pk, {}, by=city.analyst, at=NOW)


def test_after_the_meeting_its_paper_stays(city: City, meeting: Meeting) -> None:
    meet.keep_paper(meeting.pk, {}, by=city.analyst, at=NOW)
    with pytest.raises(MeetingOver):
        meet.keep_paper(meeting.pk, {}, by=city.analyst, at=NOW + 4 * DAY)


def test_a_schedule_calls_its_meetings_when_their_paper_is_due(city: City) -> None:
    plan = Plan(first_on=THURSDAY, weeks=2, days_before=3)
    schedule.schedule(city.streets.pk, plan, by=city.analyst, at=NOW)
    assert schedule.call_due(at=NOW - DAY) == []
    (called,) = schedule.call_due(at=NOW)
    assert (called.on, called.slot) == (THURSDAY, THURSDAY)


def test_a_meeting_with_a_paper_is_not_made_again(city: City) -> None:
    schedule.schedule(city.streets.pk, Plan(first_on=THURSDAY), by=city.analyst, at=NOW)
    (called,) = schedule.call_due(at=NOW)
    assert [each.pk for each in schedule.call_due(at=NOW + DAY)] == [called.pk]
    meet.keep_paper(called.pk, {}, by=city.analyst, at=NOW + DAY)
    assert schedule.call_due(at=NOW + DAY) == []


def test_a_moved_meeting_is_not_called_again_on_its_old_day(city: City) -> None:
    schedule.schedule(city.streets.pk, Plan(first_on=THURSDAY), by=city.analyst, at=NOW)
    (called,) = schedule.call_due(at=NOW)
    meet.move(called.pk, THURSDAY + DAY, by=city.analyst, at=NOW)
    schedule.call_due(at=NOW + DAY)
    assert Meeting.objects.count() == 1


def test_an_agency_that_meets_no_more_has_no_meetings_called(city: City) -> None:
    for active in (True, False):
        plan = Plan(first_on=THURSDAY, active=active)
        schedule.schedule(city.streets.pk, plan, by=city.analyst, at=NOW)
    assert schedule.call_due(at=NOW) == []
    assert Event.objects.filter(kind="meetings_scheduled").count() == 2


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan(first_on=None), "first_on"),
        (Plan(first_on=THURSDAY, weeks=0), "weeks"),
        (Plan(first_on=THURSDAY, days_before=15), "days_before"),
        (Plan(first_on=THURSDAY, emails=["nobody"]), "emails"),
    ],
)
def test_a_schedule_that_cannot_be_is_told_at_its_field(city: City, plan: Plan, field: str) -> None:
    with pytest.raises(Faults) as caught:
        schedule.schedule(city.streets.pk, plan, by=city.analyst, at=NOW)
    assert field in caught.value.faults
    assert not Schedule.objects.exists()


def test_addresses_stay_out_of_the_event_log(city: City) -> None:
    plan = Plan(first_on=THURSDAY, emails=["chief@example.org"])
    schedule.schedule(city.streets.pk, plan, by=city.analyst, at=NOW)
    assert "example.org" not in str(Event.objects.get(kind="meetings_scheduled").data)


def test_every_kind_is_known_to_the_reactions(city: City, meeting: Meeting) -> None:
    schedule.schedule(city.streets.pk, Plan(first_on=THURSDAY), by=city.analyst, at=NOW)
    for event in Event.objects.filter(subject_kind__in=events.SUBJECTS):
        react(event)


def test_a_page_of_meetings_goes_on_where_the_last_ended(city: City) -> None:
    for n in range(5):
        meet.call(city.streets.pk, THURSDAY + 7 * n * DAY, by=city.analyst, at=NOW)
    seen: list[date] = []
    cursor = ""
    for _page in range(3):
        page = queries.meetings(city.analyst, city.streets.pk, before=cursor, size=2)
        seen += [row.on for row in page.rows]
        cursor = page.older
    assert seen == [THURSDAY + 7 * n * DAY for n in (4, 3, 2, 1, 0)]
    assert not cursor
