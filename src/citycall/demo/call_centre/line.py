"""The demo's callers in one line: who comes when, who is answered by whom, who hangs up."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

# Hour by hour of the local day, midnight first.
_HOURS: Final = (
    2, 1.5, 1, 1, 1.5, 3, 7, 14, 24, 28, 28, 26, 25, 24, 23, 22, 20, 15, 11, 9, 8, 6, 4, 3,
)  # fmt: skip
WEEKDAYS: Final = (1.22, 1.14, 1.10, 1.08, 1.05, 0.77, 0.64)
DAILY: Final = 300
# (what came of it, how often, mean seconds of talk, mean seconds of wrap-up)
KINDS: Final = (
    ("information", 0.52, 150, 18),
    ("follow_up", 0.24, 170, 30),
    ("report", 0.10, 270, 55),
    ("transferred", 0.08, 110, 25),
    ("nothing", 0.055, 20, 8),
    ("emergency", 0.005, 60, 60),
)
_PATIENCE_S: Final = 220.0


@dataclass(slots=True)
class Caller:
    """One call, in seconds from the day's midnight; what never happened is none."""

    came: float
    kind: str
    talk: float
    wrap: float
    patience: float
    outgoing: bool = False
    asks_back: bool = False
    request: int | None = None
    phone: str = ""
    medium: str = "phone"
    language: str = "en"
    taker: int | None = None
    queued: float | None = None
    answered: float | None = None
    ended: float | None = None
    wrapped: float | None = None
    held: float = 0.0
    ending: str = ""


@dataclass(slots=True)
class Desk:
    """A call-taker's day: when they can take calls, and until when the present one lasts."""

    taker: int
    there: list[tuple[float, float]] = field(default_factory=list)
    free: float = -1e9

    def from_when(self, at: float) -> float:
        """The earliest moment from ``at`` on at which they could answer."""
        wanted = max(at, self.free)
        for since, until in self.there:
            if wanted < until:
                return max(wanted, since)
        return float("inf")


def callers(
    weekday: int, times: float, rng: np.random.Generator, *, daily: int = DAILY
) -> list[Caller]:
    """Who comes on a day, ``times`` as many as usual."""
    number = int(rng.poisson(daily * WEEKDAYS[weekday] * times))
    hours = np.array(_HOURS) / sum(_HOURS)
    came = rng.choice(24, number, p=hours) * 3_600 + rng.uniform(0, 3_600, number)
    part = np.array([kind[1] for kind in KINDS])
    kinds = rng.choice(len(KINDS), number, p=part / part.sum())
    return [caller(float(at), kind, rng) for at, kind in zip(came, kinds, strict=True)]


def caller(came: float, kind: int, rng: np.random.Generator, **known: object) -> Caller:
    """A caller of this kind, with a nature of their own."""
    name, _part, talk, wrap = KINDS[kind]
    medium = "phone" if name in {"transferred", "emergency", "nothing"} else str(
        rng.choice(["phone", "chat", "visit", "letter"], p=[0.92, 0.04, 0.03, 0.01])
    )  # fmt: skip
    made = Caller(
        came=came,
        kind=name,
        talk=float(rng.gamma(2.2, talk / 2.2)) + 5,
        wrap=float(rng.gamma(2.0, wrap / 2.0)) + 2,
        patience=float(rng.exponential(_PATIENCE_S)) + 4,
        medium=medium,
        language=str(rng.choice(["en", "es", "zh-hans", "ar"], p=[0.83, 0.12, 0.03, 0.02])),
    )
    for attribute, value in known.items():
        setattr(made, attribute, value)
    return made


def run(all_callers: Iterable[Caller], desks: Sequence[Desk], rng: np.random.Generator) -> None:
    """Let everybody come, wait and be answered in the order in which they came."""
    line = [(each.came, n, each) for n, each in enumerate(all_callers)]
    heapq.heapify(line)
    count = len(line)
    while line:
        _at, _n, each = heapq.heappop(line)
        back = _serve(each, desks, rng)
        if back is not None:
            count += 1
            heapq.heappush(line, (back.came, count, back))


def _serve(each: Caller, desks: Sequence[Desk], rng: np.random.Generator) -> Caller | None:
    """One caller's call; gives the call back that they asked for."""
    waits_in_line = each.medium in {"phone", "chat"} and not each.outgoing
    queued = each.came + (float(rng.uniform(8, 25)) if waits_in_line else 0.0)
    if waits_in_line:
        each.queued = queued
    desk = min(desks, key=lambda d: (d.from_when(queued), d.free), default=None)
    found = float("inf") if desk is None else desk.from_when(queued)
    if waits_in_line and found - queued > 120 and rng.random() < 0.12:
        each.ended, each.ending = queued + float(rng.uniform(20, 90)), "call_back"
        return Caller(
            came=each.ended + float(rng.uniform(300, 2_000)), kind=each.kind, talk=each.talk,
            wrap=each.wrap, patience=1e9, outgoing=True, request=each.request, phone=each.phone,
            language=each.language,
        )  # fmt: skip
    if waits_in_line and found - queued > each.patience:
        each.ended, each.ending = queued + each.patience, "left"
        return None
    if desk is None or found == float("inf"):
        # Whoever comes to nobody goes again.
        each.ended, each.ending = queued + 60, "left"
        return None
    each.taker = desk.taker
    each.answered = found + (float(rng.uniform(2, 7)) if waits_in_line else 0.0)
    each.ended = each.answered + each.talk
    each.wrapped = each.ended + each.wrap
    each.held = each.talk * 0.25 if rng.random() < 0.12 else 0.0
    desk.free = each.wrapped
    return None
