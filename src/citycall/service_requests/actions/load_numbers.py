"""Ids and confirmation numbers for a batch, drawn before its rows are written."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from citycall.core import bulk_numbers, clock

Whole = NDArray[np.int64]


_NEW_IDS = """
WITH this AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence),
drawn AS MATERIALIZED (SELECT nextval(sequence) AS id FROM this, generate_series(1, %s))
SELECT min(id), CASE WHEN max(id) - min(id) + 1 > count(*) THEN array_agg(id ORDER BY id) END
FROM drawn
"""


def new_ids(table: str, count: int) -> Whole:
    """``count`` ids from the table's own sequence, rising; nobody else can get them."""
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    with connection.cursor() as cursor:
        cursor.execute(_NEW_IDS, [table, count])
        first, scattered = cursor.fetchone()
    # They are scattered where somebody else drew from the sequence meanwhile.
    return np.array(scattered) if scattered else np.arange(first, first + count)


def first_of_each(owners: Whole, count: int) -> Whole:
    """The position of the first of each owner's things: ``owners`` are 0 to ``count`` - 1."""
    first = np.zeros(count, dtype=np.int64)
    # Written from the back, so that what stays is the first.
    first[owners[::-1]] = np.arange(len(owners) - 1, -1, -1)
    return first


def new_numbers(reported_at: Any, wanted: NDArray[np.bool_]) -> Whole:
    """A confirmation number for each wanted report, of the city's year in which it was made."""
    moments = reported_at.to_numpy(zero_copy_only=False)[wanted]
    years = local_years(moments, zone=clock.city_zone())
    numbers = bulk_numbers.draw(years=years)
    again = _taken(numbers)
    while again.any():
        numbers[again] = bulk_numbers.draw(years=years[again])
        again = _taken(numbers)
    return numbers


def _taken(numbers: Whole) -> NDArray[np.bool_]:
    """Which numbers are another report's, here or in the database."""
    _unique, first = np.unique(numbers, return_index=True)
    taken = np.ones(len(numbers), dtype=bool)
    taken[first] = False
    with connection.cursor() as cursor:
        # In rising order each page of the index is read once.
        cursor.execute(
            "SELECT number FROM service_requests_report WHERE number = ANY(%s)",
            [np.sort(numbers).tolist()],
        )
        found = [row[0] for row in cursor.fetchall()]
    return taken | np.isin(numbers, found)


def local_years(moments: NDArray[np.datetime64], *, zone: ZoneInfo) -> Whole:
    """The year that the calendar of ``zone`` shows at each moment (UTC)."""
    if len(moments) == 0:
        return np.zeros(0, dtype=np.int64)
    span = moments.astype("datetime64[Y]").astype(np.int64) + 1970
    years = np.arange(span.min() - 1, span.max() + 3)
    starts = [
        datetime(year, 1, 1, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        for year in years.tolist()
    ]
    place = np.searchsorted(np.array(starts, dtype="datetime64[us]"), moments, side="right")
    return years[place - 1]
