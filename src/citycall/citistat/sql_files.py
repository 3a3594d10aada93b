"""The answer to a question in SQL as a file."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from citycall.analytics.analysts.sandbox import Answer, NotAnswered
from citycall.core.spreadsheets import harmless

# The name of each format, and its media type.
FORMATS: Final = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
_NUMBER: Final = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|UINTEGER|DOUBLE|FLOAT|DECIMAL.*")
_AT_ONCE: Final = 2_000


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def file_of(answer: Answer, wanted: str) -> HttpResponseBase:
    """The answer in one of ``FORMATS``; raises ``NotAnswered`` where the format cannot hold it."""
    body: HttpResponseBase
    if wanted == "csv":
        body = StreamingHttpResponse(_csv(answer), content_type=FORMATS[wanted])
    else:
        body = HttpResponse(_parquet(answer), content_type=FORMATS[wanted])
    body.headers["Content-Disposition"] = f'attachment; filename="answer.{wanted}"'
    return body


def _csv(answer: Answer) -> Iterator[str]:
    writer = csv.writer(_Line())
    plain = [bool(_NUMBER.fullmatch(kind)) for kind in answer.kinds]
    yield writer.writerow([_cell(name, plain=False) for name in answer.columns])
    for batch in answer.rows.to_batches(max_chunksize=_AT_ONCE):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            cells = zip(row, plain, strict=True)
            yield writer.writerow([_cell(value, plain=each) for value, each in cells])


def _cell(value: str | None, *, plain: bool) -> str:
    if value is None:
        return ""
    return value if plain else harmless(value)


def _parquet(answer: Answer) -> bytes:
    out = io.BytesIO()
    try:
        pq.write_table(answer.rows, out)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        sentence = _("Parquet cannot hold this; a CAST to VARCHAR helps. It says: %(said)s")
        raise NotAnswered(sentence % {"said": str(error)}, field="sql") from None
    return out.getvalue()
