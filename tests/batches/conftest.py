"""The small city, many open potholes in it, and one way to do a batch to its end."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from citycall.batches.actions import deciding, preparing, running
from citycall.batches.models import Batch, BatchStep
from citycall.core.actors import Actor
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.city import NOW, City, draft

LATER = NOW + timedelta(hours=1)
FIXED = {"outcome": "fixed", "explanation": "The holes were filled."}


@pytest.fixture
def city(db: None, settings: Settings) -> City:
    settings.CITYCALL_BATCH_ALONE = 20
    return small_city.build()


@pytest.fixture
def holes(city: City) -> Callable[..., list[int]]:
    """So many open requests; gives their ids."""

    def told(count: int, service: str = "pothole", **changes: Any) -> list[int]:
        made = (submit(draft(service, **changes), by=city.resident, at=NOW) for _n in range(count))
        return [receipt.request_id for receipt in made]

    return told


def prepared(
    ids: Sequence[int], step: str, values: dict[str, Any] | None = None, *, by: Actor
) -> Batch:
    """A batch of which everything is said, and nothing done."""
    batch = preparing.prepare(ids, step=BatchStep(step), by=by, at=LATER)
    return preparing.say(batch.pk, values=values or {}, by=by, at=LATER)


def confirmed(
    ids: Sequence[int], step: str, values: dict[str, Any] | None = None, *, by: Actor
) -> Batch:
    """A batch that was confirmed, before the worker has begun with it."""
    batch = prepared(ids, step, values, by=by)
    return deciding.confirm(batch.pk, by=by, at=LATER)


def worked(batch: Batch, *, minutes: float = 1) -> Batch:
    """The batch as the worker leaves it."""
    while running.go_on(batch.pk, at=LATER + timedelta(minutes=minutes)):
        pass
    batch.refresh_from_db()
    return batch


def done(
    ids: Sequence[int], step: str, values: dict[str, Any] | None = None, *, by: Actor
) -> Batch:
    """A batch that was done."""
    return worked(confirmed(ids, step, values, by=by))


def taken_back(batch: Batch, *, by: Actor, minutes: float = 2) -> Batch:
    """The batch when it was taken back."""
    batch = running.undo(batch.pk, by=by, at=LATER + timedelta(minutes=minutes))
    return worked(batch, minutes=minutes)
