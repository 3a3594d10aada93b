"""Making editions of the open data, and removing old ones."""

import json
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.core.permissions import require
from citycall.exchange.models import Export
from citycall.exchange.open_data import dictionaries, picture, reading
from citycall.exchange.open_data.drafts import Draft
from citycall.exchange.open_data.files import Written, WrittenFile
from citycall.exchange.open_data.formats import Format
from citycall.exchange.open_data.making import Maker
from citycall.exchange.open_data.picture import Picture
from citycall.exchange.open_data.reading import Selection
from citycall.exchange.open_data.writing import Output, open_files, write_all
from citycall.exchange.policies import PERMISSIONS

Progress = Callable[[int, int | None], None]

KEEP: Final = timedelta(days=7)
DICTIONARY: Final = "dictionary"
# Any number will do, as long as every CityCall uses the same.
_EXPORT_LOCK: Final = 311_311_313
_EDITION: Final = re.compile(r"\d{8}T\d{6}Z")


class AnotherExport(Conflict):
    """An edition is being made already, or was made in this very second."""

    code = "another_export"


def make_edition(
    *,
    by: Actor,
    at: datetime,
    formats: Collection[Format] = tuple(Format),
    progress: Progress | None = None,
) -> Export:
    """Make an edition of all requests as they are now, publish it, and remove old ones.

    It is published whole or not at all. What was read for one that was cut off is used again
    where it has not changed. ``progress`` is told (parts done, parts in all). Raises ``NotAllowed``
    and ``AnotherExport``.
    """
    require(PERMISSIONS, "make_export", by=by)
    started = time.perf_counter()
    edition = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    with _alone():
        _remove_unknown()
        if Export.objects.filter(edition=edition).exists():
            raise AnotherExport(_("An edition was made a moment ago."))
        with reading.snapshot():
            draft, rows, files = _draft(at, formats, progress or _nobody)
        draft.publish(edition)
        export = Export.objects.create(
            edition=edition,
            made_at=at + timedelta(seconds=time.perf_counter() - started),
            data_until=at,
            rows=rows,
            files={name: dict(file.as_json()) for name, file in files.items()},
        )
        remove_old(at=at)
    return export


def write_files(
    folder: Path,
    *,
    formats: Collection[Format],
    selection: Selection,
    by: Actor,
    at: datetime,
    progress: Progress | None = None,
) -> tuple[int, dict[Format, Written]]:
    """Write the selected requests to files in a folder, apart from the editions.

    Returns how many there were, and the files. A file there is replaced once all are complete.
    """
    require(PERMISSIONS, "make_export", by=by)
    tell = progress or _nobody
    folder.mkdir(parents=True, exist_ok=True)
    drafts = {each: folder / f".{each.file_name}.part" for each in formats}
    try:
        with reading.snapshot(), ExitStack() as stack:
            names = picture.load()
            output = stack.enter_context(_output(open_files(drafts, stack), names, at))
            parts = reading.read(names, selection)
            rows, written = write_all(parts, output, progress=lambda done: tell(done, None))
        for each, path in drafts.items():
            path.rename(folder / each.file_name)
    finally:
        for path in drafts.values():
            path.unlink(missing_ok=True)
    return rows, written


def remove_old(*, at: datetime) -> int:
    """Remove editions that are older than a week, but never the latest; how many they were."""
    latest = Export.objects.order_by("-made_at").values_list("pk", flat=True)[:1]
    old = list(Export.objects.filter(made_at__lt=at - KEEP).exclude(pk__in=list(latest)))
    for export in old:
        # First the record, so that no page leads to files that are gone.
        export.delete()
        shutil.rmtree(settings.EXPORTS / export.edition, ignore_errors=True)
    return len(old)


def _draft(
    at: datetime, formats: Collection[Format], tell: Progress
) -> tuple[Draft, int, dict[str, Written]]:
    names = picture.load()
    parts = reading.parts(names)
    draft = Draft(settings.EXPORTS, digest=names.digest)
    tell(0, len(parts))

    def read(part: int) -> bytes:
        return reading.read_part(names, part)

    def is_current(part: int, rows: bytes) -> bool:
        return reading.is_current(names, part, rows)

    with ExitStack() as stack:
        paths = {each: draft.files / each.file_name for each in formats}
        output = stack.enter_context(_output(open_files(paths, stack), names, at))
        rows, written = write_all(
            (draft.rows(part, read, is_current) for part in parts),
            output,
            progress=lambda done: tell(done, len(parts)),
        )
    files = {each.value: file for each, file in written.items()}
    files[DICTIONARY] = _write_dictionary(draft.files, names)
    return draft, rows, files


def _output(files: dict[Format, WrittenFile], names: Picture, at: datetime) -> Output:
    return Output(files, maker=Maker(names, at=at), zone=clock.city_zone())


def _write_dictionary(folder: Path, names: Picture) -> Written:
    name = dictionaries.FILE_NAME
    file = WrittenFile.at(folder / name, name=name)
    try:
        told = json.dumps(dictionaries.whole(names), ensure_ascii=False, indent=1)
        file.write(told.encode())
        return file.finish()
    finally:
        file.close()


def _remove_unknown() -> None:
    """Remove folders of editions that were cut off between their last two steps."""
    if not settings.EXPORTS.is_dir():
        return
    known = set(Export.objects.values_list("edition", flat=True))
    for folder in settings.EXPORTS.iterdir():
        if _EDITION.fullmatch(folder.name) and folder.name not in known:
            shutil.rmtree(folder)


@contextmanager
def _alone() -> Iterator[None]:
    """One export at a time: they share the draft."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_EXPORT_LOCK])
        if not cursor.fetchone()[0]:
            raise AnotherExport(_("Open data is being made already. Please wait until it is done."))
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_EXPORT_LOCK])


def _nobody(_done: int, _total: int | None) -> None:
    """Nobody wants to know."""
