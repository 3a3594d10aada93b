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
from citycall.demo import agency_work
from citycall.durations import actions as durations
from citycall.feedback import ratings
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests import queries
from citycall.service_requests.actions.recognise import note_language_of
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.tag import change_tags
from citycall.service_requests.drafts import Draft
from citycall.service_requests.models import OPEN, Channel, Status

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

# What dispatchers call some of their work; most has no tag.
_TAGS: Final = ((), ("school route",), (), (), ("storm of november", "tree crew"), (), ("repeat",))
_TAGGED: Final = 140

# What people have just told in their own languages, for a person to sort.
_HEARD: Final = (
    "Hay un hoyo muy profundo en la calle y ayer mi hija se cayó con la bicicleta.",
    "人行道上的一棵树倒了，老人走不过去。",
    "جيراننا يرمون القمامة في الزقاق كل ليلة والرائحة سيئة جدا.",
    "There is a shopping cart in the creek, and nothing on your list fits.",
)


def make(*, seed: int, at: datetime) -> None:
    """Book dates for open requests that need one, answer for closed ones, and count times.

    Some people have just told something in their own languages.
    """
    rng = np.random.default_rng([seed, 7])
    _hear(at=at)
    _tag(at=at)
    _book(rng, at=at)
    _rate(rng, at=at)
    agency_work.make(at=at)
    durations.compute(at=at)


def _tag(*, at: datetime) -> None:
    """Some of the open work has tags, as dispatchers put them."""
    found = queries.readable(SYSTEM).filter(OPEN).order_by("-requested_at", "-id")
    for turn, request_id in enumerate(found.values_list("pk", flat=True)[:_TAGGED]):
        if _TAGS[turn % len(_TAGS)]:
            change_tags(request_id, add=_TAGS[turn % len(_TAGS)], by=SYSTEM, at=at)


def _hear(*, at: datetime) -> None:
    """Reports of something else at places that others told of; the worker does not run yet."""
    service = catalog().something_else
    known = queries.readable(SYSTEM).filter(OPEN, longitude__isnull=False).exclude(place="")
    places = known.order_by("-requested_at", "-id")[: len(_HEARD)]
    if service is None:
        return
    for minutes, (words, near) in enumerate(zip(_HEARD, places, strict=False), start=1):
        receipt = submit(
            Draft(
                service=service.code,
                channel=Channel.WEB,
                location=Location(
                    kind=LocationKind.POINT,
                    longitude=near.longitude,
                    latitude=near.latitude,
                    place=near.place,
                ),
                words=words,
            ),
            by=resident(),
            at=at - timedelta(minutes=7 * minutes),
        )
        note_language_of(receipt.report_id)


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
