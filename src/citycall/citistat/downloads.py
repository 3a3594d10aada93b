"""The answer to a question as a file: every view can be taken along."""

import io
import json
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from django.http import Http404, HttpResponse

from citycall.analytics.measures.asked import Asked
from citycall.analytics.measures.asking import answer
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.names import names_of_record
from citycall.analytics.store import Facts
from citycall.core.spreadsheets import harmless

FORMATS: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}


def table(asked: Asked, facts: Facts) -> Any:
    """The answer by dimension and period, with names beside numbers."""
    by = (asked.by,) if asked.by else ()
    told = answer(asked.question(by=by, period=asked.period), facts)
    if asked.by:
        known = names_of_record(facts, asked.by)
        names = [known.get(key) for key in told[asked.by].to_pylist()]
        told = told.add_column(1, f"{asked.by}_name", pa.array(names, pa.string()))
    return told


def answered(asked: Asked, facts: Facts, wanted: str) -> HttpResponse:
    """The file. Raises Http404 for a format that there is none of."""
    if wanted not in FORMATS:
        raise Http404(wanted)
    told = table(asked, facts)
    body = {"csv": _csv, "json": _json, "parquet": _parquet}[wanted](told, asked, facts)
    response = HttpResponse(body, content_type=FORMATS[wanted])
    response["Content-Disposition"] = f'attachment; filename="{asked.measure}.{wanted}"'
    return response


def _csv(told: Any, _asked: Asked, _facts: Facts) -> bytes:
    out = io.BytesIO()
    pacsv.write_csv(_harmless(told), out)
    return out.getvalue()


def _harmless(told: Any) -> Any:
    """The same with every text as no spreadsheet works it out."""
    for at, column in enumerate(told.schema):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            texts = [text and harmless(text) for text in told[at].to_pylist()]
            told = told.set_column(at, column.name, pa.array(texts, pa.string()))
    return told


def _parquet(told: Any, asked: Asked, facts: Facts) -> bytes:
    out = io.BytesIO()
    pq.write_table(told.replace_schema_metadata(_about(asked, facts)), out)
    return out.getvalue()


def _json(told: Any, asked: Asked, facts: Facts) -> bytes:
    rows = told.to_pylist()
    whole = {**_about(asked, facts), "rows": rows}
    return json.dumps(whole, default=str, ensure_ascii=False).encode()


def _about(asked: Asked, facts: Facts) -> dict[str, str]:
    measure = MEASURES[asked.measure]
    return {
        "measure": measure.name,
        "title": str(measure.title),
        "formula": str(measure.formula),
        "unit": measure.unit.value,
        "caveats": " ".join(str(each) for each in measure.caveats),
        "as_of": facts.about.as_of.isoformat(),
        "question": asked.query(),
    }
