"""Reading the editions: which there are, their files, and the dictionary."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.agencies import wall_clock
from citycall.core.errors import NotFound
from citycall.exchange.models import Export
from citycall.exchange.open_data import columns as all_columns
from citycall.exchange.open_data import dictionaries, picture
from citycall.exchange.open_data.actions import DICTIONARY
from citycall.exchange.open_data.columns import Column
from citycall.exchange.open_data.formats import TOLD, Format

LATEST: Final = "latest"
# When a new edition is made, by the city's clocks: few are awake, and no clock change is near.
NIGHTLY: Final = time(3, 17)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionFile:
    """One file of an edition; ``format`` is a ``Format`` or ``dictionary``."""

    format: str
    name: str
    size: int
    sha256: str
    media_type: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A published edition; ``rows`` counts the requests in each of its files."""

    name: str
    made_at: datetime
    data_until: datetime
    rows: int
    files: tuple[EditionFile, ...]


def editions() -> list[Edition]:
    """The editions whose files are here, latest first."""
    rows = Export.objects.order_by("-made_at")
    return [_edition(row) for row in rows if (settings.EXPORTS / row.edition).is_dir()]


def latest() -> Edition | None:
    """The latest edition, if there is any yet."""
    return next(iter(editions()), None)


def file_of(edition: str, name: str) -> tuple[Edition, EditionFile]:
    """A file by its edition (or ``latest``) and its name; raises ``NotFound``.

    Only names that the edition's own record has are ever looked for on the disk.
    """
    found = latest() if edition == LATEST else _named(edition)
    for file in found.files if found is not None else ():
        if found is not None and file.name == name:
            return found, file
    raise NotFound(_("There is no such file. Editions are kept for a week."))


def columns() -> tuple[Column, ...]:
    """The columns that an edition made now would have."""
    return all_columns.columns(picture.layers())


def dictionary() -> dict[str, Any]:
    """The data dictionary as it is now, as JSON has it."""
    return dictionaries.whole(picture.load())


def is_due(*, at: datetime, zone: ZoneInfo) -> bool:
    """Whether no edition has been made since the last time that one should have been."""
    local = at.astimezone(zone)
    day = local.date() if local.time() >= NIGHTLY else local.date() - timedelta(days=1)
    since = wall_clock.instant(datetime.combine(day, NIGHTLY), zone=zone)
    return not Export.objects.filter(data_until__gte=since).exists()


def _named(edition: str) -> Edition | None:
    row = Export.objects.filter(edition=edition).first()
    return _edition(row) if row is not None else None


def _edition(row: Export) -> Edition:
    return Edition(
        name=row.edition,
        made_at=row.made_at,
        data_until=row.data_until,
        rows=row.rows,
        files=tuple(
            EditionFile(
                format=code,
                name=file["name"],
                size=file["bytes"],
                sha256=file["sha256"],
                media_type=_media_type(code),
                path=settings.EXPORTS / row.edition / file["name"],
            )
            for code, file in sorted(row.files.items(), key=lambda item: _ORDER.index(item[0]))
        ),
    )


_ORDER: Final = [*(each.value for each in Format), DICTIONARY]


def _media_type(code: str) -> str:
    return dictionaries.MEDIA_TYPE if code == DICTIONARY else TOLD[Format(code)].media_type
