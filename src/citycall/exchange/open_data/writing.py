"""Writing one stream of rows in several formats at once, with little memory however many they are.

While a thread of its own makes and writes the rows that came, the next are read.
"""

from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final, Protocol, Self
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.csv as pacsv

from citycall.exchange.open_data import texts
from citycall.exchange.open_data.files import Compressed, Sink, Written, WrittenFile
from citycall.exchange.open_data.formats import Format
from citycall.exchange.open_data.geojson import GeoJsonWriter
from citycall.exchange.open_data.geoparquet import GeoParquetWriter
from citycall.exchange.open_data.making import Maker

Progress = Callable[[int], None]

# The text of so many rows is in memory at a time.
_ROWS_OF_TEXT: Final = 1 << 13
_AS_RFC_4180: Final = pacsv.WriteOptions(
    eol="\r\n", quoting_header="none", batch_size=_ROWS_OF_TEXT
)


class Writer(Protocol):
    """Writes tables in one format."""

    def write(self, table: Any) -> None:
        """Write the rows of a table."""

    def close(self) -> None:
        """Write what ends the file."""


class CsvWriter:
    """Writes tables whose moments are texts already (``texts.moments``)."""

    def __init__(self, sink: Sink, schema: Any) -> None:
        self._file = pa.PythonFile(sink, mode="w")
        self._writer = pacsv.CSVWriter(self._file, schema, write_options=_AS_RFC_4180)

    def write(self, table: Any) -> None:
        """Write one line for each row."""
        self._writer.write(table)

    def close(self) -> None:
        """Write what is buffered."""
        self._writer.close()
        self._file.flush()


class CompressedCsvWriter:
    """The same, compressed."""

    def __init__(self, file: WrittenFile, schema: Any) -> None:
        self._compressed = Compressed(file)
        self._writer = CsvWriter(self._compressed, schema)

    def write(self, table: Any) -> None:
        """Write one line for each row."""
        self._writer.write(table)

    def close(self) -> None:
        """Write what ends the compressed data."""
        self._writer.close()
        self._compressed.end()


_OF_TEXT: Final[dict[Format, Callable[[WrittenFile, Any], Writer]]] = {
    Format.CSV: CsvWriter,
    Format.CSV_GZ: CompressedCsvWriter,
    Format.GEOJSON: GeoJsonWriter,
}


class Output:
    """Files in several formats that get the same rows. Leave it before the files are closed."""

    def __init__(self, files: dict[Format, WrittenFile], *, maker: Maker, zone: ZoneInfo) -> None:
        self._files = files
        self._maker = maker
        self._zone = zone
        told = pa.schema([_as_text(field) for field in maker.schema])
        self._of_text = [make(files[f], told) for f, make in _OF_TEXT.items() if f in files]
        self._tables: list[GeoParquetWriter] = []
        if Format.PARQUET in files:
            self._tables.append(GeoParquetWriter(files[Format.PARQUET], maker.schema))

    def write(self, rows: bytes) -> int:
        """Write rows as ``reading`` gives them; how many there were."""
        if not rows:
            return 0
        table = self._maker.table(rows)
        for parquet in self._tables:
            parquet.write(table)
        if self._of_text:
            for start in range(0, table.num_rows, _ROWS_OF_TEXT):
                some = _in_words(table.slice(start, _ROWS_OF_TEXT), self._zone)
                for writer in self._of_text:
                    writer.write(some)
        return int(table.num_rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        for parquet in self._tables:
            parquet.let_go()

    def finish(self) -> dict[Format, Written]:
        """End every file; returns when all of it is on the disk."""
        for writer in (*self._tables, *self._of_text):
            writer.close()
        return {each: file.finish() for each, file in self._files.items()}


def write_all(
    parts: Generator[bytes, None, None], output: Output, *, progress: Progress
) -> tuple[int, dict[Format, Written]]:
    """Write all rows; how many there were, and the files. ``progress`` is told the parts done."""
    rows = done = 0
    # Closed at once, so that a fault leaves no statement running on the connection.
    with closing(parts), ThreadPoolExecutor(1, thread_name_prefix="open-data") as thread:
        last: Future[int] | None = None
        for part in parts:
            if last is not None:
                rows += last.result()
                done += 1
                progress(done)
            last = thread.submit(output.write, part)
        if last is not None:
            rows += last.result()
            progress(done + 1)
        return rows, thread.submit(output.finish).result()


def open_files(paths: Mapping[Format, Path], stack: ExitStack) -> dict[Format, WrittenFile]:
    """New files at these paths, closed when the stack is."""
    files = {}
    for each, path in paths.items():
        files[each] = WrittenFile.at(path, name=each.file_name)
        stack.callback(files[each].close)
    return files


def _as_text(field: Any) -> Any:
    return pa.field(field.name, pa.string()) if pa.types.is_timestamp(field.type) else field


def _in_words(table: Any, zone: ZoneInfo) -> Any:
    """The same with moments as text."""
    table = table.combine_chunks()
    for n, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            told = texts.moments(table.column(n).combine_chunks(), zone)
            table = table.set_column(n, _as_text(field), told)
    return table
