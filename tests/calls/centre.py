"""A call centre, caller by caller: who comes, hangs up, asks to be called back, is answered."""

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from citycall.calls.pace.rules import Desks, Pace, Sums, Wait, expected_wait, pace_of

# As bench/storm.py has it: of the callers, how many hang up after which time; one in ten asks
# after a minute to be called back.
BENCH = ((0.35, math.inf), (0.20, 900.0), (0.20, 300.0), (0.15, 90.0), (0.10, -60.0))


def of_bench(chance: random.Random) -> float:
    """Such a patience; a negative one is after how long they keep their place and hang up."""
    return chance.choices([seconds for _part, seconds in BENCH], [part for part, _s in BENCH])[0]


@dataclass
class Caller:
    """One who came: when, what they were told, and what became of them."""

    came: float
    told: Wait | None = None
    ahead: int = 0
    answered: float | None = None
    left: float | None = None
    back: bool = False

    @property
    def waited(self) -> float | None:
        """Seconds until the answer, for those who were answered."""
        return None if self.answered is None else self.answered - self.came


@dataclass
class Centre:
    """A storm: ``calls`` within ``minutes``, and ``people`` who answer in the order of places."""

    calls: int = 2_200
    minutes: float = 30
    people: int = 25
    handling_s: float = 200
    spread: float = 0.7
    wrap_up_s: float = 30
    patience: Callable[[random.Random], float] = lambda chance: chance.expovariate(1 / 600)
    # The part of those told more than two minutes who choose a call-back.
    backs: float = 0.25
    # How many call-takers there were so far and their calls, before the storm.
    before: Sums = field(default_factory=Sums)
    seed: int = 0

    def run(self) -> list[Caller]:
        """Everybody who came, once nobody waits any more."""
        self.chance = random.Random(self.seed)
        self.free = self.people
        self.began: dict[int, float] = {}
        self.queue: list[tuple[float, int]] = []
        self.callers = self._arrivals()
        self.seen: list[tuple[float, float]] = []
        self.waits: list[tuple[float, float, bool]] = []
        self.events = [(each.came, n, "comes", n) for n, each in enumerate(self.callers)]
        heapq.heapify(self.events)
        while self.events:
            at, _order, what, who = heapq.heappop(self.events)
            getattr(self, f"_{what}")(at, who)
        return self.callers

    def _arrivals(self) -> list[Caller]:
        times = sorted(self.chance.uniform(0, self.minutes * 60) for _n in range(self.calls))
        return [Caller(came=at) for at in times]

    def _comes(self, at: float, who: int) -> None:
        caller = self.callers[who]
        waiting = [n for _came, n in self.queue if self.callers[n].left is None]
        backs = sum(self.callers[n].back for n in waiting)
        caller.ahead = len(waiting)
        caller.told = expected_wait(
            ahead=len(waiting), patient=backs, desks=self._desks(at), pace=self._pace(at)
        )
        told_long = caller.told is not None and caller.told.seconds > 120
        caller.back = told_long and self.chance.random() < self.backs
        heapq.heappush(self.queue, (at, who))
        if not caller.back:
            patience = self.patience(self.chance)
            if patience < math.inf:
                self._later(at + abs(patience), "leaves" if patience >= 0 else "asks", who)
        self._serve(at)

    def _leaves(self, at: float, who: int) -> None:
        if self.callers[who].answered is None:
            self.callers[who].left = at
            self.waits.append((at, at - self.callers[who].came, True))

    def _asks(self, at: float, who: int) -> None:
        if self.callers[who].answered is None:
            self.callers[who].back = True
            self.waits.append((at, at - self.callers[who].came, False))

    def _ends(self, at: float, who: int) -> None:
        self.seen.append((at, at - self.began.pop(who)))
        self.free += 1
        self._serve(at)

    def _serve(self, at: float) -> None:
        while self.free and self.queue:
            _came, who = heapq.heappop(self.queue)
            caller = self.callers[who]
            if caller.left is None:
                caller.answered = at
                if not caller.back:
                    self.waits.append((at, at - caller.came, False))
                self.free -= 1
                self.began[who] = at
                sigma = math.sqrt(math.log1p(self.spread**2))
                middle = math.log(self.handling_s) - sigma**2 / 2
                self._later(at + self.chance.lognormvariate(middle, sigma), "ends", who)

    def _desks(self, at: float) -> Desks:
        return Desks(ready=self.free, talking_s=tuple(at - began for began in self.began.values()))

    def _pace(self, at: float) -> Pace:
        """As ``pace.sums`` reads it: whole half hours, the last and the present one."""
        since = (at // 1800 - 1) * 1800
        times = [took for ended, took in self.seen if ended >= since]
        waits = [(waited, left) for when, waited, left in self.waits if when >= since]
        still = [
            at - came
            for came, n in self.queue
            if self.callers[n].left is None and not self.callers[n].back
        ]
        recent = Sums(
            handled=len(times),
            handling_s=sum(times),
            handling_s2=sum(each**2 for each in times),
            wrap_up_s=self.wrap_up_s * len(times),
            left=sum(left for _waited, left in waits),
            waited_s=sum(waited for waited, _left in waits) + sum(still),
        )
        return pace_of(recent=recent, before=self.before)

    def _later(self, at: float, what: str, who: int) -> None:
        heapq.heappush(self.events, (at, len(self.callers) + who, what, who))


def within(callers: list[Caller], part: float, *, least_s: float = 10) -> float:
    """The part of those answered whose told wait was right within ``part``, or ``least_s``."""
    pairs = [
        (each.told.seconds, each.waited)
        for each in callers
        if each.waited is not None and each.told is not None
    ]
    right = sum(abs(told - waited) <= max(part * waited, least_s) for told, waited in pairs)
    return right / len(pairs)


def covered(callers: list[Caller]) -> float:
    """The part of those answered whose wait was between the low and the high that were told."""
    pairs = [(each.told, each.waited) for each in callers if each.waited is not None and each.told]
    return sum(told.low - 5 <= waited <= told.high + 5 for told, waited in pairs) / len(pairs)
