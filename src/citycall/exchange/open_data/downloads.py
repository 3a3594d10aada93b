"""A part of the open data, chosen by whoever asks, made at once and of bounded size."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import IO, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.agencies import wall_clock
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.core import clock
from citycall.core.errors import DomainError
from citycall.exchange.open_data import picture, reading
from citycall.exchange.open_data.files import WrittenFile
from citycall.exchange.open_data.formats import Format
from citycall.exchange.open_data.making import Maker
from citycall.exchange.open_data.reading import Selection
from citycall.exchange.open_data.writing import Output, write_all
from citycall.places.queries import areas

MOST_ROWS: Final = 200_000
# In each web process: a download keeps one of its threads and a database connection busy.
_AT_ONCE: Final = 2
_making = threading.BoundedSemaphore(_AT_ONCE)


class BadSelection(DomainError):
    """What was asked for cannot be selected."""

    code = "bad_selection"
    status = 422


class TooManyRows(DomainError):
    """More requests were selected than are made at once."""

    code = "too_many_rows"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            _(
                "These are more than %(most)s requests. Please choose a shorter time, or take the"
                " latest edition, which has them all."
            )
            % {"most": f"{MOST_ROWS:,}"}
        )


class Busy(DomainError):
    """Others are being served."""

    code = "busy"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("Others are downloading right now. Please try again in a minute."))


@dataclass(frozen=True, slots=True)
class Download:
    """A finished file without a name, at its beginning; gone when it is closed."""

    file: IO[bytes]
    rows: int
    size: int


def select(
    *,
    since: str = "",
    until: str = "",
    services: Sequence[str] = (),
    areas_named: Sequence[str] = (),
    zone: ZoneInfo,
) -> Selection:
    """The selection that words mean: from ``since`` to before ``until``, codes, ``layer/code``.

    A day begins at the city's midnight, and a time without an offset is the city's. Raises
    ``BadSelection`` and ``UnknownService``.
    """
    first, last = _moment("since", since, zone), _moment("until", until, zone)
    if first is not None and last is not None and first >= last:
        raise BadSelection(_("The end must come after the beginning."), field="until")
    return Selection(
        since=first,
        until=last,
        services=frozenset(_service(code) for code in services if code),
        areas=frozenset(_area(name) for name in areas_named if name),
    )


def make(selection: Selection, fmt: Format, *, at: datetime) -> Download:
    """Make the file of a selection. Raises ``TooManyRows`` and ``Busy``."""
    with _in_turn(), reading.snapshot():
        names = picture.load()
        if reading.count(names, selection, most=MOST_ROWS + 1) > MOST_ROWS:
            raise TooManyRows
        settings.EXPORTS.mkdir(parents=True, exist_ok=True)
        # On the disk and not in memory, and complete before the first byte is sent: a slow reader
        # keeps no connection, and nobody gets half a file.
        file = TemporaryFile(dir=settings.EXPORTS)  # noqa: SIM115  (whoever asked closes it)
        try:
            files = {fmt: WrittenFile(file, name=fmt.file_name, durable=False)}
            maker = Maker(names, at=at)
            parts = reading.read(names, selection)
            with Output(files, maker=maker, zone=clock.city_zone()) as output:
                rows, written = write_all(parts, output, progress=lambda _rows: None)
            file.seek(0)
        except BaseException:
            file.close()
            raise
    return Download(file, rows, written[fmt].size)


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _making.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _making.release()


def _moment(field: str, text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        if len(text) == len("2026-03-02"):
            day = date.fromisoformat(text)
            return wall_clock.instant(datetime(day.year, day.month, day.day), zone=zone)  # noqa: DTZ001
        moment = datetime.fromisoformat(text)
        return moment if moment.utcoffset() is not None else wall_clock.instant(moment, zone=zone)
    except (ValueError, OverflowError):
        raise BadSelection(
            _("“%(text)s” is not a date. Please write it like 2026-03-31.") % {"text": text[:40]},
            field=field,
        ) from None


def _service(code: str) -> int:
    entry = catalog().service(code)
    if entry.spec.privacy is Privacy.PRIVATE:
        raise BadSelection(_("Requests of this service are not published."), field="service")
    return entry.id


def _area(name: str) -> int:
    layer, _slash, code = name.partition("/")
    found = areas().find(layer, code) if layer in areas().layers else None
    if found is None:
        raise BadSelection(
            _("There is no area “%(name)s”. Areas are named by layer and code: layer/code.")
            % {"name": name[:80]},
            field="area",
        )
    return found.id
