"""The crews and desks of the demo's agencies: they are in its history, and cannot sign in."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from citycall.accounts.actions import give_role
from citycall.accounts.models import Role, User
from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM
from citycall.demo.history.words import FAMILY, GIVEN

OF_A_TEAM: Final = 3


@dataclass(frozen=True)
class Crews:
    """User ids: of each team's people, by team id, and of each agency's desk; and their names."""

    teams: Mapping[int, tuple[int, ...]]
    desks: Mapping[int, int]
    names: Mapping[int, str]


def make(*, at: datetime) -> None:
    """Make three people for each team and one for each agency's desk."""
    book = catalog()
    for team in book.teams:
        for n in range(OF_A_TEAM):
            _make(f"{team.code}-{n + 1}", Role.CREW, team.agency_id, team.id, at=at)
    for agency in book.directory.agencies:
        _make(f"{agency.code}-desk", Role.DISPATCHER, agency.id, None, at=at)


def _make(username: str, role: Role, agency_id: int, team_id: int | None, *, at: datetime) -> None:
    rng = np.random.default_rng(zlib.crc32(username.encode()))
    user = User.objects.create_user(
        username=username, first_name=str(rng.choice(GIVEN)), last_name=str(rng.choice(FAMILY))
    )
    give_role(user, role=role, agency_id=agency_id, team_id=team_id, by=SYSTEM, at=at)


def known() -> Crews:
    """Everybody that ``make`` made; raises ``LookupError`` where the city was loaded without."""
    book = catalog()
    named = [f"{team.code}-{n + 1}" for team in book.teams for n in range(OF_A_TEAM)]
    named += [f"{agency.code}-desk" for agency in book.directory.agencies]
    users = {user.username: user for user in User.objects.filter(username__in=named)}
    try:
        teams = {
            team.id: tuple(users[f"{team.code}-{n + 1}"].pk for n in range(OF_A_TEAM))
            for team in book.teams
        }
        desks = {agency.id: users[f"{agency.code}-desk"].pk for agency in book.directory.agencies}
    except KeyError as missing:
        raise LookupError(f"There is no {missing} here: load the demo city first.") from None
    return Crews(teams, desks, {user.pk: str(user) for user in users.values()})
