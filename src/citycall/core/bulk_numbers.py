"""Confirmation numbers by the ten thousand, for loading history: the same as ``core.numbers``."""

import os

import numpy as np
from numpy.typing import NDArray
from stdnum import damm

from citycall.core.numbers import FIRST_SET_ASIDE, SERIALS

Whole = NDArray[np.int64]

_SERIAL_DIGITS = 9


def _damm_table() -> NDArray[np.int8]:
    # Row i is how the check digit i changes with one more digit, read off the public function:
    # after the first digit that leads to i, each further digit leads to the entry.
    first = {damm.checksum(str(digit)): str(digit) for digit in range(10)}
    rows = [[damm.checksum(f"{first[i]}{digit}") for digit in range(10)] for i in range(10)]
    return np.array(rows, dtype=np.int8)


_TABLE = _damm_table()


def compose(*, years: Whole, serials: Whole) -> Whole:
    """The numbers of ``serials`` (0 to 999,999,999) in ``years``; both of one length."""
    body = (years % 100) * SERIALS + serials
    check = np.zeros(len(body), dtype=np.int8)
    for power in range(_SERIAL_DIGITS + 1, -1, -1):
        check = _TABLE[check, body // 10**power % 10]
    return body * 10 + check


def draw(*, years: Whole) -> Whole:
    """A new number of each year. Unguessable; that none is taken yet is the caller's to check."""
    drawn = np.frombuffer(os.urandom(8 * len(years)), dtype=np.uint64)
    # Of 2**64 values some serials take one more than the rest: no attacker can use that.
    return compose(years=years, serials=(drawn % FIRST_SET_ASIDE).astype(np.int64))
