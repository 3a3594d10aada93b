"""How a partner is treated when it does not answer: let alone for a while, longer each time."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F

from citycall.exchange.models import Partner
from citycall.exchange.open311.failures import Limited, Rejected, Unavailable

# So many failures in a row may be a chance; then it rests 10 seconds, 20, 40 … 10 minutes.
CHANCE: Final = 3
FIRST_REST: Final = timedelta(seconds=10)
LONGEST_REST: Final = timedelta(minutes=10)
# Where it does not take our key, only somebody can put that right.
REST_REFUSED: Final = timedelta(minutes=10)
SHORTEST_LIMIT: Final = timedelta(seconds=1)
LONGEST_LIMIT: Final = timedelta(days=1)
_LONGEST_PROBLEM: Final = 500


def is_resting(partner: Partner, *, at: datetime) -> bool:
    """Whether the partner is to be left alone now, or for good."""
    return not partner.active or bool(rest_of(partner, at=at))


def rest_of(partner: Partner, *, at: datetime) -> timedelta:
    """How much longer the partner is to be left alone."""
    return max((partner.resting_until or at) - at, timedelta(0))


def answered(partner: Partner) -> None:
    """The partner has done what it was asked."""
    rows = Partner.objects.filter(pk=partner.pk)
    rows.exclude(failures=0, problem="").update(failures=0, problem="")


def failed(partner: Partner, error: Limited | Unavailable | Rejected, *, at: datetime) -> None:
    """The partner could not be used; it rests as its answer says, or as its failures say."""
    rows = Partner.objects.filter(pk=partner.pk)
    problem = error.message[:_LONGEST_PROBLEM]
    if isinstance(error, Limited):
        rest = min(max(timedelta(seconds=error.retry_after), SHORTEST_LIMIT), LONGEST_LIMIT)
        rows.update(resting_until=at + rest, problem=problem)
        return
    rows.update(failures=F("failures") + 1, problem=problem)
    if isinstance(error, Rejected):
        rows.update(resting_until=at + REST_REFUSED)
        return
    failures = rows.values_list("failures", flat=True).get()
    if failures >= CHANCE:
        rest = min(FIRST_REST * 2 ** min(failures - CHANCE, 16), LONGEST_REST)
        rows.update(resting_until=at + rest)
