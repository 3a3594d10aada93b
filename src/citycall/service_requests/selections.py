"""Which requests a map shows: of which services, open now or received when."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from citycall.catalog.queries import ServiceEntry, catalog
from citycall.catalog.specs import Privacy
from citycall.core.errors import DomainError
from citycall.service_requests import cell_counts

_LAST_DAY: Final = 99_999_999
_LAST_MONTH: Final = 999_999


class BadAge(DomainError):
    """The stretch of time that was asked for cannot be one."""

    code = "bad_age"


class Age(StrEnum):
    """Which requests by their age: those open now, or those received in the last so long."""

    OPEN = "open"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which requests: open now, or received from ``since`` to before ``until``.

    ``periods`` is the same stretch as the counts are kept by. ``services`` are ids, or none for
    all that may be shown.
    """

    periods: tuple[int, int]
    since: datetime | None = None
    until: datetime | None = None
    services: frozenset[int] | None = None

    @property
    def open_only(self) -> bool:
        """Whether only what is open now is meant."""
        return self.periods == (cell_counts.OPEN_NOW, cell_counts.OPEN_NOW)

    def of(self, services: Collection[int] | None) -> "Selection":
        """The same, of these services only."""
        return replace(self, services=None if services is None else frozenset(services))


def by_age(age: Age, *, at: datetime, zone: ZoneInfo) -> Selection:
    """Open now; or received since the city's midnight 7 or 30 days before ``at``.

    A year goes back to the first day of the same month of last year, so that it is made of whole
    months.
    """
    if age is Age.OPEN:
        return Selection(periods=(cell_counts.OPEN_NOW, cell_counts.OPEN_NOW))
    today = at.astimezone(zone).date()
    if age is Age.YEAR:
        return _since_month(date(today.year - 1, today.month, 1), zone=zone)
    first = today - timedelta(days=7 if age is Age.WEEK else 30)
    since = _midnight(first, zone)
    return Selection(periods=(_day(first), _LAST_DAY), since=since)


def by_months(first: date, last: date, *, zone: ZoneInfo) -> Selection:
    """Received in whole months, from that of ``first`` to that of ``last``."""
    if (first.year, first.month) > (last.year, last.month):
        raise BadAge(_("The first month comes after the last one. Please change one of them."))
    until = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    begun = _since_month(first, zone=zone)
    return replace(
        begun,
        periods=(begun.periods[0], last.year * 100 + last.month),
        until=_midnight(until, zone),
    )


def _since_month(first: date, *, zone: ZoneInfo) -> Selection:
    since = _midnight(first.replace(day=1), zone)
    return Selection(periods=(first.year * 100 + first.month, _LAST_MONTH), since=since)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _day(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def shown_services() -> list[ServiceEntry]:
    """The services whose requests are on the public map, retired ones included."""
    return [entry for entry in catalog().all_services if entry.spec.privacy is Privacy.PUBLIC]


def hidden_services() -> list[ServiceEntry]:
    """All others: neither their points nor their numbers are told."""
    return [entry for entry in catalog().all_services if entry.spec.privacy is not Privacy.PUBLIC]


def allowed(selection: Selection) -> list[int]:
    """The ids of the services that are both selected and shown."""
    shown = {entry.id for entry in shown_services()}
    return sorted(shown if selection.services is None else shown & selection.services)
