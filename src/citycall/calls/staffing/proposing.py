"""Which shifts close the gaps of a day with the least paid time: a small integer program."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from citycall.calls.staffing.forecast import HALF_HOURS
from citycall.calls.staffing.planning import Shift

# Half hours: a full shift with its break in the middle or beside, and a short one without.
_FULL, _SHORT = 17, 8
_BREAKS: Final = (7, 8, 9)
_FIRST, _LAST = 10, 44
_SECONDS: Final = 0.5


def patterns() -> list[Shift]:
    """What shifts there can be: each begins at a full hour from 5 in the morning to 10 at night."""
    found = []
    for begins in range(_FIRST, _LAST + 1, 2):
        found.append(Shift(begins=begins, lasts=_SHORT, people=1))
        found += [
            Shift(begins=begins, lasts=_FULL, people=1, break_at=begins + after)
            for after in _BREAKS
        ]
    return found


def propose(missing: Sequence[int]) -> list[Shift]:
    """The shifts that have as many more people in each half hour of a day as are missing.

    Of all ways the one with the fewest paid half hours, or a good one where finding it would take
    longer than half a second. What no shift reaches (the hours before five) stays missing.
    """
    wanted = np.maximum(np.asarray(missing, dtype=float), 0)
    if len(wanted) != HALF_HOURS:
        raise ValueError(f"A day has {HALF_HOURS} half hours, not {len(wanted)}.")
    every = patterns()
    covers = np.array([[s.at_work(t) for s in every] for t in range(HALF_HOURS)], dtype=float)
    wanted[~covers.any(axis=1)] = 0
    if not wanted.any():
        return []
    found = milp(
        c=np.array([shift.lasts for shift in every], dtype=float),
        constraints=LinearConstraint(covers, lb=wanted),
        integrality=np.ones(len(every)),
        bounds=Bounds(lb=0),
        options={"time_limit": _SECONDS},
    )
    people = np.zeros(len(every)) if found.x is None else np.round(found.x)
    return [
        Shift(begins=s.begins, lasts=s.lasts, people=int(n), break_at=s.break_at)
        for s, n in zip(every, people, strict=True)
        if n > 0
    ]
