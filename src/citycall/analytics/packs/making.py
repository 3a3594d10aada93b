"""Making the pack of a meeting, by hand or when its day has come, and telling those concerned."""

import logging
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import translation

from citycall.analytics.packs import content
from citycall.analytics.packs.compose import FactsTooOld, check_reach, compose
from citycall.analytics.store import NoFactsYet, current
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import NotFound
from citycall.core.permissions import require
from citycall.meetings import queries as meetings
from citycall.meetings.actions import meet, remind, schedule
from citycall.meetings.models import Meeting, Paper
from citycall.meetings.policies import PERMISSIONS

TELL_TASK: Final = "citycall.tell_of_pack"
log = logging.getLogger(__name__)


def make(meeting: Meeting, *, by: Actor, at: datetime, tell: bool = False) -> Paper:
    """Count a meeting's pack and keep it; the first one of a meeting is told to those concerned.

    ``tell``: they are told of another one too. Raises ``NotAllowed``, ``TooEarly``,
    ``MeetingOver``, ``FactsTooOld`` and ``NoFactsYet``.
    """
    require(PERMISSIONS, "take_down", by=by, agency_id=meeting.agency_id)
    meet.check_moment(meeting, at=at)
    with current() as facts:
        check_reach(meeting, facts)
        # Papers are kept in the city's own language and said in the reader's.
        with translation.override(None):
            counted = content.plain(compose(meeting, facts, at=at))
    with transaction.atomic():
        paper = meet.keep_paper(meeting.pk, counted, by=by, at=at)
        if paper.nth == 1 or tell:
            remind.owe_paper(paper.pk, meetings.concerned(meeting), task=TELL_TASK)
    return paper


def make_due(*, at: datetime) -> int:
    """Make the packs whose day has come; returns how many. One that fails leaves the others.

    What cannot be counted yet is tried again the next time.
    """
    made = 0
    for meeting in schedule.call_due(at=at):
        try:
            make(meeting, by=SYSTEM, at=at)
            made += 1
        except (FactsTooOld, NoFactsYet, meet.TooEarly, NotFound) as error:
            log.info("No pack for %s yet: %s", meeting, error)
        except Exception:
            log.exception("The pack for %s could not be made.", meeting)
    return made
