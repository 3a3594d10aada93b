"""Dates as exports write them, a column at a time, as moments.

A date that says its offset from UTC means that moment. One that does not is the local time of the
mapping's zone: where the clocks skip it in spring, the moment of the change; where it comes twice
in autumn, its first coming, or its second where the first would lie before what it must follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from citycall.agencies.wall_clock import stretches
from citycall.exchange.history.mapping import EPOCH, ISO

Moments = NDArray[np.datetime64]
Mask = NDArray[np.bool_]

# A date outside of these years is a slip of the pen in every 311 system there is.
FIRST_YEAR, LAST_YEAR = 1970, 2100

_LOCAL = pa.timestamp("us")
_NO_TEXT = pa.scalar(None, pa.string())
_MICROSECOND = np.timedelta64(1, "us")
_ISO_PATTERNS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S%z",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M%z",
)
_FRACTION = r":\d\d[.,](?P<fraction>\d{1,6})"


@dataclass(frozen=True, slots=True)
class Dates:
    """A column of dates, read.

    ``moments`` are in UTC, and NaT where there is none; ``wrong`` marks texts that are no date.
    ``wall`` is what the clocks of the zone showed. ``skipped`` marks local times that no clock
    showed, ``twice`` those that came twice.
    """

    moments: Moments
    wall: Moments
    wrong: Mask
    skipped: Mask
    twice: Mask


def read(
    values: Any, forms: Sequence[str], *, zone: ZoneInfo, after: Moments | None = None
) -> Dates:
    """Read a column of text or timestamps; ``after`` are the moments that it should not precede.

    ``forms`` are strptime patterns, ``iso``, ``epoch-seconds`` or ``epoch-milliseconds``; the
    first that fits a text reads it.
    """
    given = ~values.is_null().to_numpy(zero_copy_only=False)
    local, exact = _parsed(values, forms)
    wall = _numpy(local)
    moments = _numpy(exact)
    outside = _outside(wall) | _outside(moments)
    wall[outside] = moments[outside] = np.datetime64("NaT")
    clock = LocalClock(zone)
    found = ~np.isnat(wall)
    skipped, twice = np.zeros(len(wall), dtype=bool), np.zeros(len(wall), dtype=bool)
    if found.any():
        earliest = None if after is None else after[found]
        told = clock.to_utc(wall[found], after=earliest)
        moments[found], skipped[found], twice[found] = told
    wall[~found] = clock.to_local(moments[~found])
    return Dates(moments, wall, given & np.isnat(moments), skipped, twice)


class LocalClock:
    """What the clocks of a zone show, between ``FIRST_YEAR`` and ``LAST_YEAR``, for arrays."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._changes, self._offsets = _offsets(zone)

    def to_utc(self, wall: Moments, *, after: Moments | None = None) -> tuple[Moments, Mask, Mask]:
        """The moments of local times; which of them were skipped, and which came twice."""
        old, new = self._offsets[:-1], self._offsets[1:]
        # A later offset holds once the clocks show more than they ever did under the former.
        known = np.searchsorted(self._changes + np.maximum(old, new), wall, side="right")
        moments = wall - self._offsets[known]
        ahead = np.minimum(known, len(self._changes) - 1)
        change, before, behind = self._changes[ahead], old[ahead], new[ahead]
        last = known < len(self._changes)
        skipped = last & (behind > before) & (wall >= change + before)
        twice = last & (behind < before) & (wall >= change + behind)
        moments[skipped] = change[skipped]
        if after is not None:
            second = twice & ~np.isnat(after) & (moments < after)
            moments[second] = wall[second] - behind[second]
        return moments, skipped, twice

    def to_local(self, moments: Moments) -> Moments:
        """What the clocks show at these moments (UTC)."""
        known = np.searchsorted(self._changes, moments, side="right")
        # NaT sorts last and stays NaT.
        local: Moments = moments + self._offsets[np.minimum(known, len(self._offsets) - 1)]
        return local


@lru_cache(maxsize=8)
def _offsets(zone: ZoneInfo) -> tuple[Moments, NDArray[np.timedelta64]]:
    begin = datetime(FIRST_YEAR - 1, 12, 30, tzinfo=UTC)
    end = datetime(LAST_YEAR + 1, 1, 3, tzinfo=UTC)
    spans = list(stretches(begin, end, zone=zone))
    changes = [start.replace(tzinfo=None) for start, _end, _offset in spans]
    offsets = [offset for _start, _end, offset in spans]
    if len(spans) == 1:
        # A zone that never changes has one change to itself, so that there is always one.
        changes, offsets = changes * 2, offsets * 2
    return (
        np.array(changes[1:], dtype="datetime64[us]"),
        np.array(offsets, dtype="timedelta64[us]"),
    )


def _outside(moments: Moments) -> Mask:
    years = moments.astype("datetime64[Y]").astype(np.int64) + 1970
    return ~np.isnat(moments) & ((years < FIRST_YEAR) | (years > LAST_YEAR))


