"""Meetings of the demo city: one agency has met, what it promised is on its way, it meets again."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import translation

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.analytics.packs import making
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.demo.people import largest_agency
from citycall.meetings.actions import commit, meet, schedule
from citycall.meetings.drafts import Draft
from citycall.meetings.models import Evidence, Meeting

WEEKS: Final = 2
DAYS_BEFORE: Final = 3
_BEGINS: Final = time(9, 30)
_SATURDAY: Final = 6
_NOTES: Final = """\
The oldest open requests are in the south; the agency goes through them one by one.
Two completions that residents disputed had not been done.
The agency asks for a second truck on Mondays, when most reports of the weekend come in."""
_ON_TIME: Final = Draft(
    what="Complete three of four requests by their date",
    due_on=None,
    evidence_kind=Evidence.MEASURE.value,
    evidence="on-time",
    goal=0.75,
)
_CHECKED: Final = Draft(
    what="Look at every completion that looks false before the next meeting",
    due_on=None,
    evidence="The list of those that were visited",
)
_TRUCK: Final = Draft(
    what="A second truck in the south on Mondays", due_on=None, evidence="The plan of the routes"
)


def hold(*, at: datetime) -> None:
    """Hold the last meeting of the largest agency, and make the pack of the next.

    To be called when there are facts; the next meeting is within the days before it on which its
    pack is made.
    """
    agency_id = largest_agency()
    today = at.astimezone(clock.city_zone()).date()
    following = _weekday(today + timedelta(days=1))
    last = following - timedelta(weeks=WEEKS)
    plan = schedule.Plan(first_on=last, weeks=WEEKS, days_before=DAYS_BEFORE)
    schedule.schedule(agency_id, plan, by=SYSTEM, at=at)
    began = datetime.combine(last, _BEGINS, tzinfo=clock.city_zone())
    meeting = meet.call(agency_id, last, slot=last, by=SYSTEM, at=began)
    making.make(meeting, by=SYSTEM, at=at)
    # What was said stands in the city's own language.
    with translation.override(None):
        meet.take_notes(meeting.pk, _NOTES, version=0, by=SYSTEM, at=began + timedelta(hours=1))
    _promise(meeting, following, at=at, began=began)
    making.make_due(at=at)


def _weekday(day: date) -> date:
    while day.isoweekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


def _promise(meeting: Meeting, following: date, *, at: datetime, began: datetime) -> None:
    """One is on its way, one is done, and one was put off."""
    manager = User.objects.get(username="manager")
    soon = meeting.on + timedelta(days=7)

    def taken(draft: Draft, due_on: date) -> int:
        held = replace(draft, due_on=due_on, owner_id=manager.pk)
        return commit.commit(meeting.pk, held, by=SYSTEM, at=began + timedelta(hours=1)).pk

    taken(_ON_TIME, following + timedelta(weeks=2 * WEEKS))
    commit.finish(
        taken(_CHECKED, following),
        proof="All were visited. Two had not been done and are open again.",
        by=actor_of(manager),
        at=at - timedelta(days=2),
    )
    commit.carry_over(
        taken(_TRUCK, soon),
        following + timedelta(weeks=WEEKS),
        why="The truck is in repair until the end of the month.",
        by=SYSTEM,
        at=at - timedelta(days=1),
    )
