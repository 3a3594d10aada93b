"""Importing an export: survey, catalog, geography, then batch after batch into the database."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.exchange.history import catalog, mapping_files, survey, tables
from citycall.exchange.history.batches import BatchMaker
from citycall.exchange.history.catalog import Register
from citycall.exchange.history.faults import Oddity, Refusal, Refused
from citycall.exchange.history.geography import AreaFinder, Beside, load_layers
from citycall.exchange.history.mapping import HistoryMapping
from citycall.exchange.history.mapping_files import Header
from citycall.exchange.history.prefetch import prefetched
from citycall.exchange.history.promises import PromiseCheck
from citycall.exchange.history.report import HistoryReport, write_rejects
from citycall.exchange.history.survey import Survey
from citycall.exchange.history.tables import Export
from citycall.places.queries import areas
from citycall.service_requests.actions.load import LoadReport, load_past
from citycall.service_requests.actions.load_batch import PastBatch

Progress = Callable[[int, int | None], None]

# One transaction's worth: enough to be quick, little enough to lose when the power fails.
BATCH = 20_000
# Any number will do, as long as every CityCall uses the same.
_IMPORT_LOCK = 311_311_312


class AnotherImport(Conflict):
    """An import is under way already."""

    code = "another_import"


def import_history(
    path: str | Path,
    *,
    mapping: str | Path,
    by: Actor,
    at: datetime,
    progress: Progress | None = None,
    rejects_folder: Path | None = None,
) -> HistoryReport:
    """Import a CSV or Parquet export of past service requests; a second time changes nothing.

    ``mapping`` is a city's name (``mapping_files.known``) or the path of a mapping file.
    ``progress`` is told (rows done, rows in all or none while unknown). Rows that cannot be
    imported are listed in a file in ``rejects_folder``. A run that was cut off is taken up by
    running it again. Raises ``BadFile``, ``NoMapping``, ``BadMapping``, ``NotAllowed`` and
    ``AnotherImport``.
    """
    started = time.perf_counter()
    path, tell = Path(path), progress or _nobody
    tell(0, None)
    with _alone():
        run = _begin(path, mapping, by=by, at=at)
        parts = run.export.read(run.header.used(run.layout), size=BATCH)
        batches = prefetched(run.maker.batches(parts))
        loaded = load_past(_watched(batches, run.seen.rows, tell), by=by, at=at)
    folder = rejects_folder or settings.UPLOADS.parent / "imports"
    report = _report(run, loaded, file=path.name)
    report.rejects_file = write_rejects(
        run.maker.findings.refused, folder=folder, source=run.layout.source, at=at
    )
    report.seconds = time.perf_counter() - started
    return report


@contextmanager
def _alone() -> Iterator[None]:
    """One import at a time: two would make the same services, and slow each other down."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_IMPORT_LOCK])
        if not cursor.fetchone()[0]:
            raise AnotherImport(_("Another import is running. Please wait until it has ended."))
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_IMPORT_LOCK])


@dataclass(frozen=True, slots=True)
class _Run:
    """An import of which everything is known and nothing loaded yet."""

    export: Export
    header: Header
    layout: HistoryMapping
    seen: Survey
    beside: Beside
    register: Register
    maker: BatchMaker


def _begin(path: Path, mapping: str | Path, *, by: Actor, at: datetime) -> _Run:
    """Read the export once, and see to it that its geography and catalog are here."""
    layouts = mapping_files.load(mapping)
    first = layouts[0]
    export = tables.open_export(path, encoding=first.encoding, delimiter=first.delimiter)
    header = Header(export.names)
    layout = mapping_files.choose(layouts, header)
    seen = survey.survey(export, layout, header)
    beside = load_layers(layout.geography, path.parent, by=by, at=at)
    register = catalog.register(seen, layout, folder=path.parent, by=by, at=at)
    maker = BatchMaker(
        mapping=layout,
        header=header,
        register=register,
        areas=AreaFinder(areas(), layout.geography),
        promises=PromiseCheck(register, layout, name=_("due dates reckoned from targets")),
        repeated=seen.repeated,
        by=by,
    )
    return _Run(export, header, layout, seen, beside, register, maker)


def _nobody(_done: int, _total: int | None) -> None:
    """Nobody wants to know."""


def _watched(batches: Iterable[PastBatch], rows: int, tell: Progress) -> Iterator[PastBatch]:
    """The batches; each is told of when the next is asked for, for then it is in the database."""
    done = 0
    for batch in batches:
        yield batch
        done += len(batch)
        tell(done, rows)
    tell(rows, rows)


def _report(run: _Run, loaded: LoadReport, *, file: str) -> HistoryReport:
    """What the run did, with what only the load could find."""
    findings = run.maker.findings
    findings.refuse(Refused(0, source_id, Refusal.WORKED_ON) for source_id in loaded.kept)
    if loaded.unlinked:
        findings.oddities[Oddity.NO_PARENT] = len(loaded.unlinked)
    if run.export.odd_quotes:
        findings.oddities[Oddity.ODD_QUOTES] = 1
    return HistoryReport(
        file=file,
        mapping=run.layout.name,
        rows=run.seen.rows,
        imported=loaded.loaded,
        changed=loaded.changed,
        unchanged=loaded.unchanged,
        rejected=findings.reasons,
        oddities=findings.oddities,
        merged=loaded.merged,
        agreements=run.maker.agreements,
        made=run.register.made,
        layers=run.beside.loaded,
        notes=run.beside.notes,
    )
