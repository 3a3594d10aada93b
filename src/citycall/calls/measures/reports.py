"""Reports of an interval: the same counts in steps of time, or by language, medium or person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from citycall.accounts.models import User
from citycall.calls.measures import queries
from citycall.calls.measures.models import Cut
from citycall.calls.measures.queries import Line, Step
from citycall.calls.measures.rules import Counts
from citycall.calls.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.permissions import require

# A report of more lines than this nobody reads; longer steps tell the same.
MOST_DAYS: Final[Mapping[Step, int]] = {
    Step.HALF_HOUR: 14,
    Step.HOUR: 31,
    Step.DAY: 732,
    Step.WEEK: 3_660,
}


class BadInterval(DomainError):
    """An interval that ends before it begins, or has too many lines."""

    code = "bad_interval"


@dataclass(frozen=True, slots=True)
class Report:
    """The lines of an interval, all of it together, and its parts by one cut."""

    lines: Sequence[Line]
    whole: Counts
    parts: Sequence[tuple[str, str, Counts]]


def report(
    since: date,
    until: date,
    *,
    step: Step,
    cut: Cut,
    by: Actor,
    zone: ZoneInfo,
    at: datetime,
) -> Report:
    """What was counted from ``since`` to ``until``, both included; for supervisors.

    Raises ``BadInterval``, ``NotAllowed``.
    """
    require(PERMISSIONS, "supervise", by=by)
    if until < since:
        raise BadInterval(_("The last day must not be before the first."), field="until")
    if (until - since).days >= MOST_DAYS[step]:
        raise BadInterval(
            _("In these steps a report has %(days)d days at most.") % {"days": MOST_DAYS[step]},
            field="step",
        )
    lines = queries.by_time(since, until, step=step, zone=zone, at=at)
    return Report(
        lines=lines,
        whole=sum((line.counts for line in lines), Counts()),
        parts=_parts(since, until, cut, zone, at) if cut is not Cut.ALL else (),
    )


def _parts(
    since: date, until: date, cut: Cut, zone: ZoneInfo, at: datetime
) -> list[tuple[str, str, Counts]]:
    """Each value with what it is called, where the database knows that."""
    found = queries.by_value(since, until, cut=cut, zone=zone, at=at)
    if cut is not Cut.TAKER:
        return [(value, value, counts) for value, counts in found.items()]
    ids = [int(value) for value in found if value]
    names = {str(user.pk): str(user) for user in User.objects.filter(pk__in=ids)}
    told = [(value, names.get(value, ""), counts) for value, counts in found.items()]
    return sorted(told, key=lambda row: (row[1] == "", row[1]))
