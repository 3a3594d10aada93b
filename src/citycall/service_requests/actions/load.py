"""Loading history: requests that were made, worked and closed before they came to CityCall.

History is not news: nothing is checked against today's catalog, nobody is notified, and no job is
deferred. Everything else holds: numbers are unique, every constraint is the database's, every
request has its events. The rows go in by COPY, one transaction a batch, so that a load that was
cut off is taken up again by running it once more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from citycall.accounts.models import Role
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed
from citycall.core.permissions import Grant
from citycall.service_requests.actions import load_events, load_known, load_links
from citycall.service_requests.actions.load_batch import (
    CONTACTS,
    REPORTS,
    REQUESTS,
    PastBatch,
    column,
    rows,
)
from citycall.service_requests.actions.load_links import Link
from citycall.service_requests.actions.load_numbers import first_of_each, new_ids, new_numbers
from citycall.service_requests.actions.load_text import as_text, copy, cut, lines
from citycall.service_requests.cells import cell_column

_GRANT = Grant(everywhere=frozenset({Role.ADMINISTRATOR.value}))

_STORED = (
    *(name for name in REQUESTS if name not in {"facts", "parent_source_id", "merged_at"}),
    "h3_cell",
)
_REPORT_TEXTS = ("channel", "words", "wanted", "answers", "language", "reported_at")


@dataclass(slots=True)
class LoadReport:
    """What a load did: each request of each batch is counted once in the first four.

    ``kept`` are the source ids of records that changed at the source after somebody here had
    worked on the request: what was done here stands. ``unlinked`` are pairs of source ids whose
    second, the parent, is not in the database.
    """

    loaded: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    merged: int = 0
    unlinked: list[tuple[str, str]] = field(default_factory=list)


def load_past(batches: Iterable[PastBatch], *, by: Actor, at: datetime) -> LoadReport:
    """Load batches of history, one transaction each; ``at`` is when they became known here.

    A request whose ``source`` and ``source_id`` are here already is left alone, or, where its
    ``facts`` or told columns differ from those of the last load, brought up to date with an
    ``imported`` event. Raises ``NotAllowed`` unless ``by`` is the system or an administrator,
    ``ValueError`` for a batch that is not well formed, and the database's ``IntegrityError``;
    batches before the one at fault stay loaded.
    """
    if not _GRANT.allows(by, agency_id=None):
        raise NotAllowed(_("You do not have permission to do this."))
    report = LoadReport()
    waiting: list[Link] = []
    for batch in batches:
        with transaction.atomic():
            _compile_nothing()
            waiting += _load(batch, report, by=by, at=at)
    with transaction.atomic():
        report.merged += load_links.link(waiting, by=by)
    report.unlinked = [(link.child, link.parent) for link in waiting]
    return report


def _compile_nothing() -> None:
    # PostgreSQL takes the long lists of ids for costly, and would compile longer than it runs.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")


def _load(batch: PastBatch, report: LoadReport, *, by: Actor, at: datetime) -> list[Link]:
    """Load one batch; returns the links to parents that are not here yet."""
    if len(batch) == 0:
        return []
    _check(batch)
    source = _source(batch)
    texts = {name: as_text(column(batch.requests, name, REQUESTS)) for name in REQUESTS}
    point = (column(batch.requests, name, REQUESTS) for name in ("longitude", "latitude"))
    texts["h3_cell"] = as_text(cell_column(*point))
    records = load_known.records(texts) if "facts" in batch.requests.column_names else None
    known = load_known.find(batch, source=source)
    fresh = known.ids == 0
    ids = known.ids.copy()
    ids[fresh] = new_ids("service_requests_servicerequest", int(fresh.sum()))
    if fresh.any():
        _insert(batch, texts, ids, fresh, records, source=source, by=by)
    changed = known.changed(records)
    kept = changed & known.worked_on(changed)
    load_known.update(batch, texts, changed & ~kept, known, records, source=source, by=by, at=at)
    report.loaded += int(fresh.sum())
    if kept.any():
        report.kept += batch.requests["source_id"].filter(pa.array(kept)).to_pylist()
    report.changed += int((changed & ~kept).sum())
    report.unchanged += int((~fresh & ~changed).sum())
    links = load_links.links(batch, ~kept, source=source)
    report.merged += load_links.link(links, by=by)
    return links


def _check(batch: PastBatch) -> None:
    """Raise ``ValueError`` where a row number points outside of the batch."""
    for table, reference, of in (
        (batch.reports, "request", batch.requests),
        (batch.reports, "contact", batch.contacts),
        (batch.events, "request", batch.requests),
        (batch.events, "report", batch.reports),
    ):
        if table is None or table.num_rows == 0:
            continue
        numbers = rows(table, reference)
        least = 0 if reference == "request" else -1
        if numbers.min() < least or numbers.max() >= (0 if of is None else of.num_rows):
            raise ValueError(f"A {reference} is named that is not in the batch.")


def _source(batch: PastBatch) -> str:
    source = column(batch.requests, "source", REQUESTS)
    names = [source.as_py()] if isinstance(source, pa.Scalar) else pc.unique(source).to_pylist()
    if len(names) > 1:
        raise ValueError("A batch has the records of one source.")
    return str(names[0])


def _insert(
    batch: PastBatch,
    texts: Mapping[str, Any],
    ids: NDArray[np.int64],
    fresh: NDArray[np.bool_],
    records: Any,
    *,
    source: str,
    by: Actor,
) -> None:
    """COPY the new requests with their reports, contacts and events."""
    whose = rows(batch.reports, "request")
    counts = np.bincount(whose, minlength=len(batch))
    if (counts[fresh] == 0).any():
        raise ValueError("Every request has at least one report.")
    telling = fresh[whose]
    numbers = np.zeros(len(whose), dtype=np.int64)
    numbers[telling] = new_numbers(column(batch.reports, "reported_at", REPORTS), telling)
    report_ids = np.zeros(len(whose), dtype=np.int64)
    report_ids[telling] = new_ids("service_requests_report", int(telling.sum()))
    first = numbers[first_of_each(whose, len(batch))]
    _insert_requests(texts, ids, first, counts, fresh)
    _insert_reports(batch, ids[whose], numbers, report_ids, telling)
    if records is not None:
        load_events.tell_imported(batch, ids, fresh, records, source=source, by=by)
    if batch.events is not None:
        events = batch.events.filter(pa.array(fresh[rows(batch.events, "request")]))
        signature = source if records is not None else ""
        load_events.copy_events(events, ids, report_ids, source=signature)


def _insert_requests(
    texts: Mapping[str, Any],
    ids: NDArray[np.int64],
    numbers: NDArray[np.int64],
    counts: NDArray[np.int64],
    fresh: NDArray[np.bool_],
) -> None:
    mask = pa.array(fresh)
    own = [as_text(pa.array(values[fresh])) for values in (ids, numbers, counts)]
    told = [cut(texts[name], mask) for name in _STORED]
    copy(
        "service_requests_servicerequest",
        ("id", "number", "report_count", "status_before_merge", *_STORED),
        lines([*own, pa.scalar(""), *told]),
    )


def _insert_reports(
    batch: PastBatch,
    request_ids: NDArray[np.int64],
    numbers: NDArray[np.int64],
    report_ids: NDArray[np.int64],
    telling: NDArray[np.bool_],
) -> None:
    mask = pa.array(telling)
    contact = _insert_contacts(batch, rows(batch.reports, "contact")[telling])
    copy(
        "service_requests_report",
        ("id", "service_request_id", "number", "contact_id", *_REPORT_TEXTS),
        lines(
            [
                as_text(pa.array(report_ids[telling])),
                as_text(pa.array(request_ids[telling])),
                as_text(pa.array(numbers[telling])),
                as_text(contact),
                *(as_text(cut(column(batch.reports, n, REPORTS), mask)) for n in _REPORT_TEXTS),
            ]
        ),
    )


def _insert_contacts(batch: PastBatch, wanted: NDArray[np.int64]) -> Any:
    """COPY the contacts of new reports; returns the id for each, null where there is none."""
    if batch.contacts is None or (wanted < 0).all():
        return pa.scalar(None, type=pa.int64())
    used, place = np.unique(wanted[wanted >= 0], return_inverse=True)
    ids = new_ids("contacts_contact", len(used))
    chosen = pa.array(used)
    texts = [as_text(column(batch.contacts, name, CONTACTS)) for name in CONTACTS]
    told = [text if isinstance(text, pa.Scalar) else text.take(chosen) for text in texts]
    copy("contacts_contact", ("id", *CONTACTS), lines([as_text(pa.array(ids)), *told]))
    found = np.zeros(len(wanted), dtype=np.int64)
    found[wanted >= 0] = ids[place]
    return pa.array(found, mask=wanted < 0)
