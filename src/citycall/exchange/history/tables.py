"""Reading CSV and Parquet in batches: every row is handed on or named with what is wrong in it."""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from pyarrow import csv, parquet

from citycall.core.errors import DomainError

PARQUET = {".parquet", ".pq"}
_BLOCK = 4 << 20
_PIECE = 1 << 20
# In the order in which they are tried; the last takes any bytes.
_ENCODINGS = ("utf-8", "cp1252", "latin-1")
_BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class BadFile(DomainError):
    """The file is not there, is empty, or is not of the kind that its name says."""

    code = "bad_file"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row whose cells do not match the header, and what it says."""

    number: int
    cells: int
    expected: int
    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows: chosen columns, with the number (from 1) that each row has in the file.

    ``bad`` are rows between or after them that could not be read.
    """

    table: pa.Table
    numbers: NDArray[np.int64]
    bad: list[BadRow] = field(default_factory=list)


class Export(Protocol):
    """An export that can be read as often as need be; ``rows`` is none until it is known."""

    names: Sequence[str]
    rows: int | None
    # Whether a quotation mark may never be closed, so that a cell might hold several rows.
    odd_quotes: bool

    def read(self, columns: Sequence[str], *, size: int) -> Iterator[Rows]:
        """The rows, about ``size`` at a time."""


def open_export(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Export:
    """The export at ``path``, by its suffix; raises ``BadFile``."""
    if not path.is_file():
        raise BadFile(_("There is no file %(path)s.") % {"path": path})
    try:
        if path.suffix.lower() in PARQUET:
            return ParquetExport(path)
        return CsvExport(path, encoding=encoding, delimiter=delimiter)
    except (pa.ArrowException, OSError) as error:
        raise _bad(path, error) from error


def _bad(path: Path, error: Exception) -> BadFile:
    sentence = _("%(file)s cannot be read: %(why)s")
    return BadFile(sentence % {"file": path.name, "why": str(error).splitlines()[0]})


class ParquetExport:
    """A Parquet file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        file = parquet.ParquetFile(path)
        self.names: Sequence[str] = file.schema_arrow.names
        self.rows: int | None = file.metadata.num_rows
        self.odd_quotes = False

    def read(self, columns: Sequence[str], *, size: int) -> Iterator[Rows]:
        """The rows, ``size`` at a time."""
        file = parquet.ParquetFile(self._path)
        start = 1
        try:
            for batch in file.iter_batches(batch_size=size, columns=list(columns)):
                numbers = np.arange(start, start + batch.num_rows)
                table = pa.table({name: _valid(batch[name]) for name in batch.schema.names})
                yield Rows(table, numbers)
                start += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise _bad(self._path, error) from error


class CsvExport:
    """A CSV file, compressed or not. Its encoding is UTF-8 where it can be, else Windows-1252."""

    def __init__(self, path: Path, *, encoding: str | None, delimiter: str | None) -> None:
        self._path = path
        self._encoding = encoding or _encoding(path)
        self.odd_quotes = _quotes(path) % 2 == 1
        self._delimiter = delimiter or ("\t" if ".tsv" in path.suffixes else ",")
        self.rows: int | None = None
        self._bad: list[BadRow] = []
        self.names: Sequence[str] = self._open().schema.names
        if len(set(self.names)) < len(self.names):
            raise pa.ArrowInvalid(_("two columns have the same name"))

    def read(self, columns: Sequence[str], *, size: int) -> Iterator[Rows]:
        """The rows; blocks of the file are joined until they are ``size`` rows."""
        self._bad = []
        counter = _RowCounter()
        waiting: list[Any] = []
        try:
            for batch in self._open():
                waiting.append(batch.select(list(columns)))
                if sum(part.num_rows for part in waiting) >= size:
                    yield from self._rows(waiting, counter, size)
                    waiting = []
            yield from self._rows(waiting, counter, size, last=True)
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise _bad(self._path, error) from error
        self.rows = counter.total

    def _rows(
        self, parts: Sequence[Any], counter: "_RowCounter", size: int, *, last: bool = False
    ) -> Iterator[Rows]:
        if not parts and not (last and self._bad):
            return
        bad, self._bad = self._bad, []
        table = pa.Table.from_batches(parts) if parts else None
        numbers = counter.count(table.num_rows if table else 0, [row.number for row in bad])
        if table is None:
            table = pa.table({name: pa.array([], pa.string()) for name in self.names})
        for start in range(0, max(table.num_rows, 1), size):
            yield Rows(
                table.slice(start, size), numbers[start : start + size], bad if start == 0 else []
            )

    def _open(self) -> Any:
        return csv.open_csv(
            pa.input_stream(str(self._path), compression="detect"),
            read_options=csv.ReadOptions(
                # One thread, so that the numbers of rows that cannot be read are known.
                use_threads=False,
                block_size=_BLOCK,
                encoding=self._encoding,
            ),
            parse_options=csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                invalid_row_handler=self._refuse,
            ),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in getattr(self, "names", ())},
                strings_can_be_null=False,
            ),
        )

    def _refuse(self, row: Any) -> str:
        # The header is the parser's first row.
        bad = BadRow(row.number - 1, row.actual_columns, row.expected_columns, row.text)
        self._bad.append(bad)
        return "skip"


class _RowCounter:
    """Numbers the rows that could be read around those that could not."""

    def __init__(self) -> None:
        self.last = 0
        self._bad: set[int] = set()

    def count(self, rows: int, bad: Sequence[int]) -> NDArray[np.int64]:
        """The numbers of the next rows; ``bad`` may lie among them or in what is read next."""
        self._bad |= set(bad)
        numbers = np.arange(self.last + 1, self.last + rows + len(self._bad) + 1)
        numbers = numbers[~np.isin(numbers, list(self._bad))][:rows]
        if rows:
            self.last = int(numbers[-1])
        self._bad = {number for number in self._bad if number > self.last}
        return numbers

    @property
    def total(self) -> int:
        """How many rows there were, when all have been counted."""
        return max([self.last, *self._bad])


def _encoding(path: Path) -> str:
    """UTF-8, unless the file's mark or its bytes say otherwise."""
    with pa.input_stream(str(path), compression="detect") as stream:
        start = stream.read(len(codecs.BOM_UTF16_LE))
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    return next(encoding for encoding in _ENCODINGS if _decodes(path, encoding))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with pa.input_stream(str(path), compression="detect") as stream:
        try:
            for piece in iter(lambda: stream.read(_PIECE), b""):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _quotes(path: Path) -> int:
    with pa.input_stream(str(path), compression="detect") as stream:
        return sum(piece.count(b'"') for piece in iter(lambda: stream.read(_PIECE), b""))


def _valid(column: Any) -> Any:
    """The column; text that is no UTF-8, which a Parquet file may hold, with marks for it."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        texts = pc.cast(column, pa.large_binary()).to_pylist()
        return pa.array([text and text.decode("utf-8", "replace") for text in texts], pa.string())
    return column


def as_text(column: Any) -> Any:
    """Any column as one array of text; whole numbers that were kept as reals lose their ``.0``."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type):
        return column
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        texts = column.to_pylist()
        return pa.array([text and text.decode("utf-8", "replace") for text in texts], pa.string())
    return pc.cast(column, pa.string())
