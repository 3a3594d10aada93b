"""Completed work of the small city, noted as the reactions note it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from citycall.closures.actions import judge, note
from citycall.closures.models import Closure, ClosureFlag, Usual
from citycall.core.actors import Actor
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions import close, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from tests import city as small_city
from tests.city import NOW, City

DONE = NOW + timedelta(days=2)
LATER = DONE + timedelta(hours=7)
NEARBY = Location(kind=LocationKind.POINT, longitude=-76.6001, latitude=39.29, place="Here")
FAR = Location(kind=LocationKind.POINT, longitude=-76.62, latitude=39.29, place="There")


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()


@pytest.fixture
def usual(city: City) -> Usual:
    """Potholes are visited and photographed, as a rule, for half an hour."""
    return Usual.objects.create(
        service_id=city.services["pothole"].pk,
        closures=500,
        visits=0.97,
        photos=0.8,
        nights=0.01,
        short_visit=10.0,
        half_visit=30.0,
        quick_days=[0.2 * n for n in range(1, 11)],
        computed_at=NOW,
    )


@pytest.fixture
def completed(city: City) -> Callable[..., Receipt]:
    """A pothole that was reported, and completed two days later; noted, and not judged yet."""

    def make(
        *,
        by: Actor = city.crew,
        at: datetime = DONE,
        reported: datetime = NOW,
        visit: timedelta | None = timedelta(minutes=30),
        text: str = "Filled two holes.",
        location: Location = FAR,
    ) -> Receipt:
        made = submit(small_city.draft(location=location), by=city.resident, at=reported)
        if visit is not None:
            work.start(made.request_id, by=by, at=at - visit)
        close.complete(made.request_id, outcome_code="fixed", explanation=text, by=by, at=at)
        note.note_completions([made.request_id], at=at)
        return made

    return make


def judged(at: datetime = LATER) -> dict[int, ClosureFlag]:
    """Judge what is due; what looks false, by request."""
    judge.judge_due(at=at)
    flags = ClosureFlag.objects.all()
    return {flag.service_request_id: flag for flag in flags}


def codes(flag: ClosureFlag) -> set[str]:
    """The codes of a flag's reasons."""
    return {reason["code"] for reason in flag.reasons}


def closure_of(made: Receipt) -> Closure:
    """The latest completion of a request."""
    return Closure.objects.filter(service_request=made.request_id).latest("completed_at")
