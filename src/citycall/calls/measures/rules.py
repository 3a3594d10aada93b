"""What each number of the call centre means, and how it follows from what was counted.

All numbers of a conversation belong to the half hour in which it arrived. Sums of half hours are
those of the hour, day or week; averages and parts are always worked out from the sums, never
averaged again.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Final, Self

from django.utils.translation import gettext as _

from citycall.core.errors import DomainError

HALF_HOUR: Final = timedelta(minutes=30)
# Whoever asks again within so many days had not got what they needed. Seven is usual: ICMI and
# SQM Group count between one day and thirty, most call centres seven.
AGAIN_WITHIN: Final = timedelta(days=7)
# Waits are counted by these bounds (seconds, each included), so that a target or what is a short
# wait can be changed later without counting anew. The last count is of all longer waits.
BOUNDS: Final = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
BUCKETS: Final = len(BOUNDS) + 1
_NONE: Final = (0,) * BUCKETS


class UnknownBound(DomainError):
    """Waits are not counted by this number of seconds."""

    code = "unknown_bound"

    def __init__(self) -> None:
        known = ", ".join(map(str, BOUNDS))
        super().__init__(
            _("Waits are counted by these numbers of seconds: %(known)s.") % {"known": known}
        )


def bucket(waited_s: float) -> int:
    """Which of the counts a wait belongs to: that of the first bound it is not longer than."""
    return bisect_left(BOUNDS, waited_s)


@dataclass(frozen=True, slots=True)
class Target:
    """``part`` of callers answered within ``within_s``; who left within ``short_s`` hardly waited.

    Usual ones: 0.8 within 30 s (New York's 311), 0.95 within 30 s (Boston).
    """

    part: float = 0.8
    within_s: int = 30
    short_s: int = 5

    def __post_init__(self) -> None:
        if self.within_s not in BOUNDS or self.short_s not in BOUNDS:
            raise UnknownBound


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted, to be added up; times in seconds.

    ``offered`` came to the queue of people: incoming calls, not those whom the menu served or that
    came outside the hours. Of these ``answered`` by a person, ``abandoned`` (hung up while
    waiting), ``call_backs`` (asked to be called back), ``lost`` (the connection failed, or the
    menu took them back), and ``waiting`` still. ``waits``, ``left`` and ``still`` are the waits
    of those answered, abandoned and waiting, by ``BOUNDS``.

    ``handled`` are all conversations that somebody had and that are over: also outgoing calls,
    visits, chats and letters, since they take people's time. ``talk_seconds`` include
    ``held_seconds``.

    ``contacts`` are incoming conversations of which came a request, a follow-up or information.
    Of these, ``first_contacts`` left nothing to do, and the same number did not speak with anybody
    about the same request, service or article within seven days of its arrival; where it is not
    known what one of the two was about, they are taken to be about the same. ``repeats`` came
    within seven days after another contact of the same number or about the same request.
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    call_backs: int = 0
    lost: int = 0
    waiting: int = 0
    waits: Sequence[int] = _NONE
    left: Sequence[int] = _NONE
    still: Sequence[int] = _NONE
    speed_seconds: float = 0.0
    longest_seconds: float = 0.0
    menu: int = 0
    closed: int = 0
    handled: int = 0
    talk_seconds: float = 0.0
    held_seconds: float = 0.0
    wrap_seconds: float = 0.0
    reports: int = 0
    follow_ups: int = 0
    informations: int = 0
    transfers: int = 0
    emergencies: int = 0
    nothings: int = 0
    contacts: int = 0
    first_contacts: int = 0
    repeats: int = 0
    staffed_seconds: float = 0.0
    busy_seconds: float = 0.0

    def __add__(self, other: Self) -> Self:
        """Both together; the longest wait is the longer one."""
        return type(self)(**{name: _sum(name, self, other) for name in NAMES})

    def service_level(self, within_s: int) -> float | None:
        """The part of those offered that was answered within these seconds; None without any.

        Of the usual formulas the strictest: whoever hung up, or asked to be called back, was not
        answered in time. Others leave out short abandons (``kind_level``) or count the answered
        only (``answered_level``), which looks best where most people hang up (Cleveland, Call
        Center Management on Fast Forward, names all of them). Of those who wait still, only who
        has waited longer than this counts, as not answered in time.
        """
        decided = self.offered - self.waiting + self.waiting_longer(within_s)
        return _part(within(self.waits, within_s), decided)

    def kind_level(self, within_s: int, short_s: int) -> float | None:
        """As ``service_level``, without those who hung up before ``short_s``."""
        decided = self.offered - self.waiting + self.waiting_longer(within_s)
        return _part(within(self.waits, within_s), decided - self.left_shortly(short_s))

    def answered_level(self, within_s: int) -> float | None:
        """The part of the answered that was answered within these seconds."""
        return _part(within(self.waits, within_s), self.answered)

    def waiting_longer(self, within_s: int) -> int:
        """How many wait still, and longer than this."""
        return self.waiting - within(self.still, within_s)

    def left_shortly(self, short_s: int) -> int:
        """How many hung up before they had waited longer than this: misdialled, thought again."""
        return within(self.left, short_s)

    def left_after(self, short_s: int) -> int:
        """How many gave up waiting."""
        return self.abandoned - self.left_shortly(short_s)

    @property
    def abandon_rate(self) -> float | None:
        """The part of those offered that hung up while waiting, however soon."""
        return _part(self.abandoned, self.offered - self.waiting)

    @property
    def speed_of_answer(self) -> float | None:
        """The mean seconds from the queue to a person's answer, of those answered."""
        return _part(self.speed_seconds, self.answered)

    @property
    def handling_seconds(self) -> float | None:
        """The mean seconds that a conversation takes somebody: talk with hold, and wrap-up."""
        return _part(self.talk_seconds + self.wrap_seconds, self.handled)

    @property
    def occupancy(self) -> float | None:
        """The part of their time at the desk (ready, with a caller, wrapping up) people had work.

        From the spells at the desk, not from the calls; time away or signed off is not counted.
        """
        return _part(self.busy_seconds, self.staffed_seconds)

    @property
    def first_contact_rate(self) -> float | None:
        """The part of contacts that were resolved in one conversation."""
        return _part(self.first_contacts, self.contacts)

    @property
    def repeat_rate(self) -> float | None:
        """The part of contacts that came again."""
        return _part(self.repeats, self.contacts)


NAMES: Final = tuple(field.name for field in fields(Counts))
SERIES: Final = frozenset({"waits", "left", "still"})


def within(counts: Sequence[int], seconds: int) -> int:
    """How many of the waits were not longer than this; raises ``UnknownBound``."""
    if seconds not in BOUNDS:
        raise UnknownBound
    return sum(counts[: BOUNDS.index(seconds) + 1])


def _sum(name: str, one: Counts, other: Counts) -> Any:
    a, b = getattr(one, name), getattr(other, name)
    if name in SERIES:
        return tuple(x + y for x, y in zip(a, b, strict=True))
    return max(a, b) if name == "longest_seconds" else a + b


def _part(some: float, whole: float) -> float | None:
    return some / whole if whole > 0 else None
