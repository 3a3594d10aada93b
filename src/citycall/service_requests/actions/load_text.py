"""Arrow columns as the text that PostgreSQL's COPY reads, made without a loop over the rows."""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

# What COPY's text format would take for its own marks; the backslash goes first. PostgreSQL's
# text cannot hold the zero character at all.
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\x00", ""))


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


def lines(cells: Sequence[Any]) -> memoryview | bytes:
    """The rows of these columns of text (see ``as_text``), or scalars where all are the same."""
    joined = pc.binary_join_element_wise(
        *cells, "\t", null_handling="replace", null_replacement="\\N"
    )
    return _bytes(pc.binary_join_element_wise(joined, "", "\n"))


def as_text(values: Any) -> Any:
    """One column as escaped text, null where it is null; scalars stay scalars."""
    if isinstance(values, pa.Scalar):
        return as_text(pa.array([values.as_py()], type=values.type))[0]
    if pa.types.is_timestamp(values.type):
        # Without its zone (always UTC here) a moment is written thirty times as fast.
        told = pc.cast(pc.cast(values, pa.timestamp("us")), pa.string())
        return pc.binary_join_element_wise(told, "+00", "")
    if pa.types.is_list(values.type):
        numbers = pc.cast(values, pa.list_(pa.string()))
        return pc.binary_join_element_wise("{", pc.binary_join(numbers, ","), "}", "")
    if not pa.types.is_string(values.type):
        return pc.cast(values, pa.string())
    return replaced(values, _ESCAPES)


def replaced(texts: Any, marks: Iterable[tuple[str, str]]) -> Any:
    """Texts with each mark (one ASCII character) replaced; those without any are not touched.

    Most columns have none, and to look through all their text at once is a hundred times as
    quick as to go through them text by text.
    """
    content = content_of(texts)
    for mark, other in marks:
        if mark.encode() in content:
            texts = pc.replace_substring(texts, mark, other)
    return texts


def content_of(texts: Any) -> bytes:
    """All the bytes of a column of text (and, of a part of a column, perhaps of the rest)."""
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    buffers = [chunk.buffers()[2] for chunk in chunks if len(chunk)]
    return b"".join(buffer.to_pybytes() for buffer in buffers if buffer is not None)


def cut(values: Any, mask: Any) -> Any:
    """The rows of a column that the mask keeps; a scalar is the same in all of them."""
    return values if isinstance(values, pa.Scalar) else values.filter(mask)


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
