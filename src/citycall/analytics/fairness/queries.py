"""What was found out last, and what a change of crews would do, for whoever may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _

from citycall.analytics.fairness import crews, findings, loads
from citycall.analytics.fairness.crews import Change
from citycall.analytics.fairness.findings import Findings
from citycall.analytics.fairness.models import Finding
from citycall.analytics.fairness.policies import PERMISSIONS
from citycall.analytics.fairness.untold import Between, between
from citycall.analytics.queries import require_agency
from citycall.analytics.store import Facts, current
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.permissions import require

MOST_CREWS: Final = 500


class NoSuchMove(DomainError):
    """Crews cannot be moved so; the sentence says why."""

    code = "no_such_move"


@dataclass(frozen=True, slots=True)
class Move:
    """``crews`` go from one team, which has ``giver_has``, to another, which has ``taker_has``.

    May be parts of crews: hours as shares of a crew's week.
    """

    giver: int
    taker: int
    crews: float
    giver_has: float
    taker_has: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a move would have made of the year before ``as_of``: of both teams, and by area.

    ``areas`` are days that all requests of an area together would have waited more (above zero)
    or less. ``_follows`` says of each team which share of its waiting follows its line.
    """

    giver: Change
    taker: Change
    areas: Mapping[int, Between]
    giver_follows: Between
    taker_follows: Between
    as_of: datetime


def layers() -> list[str]:
    """The layers of which something was found out."""
    return list(Finding.objects.order_by("layer").values_list("layer", flat=True))


def found_for(by: Actor, layer: str) -> Findings | None:
    """The last findings of a layer; none where there are none. Permission: fairness.see."""
    require(PERMISSIONS, "see", by=by)
    row = Finding.objects.filter(layer=layer).first()
    return findings.from_json(row.found) if row else None


def found_for_all(layer: str) -> Findings | None:
    """The last findings of a layer's public services, without what could lead to a person."""
    row = Finding.objects.filter(layer=layer, in_public__isnull=False).first()
    return findings.public(findings.from_json(row.in_public)) if row else None


def what_if(by: Actor, move: Move, *, layer: str) -> Outcome:
    """What a change of crews would have made of the last year. Permission: fairness.see.

    Raises NoSuchMove where the numbers make no sense or a team had too little work.
    """
    require(PERMISSIONS, "see", by=by)
    _check(move)
    with current() as facts:
        for agency_id in _agencies_of(facts, move):
            require_agency(by, agency_id)
        lines = []
        for team in (move.giver, move.taker):
            load = loads.read(facts, team=team, layer=layer, as_of=facts.as_of)
            line = crews.line(load)
            if line is None:
                name = facts.sql("SELECT name FROM teams WHERE id = $id", {"id": team})
                raise NoSuchMove(
                    _("%(team)s had fewer than %(n)s requests in a year: too few to say anything.")
                    % {"team": name[0][0].as_py() if name.num_rows else team, "n": crews.ENOUGH}
                )
            lines.append(line)
        as_of = facts.as_of.replace(tzinfo=UTC)
    giver = crews.change(lines[0], factor=1 - move.crews / move.giver_has)
    taker = crews.change(lines[1], factor=1 + move.crews / move.taker_has)
    return Outcome(
        giver=giver,
        taker=taker,
        areas=crews.by_area([giver, taker]),
        giver_follows=between(lines[0].follows),
        taker_follows=between(lines[1].follows),
        as_of=as_of,
    )


def _agencies_of(facts: Facts, move: Move) -> list[int]:
    """Whose teams they are: how their work waits is for those who may see their numbers."""
    told = facts.sql(
        "SELECT DISTINCT agency FROM teams WHERE id IN ($giver, $taker)",
        {"giver": move.giver, "taker": move.taker},
    )
    return [int(each) for each in told["agency"].to_pylist()]


def _check(move: Move) -> None:
    if move.giver == move.taker:
        raise NoSuchMove(_("Choose two different teams."), field="taker")
    numbers = (move.crews, move.giver_has, move.taker_has)
    if not all(0 < number <= MOST_CREWS for number in numbers):
        raise NoSuchMove(
            _("Numbers of crews lie above 0 and are at most %(n)s.") % {"n": MOST_CREWS}
        )
    if move.crews >= move.giver_has:
        raise NoSuchMove(_("The team that gives needs to keep some of its crews."))
