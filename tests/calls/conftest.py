"""A small call centre: who is there, and calls that come."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from citycall.accounts.models import Role, User
from citycall.accounts.queries import actor_of
from citycall.calls.actions import desks, flow
from citycall.calls.models import Call
from citycall.core.actors import SYSTEM, Actor
from tests.city import NOW

Hire = Callable[..., Actor]
Ring = Callable[..., Call]


@pytest.fixture
def hire(db: None) -> Hire:
    """Somebody of the call centre, at a desk where ``state`` says so."""

    def hired(
        name: str = "ada",
        *,
        role: Role = Role.CALL_TAKER,
        state: str = "",
        languages: tuple[str, ...] = (),
        topics: tuple[str, ...] = (),
        at: datetime = NOW,
    ) -> Actor:
        user = User.objects.create_user(name, password="correct horse battery")
        user.memberships.create(role=role)
        actor = actor_of(user)
        if state:
            desks.set_state(user.pk, state, by=SYSTEM, at=at)
        if languages or topics:
            desks.set_skills(user.pk, languages=languages, topics=topics, by=SYSTEM, at=at)
        return actor

    return hired


@pytest.fixture
def ring(db: None) -> Ring:
    """A call that waits in the queue since ``at``."""
    count = 0

    def rung(*, at: datetime = NOW, phone: str = "", **waiting: Any) -> Call:
        nonlocal count
        count += 1
        call = flow.arrive(switch="pbx", switch_id=f"c{count}", by=SYSTEM, at=at, phone=phone)
        return flow.wait(call.pk, by=SYSTEM, at=at, **waiting)

    return rung
