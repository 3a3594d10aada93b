"""The question what other crews would change: read from the address, answered in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from citycall.analytics.fairness.crews import Change
from citycall.analytics.fairness.queries import Move, Outcome
from citycall.analytics.fairness.untold import Between
from citycall.analytics.measures.measure import Unit
from citycall.pages.fairness_words import Names, name_of
from citycall.pages.numbers import days, rounded, told

# Days that nobody can tell from none.
LEAST: Final = 0.05
FIELDS: Final = ("giver", "giver_has", "taker", "taker_has", "crews")


@dataclass(frozen=True, slots=True)
class AskedMove:
    """What was typed, what is wrong with it by field, and the move where nothing is."""

    typed: Mapping[str, str]
    move: Move | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AreaChange:
    """All waiting of an area's requests in a year, in days: more, or fewer."""

    name: str
    change: str
    range: str


def read(typed: QueryDict, teams: Mapping[int, str]) -> AskedMove | None:
    """The move that the address asks for; none where it asks for none."""
    given = {name: typed.get(name, "").strip() for name in FIELDS}
    if not any(given.values()):
        return None
    faults: dict[str, str] = {}
    numbers: dict[str, float] = {}
    for name in ("giver_has", "taker_has", "crews"):
        try:
            numbers[name] = float(given[name].replace(",", "."))
        except ValueError:
            faults[name] = _("Write a number, for example 4 or 0.5.")
    chosen = {}
    for name in ("giver", "taker"):
        if given[name].isdecimal() and int(given[name]) in teams:
            chosen[name] = int(given[name])
        else:
            faults[name] = _("Choose a team from the list.")
    if faults:
        return AskedMove(given, None, faults)
    return AskedMove(
        given,
        Move(
            giver=chosen["giver"],
            taker=chosen["taker"],
            crews=numbers["crews"],
            giver_has=numbers["giver_has"],
            taker_has=numbers["taker_has"],
        ),
    )


def says(outcome: Outcome, move: Move, teams: Mapping[int, str]) -> list[str]:
    """What it would have made of the year, for the team that gains first."""
    return [
        _change(outcome.taker, teams[move.taker]),
        _change(outcome.giver, teams[move.giver]),
        _(
            "Of what the model says of %(team)s, %(share)s shows in its weeks (%(low)s to "
            "%(high)s): in weeks with more waiting, requests took longer by that share."
        )
        % {
            "team": teams[move.taker],
            "share": told(outcome.taker_follows.value, Unit.SHARE),
            "low": told(outcome.taker_follows.low, Unit.SHARE),
            "high": told(outcome.taker_follows.high, Unit.SHARE),
        },
    ]


def _change(change: Change, team: str) -> str:
    low, high = sorted((abs(change.days.low), abs(change.days.high)))
    told_of = {"team": team, "low": rounded(low, 1), "high": rounded(high, 1)}
    if abs(change.days.value) < LEAST:
        return (
            _("%(team)s: a request would have taken about as long (within %(high)s days of it).")
            % told_of
        )
    words = (
        _("%(team)s: a request would have been done %(days)s sooner (%(low)s to %(high)s).")
        if change.days.value < 0
        else _("%(team)s: a request would have taken %(days)s longer (%(low)s to %(high)s).")
    )
    return words % {**told_of, "days": days(abs(change.days.value))}


def area_changes(areas: Mapping[int, Between], names: Names) -> list[AreaChange]:
    """Who gains most first."""
    return [
        AreaChange(
            name=name_of(names, area),
            change=_signed(each.value),
            range=_("%(low)s to %(high)s") % {"low": _signed(each.low), "high": _signed(each.high)},
        )
        for area, each in sorted(areas.items(), key=lambda item: item[1].value)
    ]


def _signed(value: float) -> str:
    whole = round(value) or 0
    return f"{'+' if whole > 0 else ''}{rounded(whole)}"
