"""How long somebody has to wait, told honestly: with what is known, or not at all."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, F, Q, QuerySet, Sum

from citycall.calls.models import Call, CallBack, Desk
from citycall.calls.pace import sums
from citycall.calls.pace.rules import Desks, Pace, Skills, competing, expected_wait

# A call that began to wait longer ago was ended without the telephone system's saying so.
LONGEST: Final = timedelta(hours=6)
AT_WORK: Final = (Desk.State.READY, Desk.State.BUSY, Desk.State.WRAPPING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Seconds that a wait is expected to last from now, and how many are ahead.

    One in ten waits less than ``low``, one in ten more than ``high``.
    """

    seconds: int
    low: int
    high: int
    ahead: int


def expected(
    *, language: str, topic: str, priority: int, queued_at: datetime, at: datetime
) -> Expected | None:
    """The wait of a call with this place in the queue; None where nobody is there to take it.

    Calls that come later and go before, by their priority, are not foreseen.
    """
    return Outlook(at=at).expected(
        language=language, topic=topic, priority=priority, queued_at=queued_at
    )


def calls_waiting(*, at: datetime) -> QuerySet[Call]:
    """The calls that wait for a call-taker, ringing ones too."""
    return Call.objects.filter(
        queued_at__isnull=False,
        queued_at__gt=at - LONGEST,
        answered_at__isnull=True,
        ended_at__isnull=True,
        ending="",
    )


def call_backs_waiting(*, at: datetime) -> QuerySet[CallBack]:
    """The call-backs whose time has come, without those of callers who wait on the line again."""
    on_the_line = Q(
        call__queued_at__gt=at - LONGEST,
        call__answered_at__isnull=True,
        call__ended_at__isnull=True,
        call__ending="",
    )
    due = Q(next_at__isnull=True) | Q(next_at__lte=at)
    rows = CallBack.objects.filter(due, state=CallBack.State.WAITING)
    return rows.exclude(pk__in=CallBack.objects.filter(on_the_line, state="waiting").values("pk"))


class Outlook:
    """The call centre at one moment, read once; answers for any number of places in its queue."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at
        self._desks = list(
            Desk.objects.filter(state__in=AT_WORK).values_list(
                "state", "since", "languages", "topics"
            )
        )
        self._pace: Pace | None = None

    @property
    def people(self) -> int:
        """How many are at work."""
        return len(self._desks)

    def expected(
        self, *, language: str, topic: str, priority: int, queued_at: datetime
    ) -> Expected | None:
        """The wait from now of somebody at this place."""
        before = Q(priority__lt=priority)
        calls = calls_waiting(at=self.at).filter(
            before | Q(priority=priority, queued_at__lt=queued_at)
        )
        backs = call_backs_waiting(at=self.at).filter(
            before | Q(priority=priority, joined_at__lt=queued_at)
        )
        return self.wait_behind(
            calls=by_skill(calls), backs=by_skill(backs), language=language, topic=topic
        )

    def wait_behind(
        self,
        *,
        calls: Counter[tuple[str, str]],
        backs: Counter[tuple[str, str]],
        language: str,
        topic: str,
    ) -> Expected | None:
        """The wait behind these calls and call-backs, counted by language and topic."""
        desks = self._able(language, topic)
        if desks.people == 0:
            return None
        kinds = Counter(
            Skills(frozenset(langs), frozenset(topics)) for _s, _t, langs, topics in self._desks
        )
        both = calls + backs
        ahead = competing(waiting=both, desks=kinds, language=language, topic=topic)
        patient = ahead * backs.total() / both.total() if both else 0.0
        found = expected_wait(ahead=ahead, patient=patient, desks=desks, pace=self.pace())
        if found is None:
            return None
        return Expected(
            seconds=round(found.seconds),
            low=round(found.low),
            high=round(found.high),
            ahead=round(ahead),
        )

    def pace(self) -> Pace:
        """How fast calls are handled, and how soon callers hang up."""
        if self._pace is None:
            waited: timedelta | None = calls_waiting(at=self.at).aggregate(
                waited=Sum(self.at - F("queued_at"))
            )["waited"]
            waiting_s = waited.total_seconds() if waited else 0.0
            self._pace = sums.pace(at=self.at, waiting_s=max(waiting_s, 0.0))
        return self._pace

    def _able(self, language: str, topic: str) -> Desks:
        """The desks that can take such a call."""
        ready, wrapping, talking = 0, 0, []
        for state, since, languages, topics in self._desks:
            if not Skills(frozenset(languages), frozenset(topics)).fit(language, topic):
                continue
            if state == Desk.State.READY:
                ready += 1
            elif state == Desk.State.WRAPPING:
                wrapping += 1
            else:
                talking.append(max((self.at - since).total_seconds(), 0.0))
        return Desks(ready=ready, talking_s=tuple(talking), wrapping=wrapping)


def by_skill(rows: QuerySet[Call] | QuerySet[CallBack]) -> Counter[tuple[str, str]]:
    """How many there are of each language and topic."""
    counted = rows.order_by().values_list("language", "topic").annotate(count=Count("pk"))
    return Counter({(language, topic): count for language, topic, count in counted})
