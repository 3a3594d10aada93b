"""Arrow columns as the text that PostgreSQL's COPY reads, made without a loop over the rows."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

# What COPY's text format would take for its own marks. The backslash goes first.
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
_SPECIAL = r"[\\\t\n\r\x00]"


def copy(table: str, columns: Sequence[str], rows: memoryview | bytes) -> None:
    """COPY prepared rows into a table, in the transaction that is open."""
    names = ", ".join(columns)
    with (
        connection.cursor() as cursor,
        # Django gives its own names to the errors of the methods it knows, and COPY is not one.
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as door,
    ):
        door.write(rows)


def lines(columns: Sequence[Any]) -> memoryview | bytes:
    """The rows of these columns (arrays, or scalars for what is the same in every row)."""
    cells = [as_text(c) for c in columns]
    joined = pc.binary_join_element_wise(
        *cells, "\t", null_handling="replace", null_replacement="\\N"
    )
    ended = pc.binary_join_element_wise(joined, "", "\n")
    return _bytes(ended)


def as_text(values: Any) -> Any:
    """One column as escaped text, null where it is null; scalars stay scalars."""
    if isinstance(values, pa.Scalar):
        return as_text(pa.array([values.as_py()], type=values.type))[0]
    if pa.types.is_list(values.type):
        numbers = pc.cast(values, pa.list_(pa.string()))
        return pc.binary_join_element_wise("{", pc.binary_join(numbers, ","), "}", "")
    if not pa.types.is_string(values.type):
        return pc.cast(values, pa.string())
    if not pc.any(pc.match_substring_regex(values, _SPECIAL), min_count=0).as_py():
        return values
    # PostgreSQL's text cannot hold the zero character at all.
    values = pc.replace_substring(values, "\x00", "")
    for mark, escaped in _ESCAPES:
        values = pc.replace_substring(values, mark, escaped)
    return values


def joined_json(data: Any, key: str, value: Any) -> Any:
    """JSON objects (text ending in ``}``) with one more member; unchanged where ``value`` is null.

    ``value`` is JSON text itself.
    """
    comma = pc.if_else(pc.equal(data, "{}"), "", ",")
    opened = pc.utf8_slice_codeunits(data, 0, -1)
    member = pc.binary_join_element_wise(opened, comma, f'"{key}":', value, "}", "")
    return pc.coalesce(member, data)


def _bytes(texts: Any) -> memoryview | bytes:
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if len(texts) == 0:
        return b""
    _valid, offsets, content = texts.buffers()
    ends = memoryview(offsets).cast("i")
    return memoryview(content)[ends[texts.offset] : ends[texts.offset + len(texts)]]
