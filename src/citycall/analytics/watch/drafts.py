"""What somebody wants to keep, checked before anything is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Period
from citycall.analytics.watch.models import SavedQuestion, Sharing
from citycall.core.errors import Faults

LONGEST_TITLE: Final = 150
MOST_LAST: Final = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A question as it is to be kept; see ``SavedQuestion``."""

    title: str
    measure: str
    by: str = ""
    period: Period = Period.WEEK
    last: int | None = None
    unit: Period = Period.WEEK
    running: bool = False
    since: date | None = None
    until: date | None = None
    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    sharing: str = Sharing.OWN.value
    agency_id: int | None = None


def check(wanted: Wanted) -> None:
    """Raise ``Faults`` for all that has to be put right, each at its field."""
    faults = dict(_faults(wanted))
    if faults:
        raise Faults(faults)


def _faults(wanted: Wanted) -> Iterator[tuple[str, str]]:
    title = wanted.title.strip()
    if not title:
        yield "title", _("Please give it a title by which you find it again.")
    if len(title) > LONGEST_TITLE:
        yield "title", _("Please keep this under %(n)s characters.") % {"n": LONGEST_TITLE}
    if wanted.measure not in MEASURES:
        yield "measure", _("Please choose what you want to know.")
    if wanted.last is not None and not 1 <= wanted.last <= MOST_LAST:
        yield "last", _("Please give a number from 1 to %(n)s.") % {"n": MOST_LAST}
    if wanted.last is None and not (wanted.since and wanted.until and wanted.since < wanted.until):
        yield "since", _("The first day has to be before the last one.")
    if wanted.sharing not in Sharing.values:
        yield "sharing", _("Please choose who finds it.")
    if wanted.sharing == Sharing.AGENCY and wanted.agency_id is None:
        yield "sharing", _("Please choose who finds it.")


def write(row: SavedQuestion, wanted: Wanted) -> None:
    """Let a row be what was wanted, of a draft that ``check`` has found good."""
    rolls = wanted.last is not None
    row.title = wanted.title.strip()
    row.measure, row.by, row.period = wanted.measure, wanted.by, wanted.period.value
    row.last, row.unit, row.running = wanted.last, wanted.unit.value, wanted.running and rolls
    row.since = None if rolls else wanted.since
    row.until = None if rolls else wanted.until
    row.where = {name: [*values] for name, values in wanted.where.items()}
    row.sharing = wanted.sharing
    row.agency_id = wanted.agency_id if wanted.sharing == Sharing.AGENCY else None


def facts_of(row: SavedQuestion) -> dict[str, Any]:
    """A question as the event log tells it: without its title, which is a person's words."""
    return {
        "measure": row.measure,
        "by": row.by,
        "period": row.period,
        "last": row.last,
        "unit": row.unit,
        "running": row.running,
        "since": row.since.isoformat() if row.since else None,
        "until": row.until.isoformat() if row.until else None,
        "where": row.where,
        "sharing": row.sharing,
        "agency": row.agency_id,
    }


def number_of(row: SavedQuestion) -> tuple[Any, ...]:
    """What decides a question's number: rules that watch it are about that."""
    where = {name: sorted(map(str, values)) for name, values in row.where.items()}
    return row.measure, row.period, where
