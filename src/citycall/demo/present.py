"""What is going on in the demo city just now: booked dates, answers at the end, usual times."""

from datetime import datetime, timedelta
from typing import Final

import numpy as np

from citycall.appointments import queries as appointments
from citycall.appointments.actions import book
from citycall.appointments.actions.seats import DateGone, TooOften
from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import Conflict
from citycall.durations import actions as durations
from citycall.feedback import ratings
from citycall.service_requests import queries
from citycall.service_requests.models import OPEN, Status

# As many as make a crew's days look like days.
MOST_BOOKED: Final = 240
MOST_RATED: Final = 200
# People take an early date, and the satisfied are more than the others, but answer less.
_EARLY: Final = 0.35
_SATISFIED: Final = (0.08, 0.12, 0.15, 0.35, 0.30)
_BETTER: Final = (
    "Tell me the day before you come.",
    "It took longer than promised.",
    "The crew was friendly, thank you.",
    "Nobody answered my note.",
    "Please sweep up after the work.",
)


def make(*, seed: int, at: datetime) -> None:
    """Book dates for open requests that need one, answer for closed ones, and count times."""
    rng = np.random.default_rng([seed, 7])
    _book(rng, at=at)
    _rate(rng, at=at)
    durations.compute(at=at)


def _book(rng: np.random.Generator, *, at: datetime) -> None:
    ids = [entry.id for entry in catalog().services if entry.spec.booking is not None]
    waiting = queries.readable(SYSTEM).filter(OPEN, service_id__in=ids)
    for request in waiting.order_by("-requested_at", "-id")[:MOST_BOOKED]:
        offer = appointments.offer_for(request, at=at)
        if offer is None or not offer.dates:
            continue
        ahead = min(int(rng.geometric(_EARLY)), len(offer.dates)) - 1
        try:
            book.book(request.pk, day=offer.dates[ahead].day, by=SYSTEM, at=at)
        except (DateGone, TooOften):
            continue


def _rate(rng: np.random.Generator, *, at: datetime) -> None:
    """Reporters of what was closed lately answer, some of them in words."""
    for request in queries.work_list(SYSTEM, status=Status.CLOSED.value, size=MOST_RATED).rows:
        report = queries.reports_of(request)[0]
        satisfied = int(rng.choice(5, p=_SATISFIED)) + 1
        words = str(rng.choice(_BETTER)) if rng.random() < 0.4 else ""
        closed_at = request.closed_at or at
        try:
            ratings.rate(
                report,
                satisfied=satisfied,
                better=words,
                by=resident(reports=[report.pk]),
                at=min(closed_at + timedelta(hours=float(rng.exponential(20))), at),
            )
        except Conflict:
            continue
