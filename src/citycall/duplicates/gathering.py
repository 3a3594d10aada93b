"""Which earlier requests are looked at for a new one: near enough, and not over for too long."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import numpy as np

from citycall.duplicates.features import Case, metres_between

# Of the pairs that cities tell of, 98 in 100 lie within this.
REACH_M: Final = 300.0
# A request that is open since longer is another matter by now.
OPEN_SINCE: Final = timedelta(days=400)
# Who reports again what was closed lately may mean the same problem: it was not done.
CLOSED_SINCE: Final = timedelta(days=30)
# In a crowded place, those are compared that place, age and service speak for.
MOST: Final = 80


def counts(new: Case, other: Case) -> bool:
    """Whether another request is looked at: open for not too long, or closed lately."""
    age = new.at - other.at
    return age <= (OPEN_SINCE if other.open else CLOSED_SINCE)


def is_near(new: Case, other: Case) -> bool:
    """Whether it lies within ``REACH_M``."""
    return bool(metres_between(new, [other])[0] <= REACH_M)


def nearest(new: Case, found: Sequence[Case], *, most: int = MOST) -> list[Case]:
    """At most ``most`` of what was found, by a crude measure of distance, age and service."""
    if len(found) <= most:
        return list(found)
    metres = metres_between(new, found)
    days = np.array([(new.at - case.at) / timedelta(days=1) for case in found])
    same = np.array([case.service_id == new.service_id for case in found])
    is_open = np.array([case.open for case in found])
    crude = -metres / 20.0 - np.log1p(np.maximum(days, 0.0)) / 2.0 + 2.0 * same + 3.0 * is_open
    return [found[n] for n in sorted(np.argsort(-crude, kind="stable")[:most].tolist())]
