"""What is realistic for a request, told from the table that a job keeps."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from citycall.durations.models import Duration
from citycall.durations.rules import FEW, FEWEST, Course
from citycall.places.queries import areas

WHOLE_CITY: Final = 0
HALF: Final = 0.5
MOST: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """When half and eight of ten such requests are done, from ``done`` finished examples.

    ``half_at`` and ``most_at`` are none where that is not known, because too many still wait.
    ``area`` is the name of the area that the examples are from, empty for the whole city.
    ``waited_longer`` says that only those were counted that took at least as long as this request
    has been open: about ``alike`` of them. ``few`` says that these are too few to rely on.
    """

    half_at: datetime | None
    most_at: datetime | None
    area: str
    done: int
    waiting: int
    alike: int
    few: bool
    waited_longer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """How many days half and eight of ten requests of a service took lately."""

    half_days: float | None
    most_days: float | None
    done: int
    few: bool


def expected(
    *, service_id: int, area_ids: Collection[int], requested_at: datetime, at: datetime
) -> Expectation | None:
    """What is realistic for a request that was made then and is open at ``at``.

    By its neighborhood where there are examples enough, else by the whole city; none where there
    are hardly any. One small query.
    """
    rows = Duration.objects.filter(service_id=service_id, area_id__in=[WHOLE_CITY, *area_ids])
    # Areas are only in the table where they have examples enough.
    best = max(rows, key=lambda row: row.area_id != WHOLE_CITY, default=None)
    if best is None or best.done < FEWEST:
        return None
    known = Course(days=tuple(best.days), done=best.done, waiting=best.waiting)
    waited = max(0.0, (at - requested_at) / timedelta(days=1))
    passed = known.share_within(waited)
    alike = round((known.done + known.waiting) * (1 - passed))
    half, most = (
        known.days_until(share, waited=waited) if alike >= FEWEST else None
        for share in (HALF, MOST)
    )
    return Expectation(
        half_at=_after(requested_at, half),
        most_at=_after(requested_at, most),
        area=areas().area(best.area_id).name if best.area_id != WHOLE_CITY else "",
        done=known.done,
        waiting=known.waiting,
        alike=alike,
        few=known.few or alike < FEW,
        waited_longer=passed > 0,
    )


def usual(service_id: int) -> Usual | None:
    """How long a service's requests took lately in the whole city; none with hardly any."""
    row = Duration.objects.filter(service_id=service_id, area_id=WHOLE_CITY).first()
    if row is None or row.done < FEWEST:
        return None
    known = Course(days=tuple(row.days), done=row.done, waiting=row.waiting)
    return Usual(
        half_days=known.days_until(HALF),
        most_days=known.days_until(MOST),
        done=known.done,
        few=known.few,
    )


def _after(start: datetime, days: float | None) -> datetime | None:
    return None if days is None else start + timedelta(days=days)
