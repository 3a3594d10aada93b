"""What staff tell, in the memory of every process: it is little, read often and changed seldom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from citycall.core.snapshots import Snapshot
from citycall.knowledge.collections import CollectionSpec, HolidayNoticeSpec
from citycall.knowledge.models import (
    Collection,
    DirectoryEntry,
    Entry,
    HolidayNotice,
    LocalEvent,
    ServiceAlert,
)
from citycall.knowledge.specs import AlertSpec, DirectorySpec, EntrySpec, EventSpec

ALERT, EVENT, COLLECTION = "service alert", "local event", "collection"
HOLIDAY, DIRECTORY_ENTRY = "holiday notice", "directory entry"
SPECS: Final[Mapping[str, tuple[type[Entry], type[EntrySpec]]]] = {
    ALERT: (ServiceAlert, AlertSpec),
    EVENT: (LocalEvent, EventSpec),
    COLLECTION: (Collection, CollectionSpec),
    HOLIDAY: (HolidayNotice, HolidayNoticeSpec),
    DIRECTORY_ENTRY: (DirectoryEntry, DirectorySpec),
}
# More than a large city has at a time; the latest are kept where there should be more.
_MOST: Final = 5_000


@dataclass(frozen=True)
class Picture:
    """Everything that is told and not retired; alerts and events also when they are over."""

    alerts: tuple[AlertSpec, ...]
    events: tuple[EventSpec, ...]
    collections: tuple[CollectionSpec, ...]
    holidays: tuple[HolidayNoticeSpec, ...]
    directory: tuple[DirectorySpec, ...]

    def live_alerts(self, at: datetime) -> list[AlertSpec]:
        """The alerts of this moment, the latest begun first."""
        return [alert for alert in self.alerts if alert.is_live(at)]

    def alert(self, code: str) -> AlertSpec | None:
        """The alert with this code, live or over."""
        return next((alert for alert in self.alerts if alert.code == code), None)

    def events_from(self, at: datetime) -> list[EventSpec]:
        """The events that are not over, the next first."""
        return [event for event in self.events if event.ends > at]

    @cached_property
    def notices(self) -> Mapping[date, HolidayNoticeSpec]:
        """What is otherwise on a date, by date."""
        return {notice.day: notice for notice in self.holidays}


def entry_spec(row: Entry) -> Any:
    """What staff wrote of an entry, as the spec of its kind."""
    spec = next(spec for model, spec in SPECS.values() if isinstance(row, model))
    return spec.model_validate(row.definition)


def _specs(model: type[Entry], *order: str) -> tuple[Any, ...]:
    rows = model._default_manager.filter(retired=False).order_by(*order)[:_MOST]
    return tuple(entry_spec(row) for row in rows)


def _load() -> Picture:
    return Picture(
        alerts=_specs(ServiceAlert, "-starts_at", "code"),
        events=tuple(reversed(_specs(LocalEvent, "-starts_at", "-code"))),
        collections=_specs(Collection, "title", "code"),
        holidays=_specs(HolidayNotice, "-day", "code"),
        directory=_specs(DirectoryEntry, "title", "code"),
    )


TOLD: Snapshot[Picture] = Snapshot("knowledge", _load)


def told() -> Picture:
    """What staff tell now, at most a second behind the tables."""
    return TOLD.get()