def _parsed(values: Any, forms: Sequence[str]) -> tuple[Any, Any]:
    """Local times, and moments in UTC, as two columns of which at most one has a value."""
    nothing = pa.nulls(len(values), type=_LOCAL)
    kind = values.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        if getattr(kind, "tz", None):
            return nothing, pc.cast(pc.cast(values, pa.timestamp("us", "UTC")), _LOCAL)
        return pc.cast(values, _LOCAL, safe=False), nothing
    local = exact = nothing
    rest = values
    for form in forms:
        if rest.null_count == len(rest):
            break
        if form in EPOCH:
            exact = pc.coalesce(exact, _epoch(rest, EPOCH[form]))
        elif form == ISO:
            told = _iso(rest)
            local, exact = pc.coalesce(local, told[0]), pc.coalesce(exact, told[1])
        elif "%z" in form:
            exact = pc.coalesce(exact, _strptime(_with_offset(rest), form))
        else:
            local = pc.coalesce(local, _strptime(rest, form))
        read_already = pc.or_(pc.is_valid(local), pc.is_valid(exact))
        rest = pc.if_else(read_already, _NO_TEXT, rest)
    return local, exact


def _iso(texts: Any) -> tuple[Any, Any]:
    local, exact = _tried(texts, _ISO_PATTERNS)
    rest = pc.if_else(pc.or_(pc.is_valid(local), pc.is_valid(exact)), _NO_TEXT, texts)
    if rest.null_count == len(rest):
        return local, exact
    # What is written in a rarer way: with T and no seconds, with fractions, with Z or +00.
    plain = pc.replace_substring_regex(rest, r"^(\d{4}-\d\d-\d\d)T", r"\1 ")
    parts = pc.struct_field(pc.extract_regex(plain, _FRACTION), "fraction")
    plain = _with_offset(pc.replace_substring_regex(plain, r"(:\d\d)[.,]\d+", r"\1"))
    told = _tried(plain, _ISO_PATTERNS)
    micros = pc.fill_null(pc.cast(pc.utf8_rpad(parts, 6, "0"), pa.int64()), 0)
    more = pc.cast(micros, pa.duration("us"))
    return pc.coalesce(local, pc.add(told[0], more)), pc.coalesce(exact, pc.add(told[1], more))


def _tried(texts: Any, patterns: Sequence[str]) -> tuple[Any, Any]:
    local = exact = pa.nulls(len(texts), type=_LOCAL)
    for form in patterns:
        told = _strptime(texts, form)
        if "%z" in form:
            exact = pc.coalesce(exact, told)
        else:
            local = pc.coalesce(local, told)
        if local.null_count + exact.null_count == len(texts) + texts.null_count:
            break
    return local, exact


def _with_offset(texts: Any) -> Any:
    """Offsets as the parser reads them: Z is +0000, and +00 is +0000."""
    texts = pc.replace_substring_regex(texts, r"(\d) ?Z$", r"\1+0000")
    return pc.replace_substring_regex(texts, r"(:\d\d ?[+-]\d\d)$", r"\100")


def _epoch(texts: Any, micros: int) -> Any:
    numbers = pc.if_else(pc.match_substring_regex(texts, r"^-?\d{1,14}$"), texts, _NO_TEXT)
    return pc.cast(pc.multiply(pc.cast(numbers, pa.int64()), micros), _LOCAL)


def _strptime(texts: Any, form: str) -> Any:
    read = pc.strptime(texts, format=form, unit="us", error_is_null=True)
    if pa.types.is_timestamp(read.type) and read.type.tz:
        read = pc.cast(read, _LOCAL)
    return _without_rolled(texts, read, form)


def _without_rolled(texts: Any, read: Any, form: str) -> Any:
    """Arrow's parser rolls February 30 over to March 2: such a date is none."""
    early = pc.fill_null(pc.less_equal(pc.day(read), 3), False)  # noqa: FBT003
    rows = np.flatnonzero(early.to_numpy(zero_copy_only=False))
    late = pc.match_substring_regex(texts.take(pa.array(rows)), "29|30|31")
    rows = rows[late.to_numpy(zero_copy_only=False)]
    rolled = [row for row in rows.tolist() if not _is_date(texts[row].as_py(), form)]
    if not rolled:
        return read
    keep = np.ones(len(read), dtype=bool)
    keep[rolled] = False
    return pc.if_else(pa.array(keep), read, pa.scalar(None, _LOCAL))


@lru_cache(maxsize=65536)
def _is_date(text: str, form: str) -> bool:
    try:
        datetime.strptime(text.strip(), form)  # noqa: DTZ007  (only whether it is one)
    except ValueError:
        return False
    return True


def _numpy(column: Any) -> Moments:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    moments: Moments = column.to_numpy(zero_copy_only=False).astype("datetime64[us]")
    return moments.copy()
