"""Importing an export: survey, catalog, geography, then batch after batch into the database."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.exchange.history import catalog, mapping_files, survey, tables
from citycall.exchange.history.batches import BatchMaker
from citycall.exchange.history.faults import Findings, Oddity, Refusal, Refused
from citycall.exchange.history.geography import AreaFinder, load_layers
from citycall.exchange.history.mapping import HistoryMapping
from citycall.exchange.history.mapping_files import Header
from citycall.exchange.history.prefetch import prefetched
from citycall.exchange.history.promises import PromiseCheck
from citycall.exchange.history.report import HistoryReport, write_rejects
from citycall.exchange.history.tables import Export
from citycall.places.queries import areas
from citycall.service_requests.actions.load import LoadReport, load_past
from citycall.service_requests.actions.load_batch import PastBatch

Progress = Callable[[int, int | None], None]

# One transaction's worth: enough to be quick, little enough to lose when the power fails.
BATCH = 20_000


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
    running it again. Raises ``BadFile``, ``NoMapping``, ``BadMapping`` and ``NotAllowed``.
    """
    started = time.perf_counter()
    path = Path(path)
    tell = progress or (lambda _done, _total: None)
    tell(0, None)
    layouts = mapping_files.load(mapping)
    export = _open(path, layouts)
    header = Header(export.names)
    layout = mapping_files.choose(layouts, header)
    seen = survey.survey(export, layout, header)
    beside = load_layers(layout.geography, path.parent, by=by, at=at)
    register = catalog.register(seen, layout, folder=path.parent, by=by, at=at)
    promises = PromiseCheck(register, layout, name=_("due dates reckoned from targets"))
    finder = AreaFinder(areas(), layout.geography)
    maker = BatchMaker(
        mapping=layout,
        header=header,
        register=register,
        areas=finder,
        promises=promises,
        repeated=seen.repeated,
        by=by,
    )
    parts = export.read(header.used(layout), size=BATCH)
    batches = prefetched(maker.batches(parts))
    loaded = load_past(_watched(batches, seen.rows, tell), by=by, at=at)
    findings = _with_load(maker.findings, loaded, export)
    return HistoryReport(
        file=path.name,
        mapping=layout.name,
        rows=seen.rows,
        imported=loaded.loaded,
        changed=loaded.changed,
        unchanged=loaded.unchanged,
        rejected=findings.reasons,
        oddities=findings.oddities,
        merged=loaded.merged,
        agreements=[*finder.agreements, promises.agreement],
        made=register.made,
        layers=beside.loaded,
        notes=beside.notes,
        rejects_file=write_rejects(
            findings.refused,
            folder=rejects_folder or settings.UPLOADS.parent / "imports",
            source=layout.source,
            at=at,
        ),
        seconds=time.perf_counter() - started,
    )


def _open(path: Path, layouts: Iterable[HistoryMapping]) -> Export:
    first = next(iter(layouts))
    return tables.open_export(path, encoding=first.encoding, delimiter=first.delimiter)


def _watched(batches: Iterable[PastBatch], rows: int, tell: Progress) -> Iterator[PastBatch]:
    """The batches; each is told of when the next is asked for, for then it is in the database."""
    done = 0
    for batch in batches:
        yield batch
        done += len(batch)
        tell(done, rows)
    tell(rows, rows)


def _with_load(findings: Findings, loaded: LoadReport, export: Export) -> Findings:
    """Add what only the load could find."""
    findings.refuse(Refused(0, source_id, Refusal.WORKED_ON) for source_id in loaded.kept)
    if loaded.unlinked:
        findings.oddities[Oddity.NO_PARENT] = len(loaded.unlinked)
    if export.odd_quotes:
        findings.oddities[Oddity.ODD_QUOTES] = 1
    return findings
