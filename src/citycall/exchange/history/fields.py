"""Taking a mapping's fields out of a file's columns, whole columns at a time."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from citycall.exchange.history.mapping import ColumnSource, HistoryMapping, references
from citycall.exchange.history.mapping_files import Header
from citycall.exchange.history.tables import as_text
from citycall.service_requests.actions.load_text import content_of, replaced

NOTHING: Final = pa.scalar(None, pa.string())

_NUMBER = r"^[+-]?\d{1,4}(\.\d*)?([eE]-?\d{1,3})?$"
_PAIR = r"\(\s*(?P<first>[+-]?\d+(?:\.\d+)?)\s*,\s*(?P<second>[+-]?\d+(?:\.\d+)?)\s*\)\s*$"
_BRACES = re.compile(r"(\{[^{}]+\})")
# What JSON text needs a mark before; other control characters are no text and are left out.
_JSON_MARKS = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
_CONTROL = r"[\x00-\x1f]"


class Fields:
    """The fields of some rows, by the mapping's names. Text is trimmed, and null where empty."""

    def __init__(self, table: pa.Table, header: Header, mapping: HistoryMapping) -> None:
        self._table = table
        self._header = header
        self._mapping = mapping
        self._empty = pa.array(["", *mapping.empty], pa.string())
        self._columns: dict[str, Any] = {}

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def text(self, name: str) -> Any:
        """The field as an array of text."""
        source = getattr(self._mapping.columns, name)
        return self.taken(source, keep_words=name == "status")

    def dates(self, name: str) -> Any:
        """The field as the file has it: timestamps where it has them, else text."""
        source = getattr(self._mapping.columns, name)
        if source is not None and len(self._header.templates(source)) == 1:
            column = self._table[self._header.find(source.take[0]) or ""].combine_chunks()
            if pa.types.is_temporal(column.type) and source.pattern is None:
                return column
        return self.text(name)

    def fact(self, column: str) -> Any:
        """A further column as text, all null where the file does not have it."""
        found = self._header.find(column)
        return self._column(found) if found else self._nothing()

    def taken(self, source: ColumnSource | None, *, keep_words: bool = False) -> Any:
        """What a source gives for each row; ``keep_words`` keeps words that mean nothing."""
        if source is None:
            return self._nothing()
        if source.always is not None:
            return pa.repeat(source.always, len(self))
        parts = [self._template(t, keep_words=keep_words) for t in self._header.templates(source)]
        taken = pc.coalesce(*parts) if parts else self._nothing()
        if source.pattern is not None:
            found = pc.extract_regex(taken, source.pattern)
            taken = pc.struct_field(found, "value")
        return taken

    def _template(self, template: str, *, keep_words: bool) -> Any:
        if template in references(template):
            return self._column(self._header.find(template) or "", keep_words=keep_words)
        parts = [
            self._column(self._header.find(part[1:-1]) or "") if part.startswith("{") else part
            for part in _BRACES.split(template)
            if part
        ]
        return pc.binary_join_element_wise(*parts, "")

    def _column(self, name: str, *, keep_words: bool = False) -> Any:
        if name not in self._columns:
            self._columns[name] = pc.utf8_trim_whitespace(as_text(self._table[name]))
        text = self._columns[name]
        empty = pc.equal(text, "") if keep_words else pc.is_in(text, self._empty)
        return pc.if_else(empty, NOTHING, text)

    def _nothing(self) -> Any:
        return pa.nulls(len(self), pa.string())


def translated(texts: Any, words: Mapping[str, str]) -> Any:
    """Each text as the mapping translates it, without regard to case; null where it does not."""
    keys = pa.array([key.casefold() for key in words], pa.string())
    values = pa.array(list(words.values()), pa.string())
    return values.take(pc.index_in(pc.utf8_lower(texts), keys))


def reals(texts: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Texts as numbers (NaN where there is none), and which texts are none."""
    fits = pc.fill_null(pc.match_substring_regex(texts, _NUMBER), False)  # noqa: FBT003
    numbers = pc.cast(pc.if_else(fits, texts, NOTHING), pa.float64())
    wrong = pc.and_(pc.is_valid(texts), pc.invert(fits))
    return (
        pc.fill_null(numbers, np.nan).to_numpy(zero_copy_only=False).copy(),
        wrong.to_numpy(zero_copy_only=False),
    )


def pairs(texts: Any) -> tuple[Any, Any]:
    """Latitudes and longitudes, as text, from texts that end in ``(39.29, -76.61)``."""
    found = pc.extract_regex(texts, _PAIR)
    return pc.struct_field(found, "first"), pc.struct_field(found, "second")


def one_line(texts: Any) -> Any:
    """Texts with each run of spaces and line ends made one space."""
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, r"\s+", " "))


def json_objects(
    members: Iterable[tuple[str, Any]], count: int, *, flags: Iterable[tuple[str, Any]] = ()
) -> Any:
    """A JSON object a row, of text members and of ``flags`` (JSON themselves); nulls left out."""
    told = [
        pc.binary_join_element_wise(f'{json.dumps(name)}:"', _escaped(texts), '"', "")
        for name, texts in members
        if texts.null_count < len(texts)
    ]
    told += [
        pc.binary_join_element_wise(f"{json.dumps(name)}:", values, "")
        for name, values in flags
        if values.null_count < len(values)
    ]
    if not told:
        return pa.repeat("{}", count)
    inside = pc.binary_join_element_wise(*told, ",", null_handling="skip")
    return pc.binary_join_element_wise("{", inside, "}", "")


def _escaped(texts: Any) -> Any:
    """Texts as they stand between the quotes of JSON."""
    texts = replaced(texts, _JSON_MARKS)
    content = np.frombuffer(content_of(texts), dtype=np.uint8)
    if len(content) and content.min() < ord(" "):
        texts = pc.replace_substring_regex(texts, _CONTROL, "")
    return texts
