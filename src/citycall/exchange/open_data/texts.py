"""Columns as the text formats write them: moments with their offset, cells in hexadecimal, JSON."""

import json
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from citycall.exchange.history.moments import LocalClock

_DATE_AND_TIME: Final = len("2026-03-02T10:00:00")
_OFFSET: Final = len("-05:00")
_H3_DIGITS: Final = 15
# The two digits of each byte.
_DIGITS: Final = np.frombuffer(bytes(range(256)).hex().encode(), dtype=np.uint8).reshape(256, 2)
_MINUTES_OF_DAY: Final = 24 * 60
# What JSON must not hold as it is.
_TO_ESCAPE: Final = r'["\\\x00-\x1f]'


def moments(column: Any, zone: ZoneInfo) -> Any:
    """Moments in UTC as ISO 8601 text, to the second, in the zone's time with its offset."""
    placed = column.is_valid().to_numpy(zero_copy_only=False)
    seconds = column.cast(pa.timestamp("s", tz="UTC"), safe=False).fill_null(0)
    utc = seconds.cast(pa.int64()).to_numpy().astype("datetime64[s]")
    local = LocalClock(zone).to_local(utc.astype("datetime64[us]")).astype("datetime64[s]")
    shown = np.empty((len(utc), _DATE_AND_TIME + _OFFSET), dtype=np.uint8)
    shown[:, :_DATE_AND_TIME] = _matrix(pc.cast(pa.array(local), pa.string()), _DATE_AND_TIME)
    shown[:, 10] = ord("T")
    minutes = (local - utc).astype(np.int64) // 60
    shown[:, _DATE_AND_TIME:] = _OFFSETS[minutes + _MINUTES_OF_DAY]
    return _fixed_width(shown, placed)


def hexadecimal(cells: Any) -> Any:
    """The numbers of H3 cells as the 15 digits that everybody writes them with."""
    placed = cells.is_valid().to_numpy(zero_copy_only=False)
    numbers = cells.fill_null(0).to_numpy().astype(np.uint64)
    octets = numbers.astype(">u8").view(np.uint8).reshape(-1, 8)
    digits = _DIGITS[octets].reshape(-1, 16)
    return _fixed_width(digits[:, -_H3_DIGITS:], placed)


def in_json(column: Any) -> Any:
    """Each value of a column as JSON, null where it is null."""
    if pa.types.is_dictionary(column.type):
        return _strings_in_json(column.dictionary).take(column.indices)
    if pa.types.is_string(column.type):
        return _strings_in_json(column)
    return pc.cast(column, pa.string())


def _strings_in_json(column: Any) -> Any:
    quoted = pc.binary_join_element_wise('"', column, '"', "")
    odd = pc.fill_null(pc.match_substring_regex(column, _TO_ESCAPE), fill_value=False)
    if not pc.any(odd).as_py():
        return quoted
    escaped = [json.dumps(each, ensure_ascii=False) for each in column.filter(odd).to_pylist()]
    return pc.replace_with_mask(quoted, odd, pa.array(escaped, pa.string()))


def _every_offset() -> NDArray[np.uint8]:
    """Each offset of less than a day, by its minutes, as the six bytes of ``-05:00``."""
    told = "".join(
        f"{'-' if m < 0 else '+'}{abs(m) // 60:02d}:{abs(m) % 60:02d}"
        for m in range(-_MINUTES_OF_DAY, _MINUTES_OF_DAY)
    )
    return np.frombuffer(told.encode(), dtype=np.uint8).reshape(-1, _OFFSET)


_OFFSETS: Final = _every_offset()


def _matrix(strings: Any, width: int) -> NDArray[np.uint8]:
    """Strings of one length, none null, as a row of bytes each."""
    data = strings.buffers()[2]
    whole = np.frombuffer(data, dtype=np.uint8) if data else np.empty(0, dtype=np.uint8)
    return whole[: len(strings) * width].reshape(len(strings), width)


def _fixed_width(rows: NDArray[np.uint8], placed: NDArray[np.bool_]) -> Any:
    """Rows of bytes of one width as strings, null where they are not placed."""
    count, width = rows.shape
    ends = np.arange(count + 1, dtype=np.int32) * width
    given = pa.py_buffer(np.packbits(placed, bitorder="little"))
    data = pa.py_buffer(np.ascontiguousarray(rows))
    return pa.StringArray.from_buffers(count, pa.py_buffer(ends), data, given)
