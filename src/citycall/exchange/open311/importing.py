"""History from any Open311 server: fetched window by window, then loaded as any export is.

A run that was cut off is taken up by running it again: windows that were fetched to their end are
not asked for again, save the latest, in which something may have happened since.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.accounts.models import Role
from citycall.core import reaching
from citycall.core.actors import Actor
from citycall.core.clock import city_zone
from citycall.core.errors import DomainError, NotAllowed
from citycall.core.permissions import Grant
from citycall.exchange.history import HistoryReport, import_history
from citycall.exchange.open311 import sheet
from citycall.exchange.open311.asking import Reach
from citycall.exchange.open311.client import Client, Limited, Unavailable
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.patience import Patience
from citycall.exchange.open311.spool import Spool
from citycall.exchange.open311.windows import Window, grid

Progress = Callable[[int, int | None], None]

_GRANT: Final = Grant(everywhere=frozenset({Role.ADMINISTRATOR.value}))
# What may be lost when a run is cut off, and how often a small town's server is asked for nothing.
WINDOW_DAYS: Final = 30
# Where nobody says how far back, two years without a request are taken for the beginning.
_QUIET: Final = timedelta(days=730)
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_SOURCE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SOURCE: Final = 40
_TRIES: Final = 10


class BadSource(DomainError):
    """The code is not one that a source can have."""

    code = "bad_source"


class GaveUp(DomainError):
    """The server stopped answering; what it answered before is kept."""

    code = "gave_up"
    status = 502


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointReport:
    """What an import did: ``asked`` windows were fetched now, ``kept`` ones before.

    Each of ``requests`` is a row of ``history``; ``skipped`` were listed without an id.
    ``history`` is none where the server had no request at all.
    """

    url: str
    asked: int
    kept: int
    requests: int
    skipped: int
    history: HistoryReport | None

    def lines(self) -> list[str]:
        """The report in plain text, a line each."""
        lines = [
            _(
                "%(requests)s requests from %(url)s; %(asked)s spans of time fetched now, "
                "%(kept)s before"
            )
            % {
                "requests": f"{self.requests:,}",
                "url": self.url,
                "asked": self.asked,
                "kept": self.kept,
            }
        ]
        if self.skipped:
            sentence = _("  %(count)s more were listed without an id, and left out")
            lines.append(sentence % {"count": f"{self.skipped:,}"})
        if self.history is None:
            lines.append(_("  nothing to import: is --since early enough?"))
            return lines
        return [*lines, *self.history.lines()]


def import_endpoint(
    endpoint: Endpoint,
    *,
    source: str,
    since: datetime | None,
    until: datetime | None,
    by: Actor,
    at: datetime,
    agency: str = "",
    folder: Path | None = None,
    progress: Progress | None = None,
    reach: Reach = reaching.reach,
    patience: Patience | None = None,
) -> EndpointReport:
    """Import the requests that a server lists; a second time changes only what changed there.

    ``since`` none means as far back as there is anything, ``until`` none means ``at``. ``agency``
    is whose the services are that the server names no agency for (the city, if empty). ``folder``
    keeps what was fetched, ``CITYCALL_HOME/imports/<source>`` if none. ``progress`` is told
    (requests done, in all or none while unknown), first of the fetching, then of the loading.
    Raises ``BadSource``, ``NotAllowed``, ``OtherEndpoint``, ``AlreadyImporting``, ``GaveUp``,
    ``Rejected``, ``TooMany`` and what ``import_history`` raises.
    """
    _check(source, by)
    tell = progress or _nobody
    spool = Spool(folder or settings.UPLOADS.parent / "imports" / source)
    client = Client(endpoint, reach=reach, patience=patience or _patience(endpoint))
    with spool.taken(endpoint):
        fetching = _Fetching(client, spool, tell)
        fetching.walk(since, until or at)
        history, count = _loaded(endpoint, spool, source, agency, by=by, at=at, tell=tell)
        spool.clear()
    return EndpointReport(
        url=endpoint.url,
        asked=fetching.asked,
        kept=fetching.kept,
        requests=count,
        skipped=client.skipped,
        history=history,
    )


def _check(source: str, by: Actor) -> None:
    if not _GRANT.allows(by, agency_id=None):
        raise NotAllowed(_("You do not have permission to do this."))
    if not _SOURCE.fullmatch(source) or len(source) > _LONGEST_SOURCE:
        sentence = _("A source's code has small letters, digits and hyphens, 40 at most.")
        raise BadSource(sentence, field="source")


def _patience(endpoint: Endpoint) -> Patience:
    return Patience(tries=_TRIES, per_minute=endpoint.profile.per_minute)


def _nobody(_done: int, _total: int | None) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class _Fetching:
    client: Client
    spool: Spool
    tell: Progress
    asked: int = 0
    kept: int = 0
    requests: int = 0

    def walk(self, since: datetime | None, until: datetime) -> None:
        """Fetch all windows, the latest first; raises ``GaveUp``."""
        for window in self._windows(since, until):
            # The latest window is open at its end: of it, there may be more than there was.
            if self.spool.has(window) and window.until < until:
                self.kept += 1
                continue
            self._fetch(window)
            self.asked += 1

    def _windows(self, since: datetime | None, until: datetime) -> Iterator[Window]:
        if since is not None:
            yield from grid(since, until, days=WINDOW_DAYS)
            return
        quiet_from = until
        for window in grid(_EARLIEST, until, days=WINDOW_DAYS):
            yield window
            if not self.spool.is_empty(window):
                quiet_from = window.since
            elif quiet_from - window.since > _QUIET:
                return

    def _fetch(self, window: Window) -> None:
        requests = self.client.requests(since=window.since, until=window.until)
        try:
            self.spool.keep(window, requests, self._count)
        except (Limited, Unavailable) as error:
            raise GaveUp(
                _(
                    "%(why)s It was asked again and again. %(count)s finished spans of time are "
                    "kept in %(folder)s: run the same command later, and it goes on from there."
                )
                % {
                    "why": error.message,
                    "count": len(self.spool.files()),
                    "folder": self.spool.folder,
                }
            ) from error

    def _count(self) -> None:
        self.requests += 1
        self.tell(self.requests, None)


def _loaded(
    endpoint: Endpoint,
    spool: Spool,
    source: str,
    agency: str,
    *,
    by: Actor,
    at: datetime,
    tell: Progress,
) -> tuple[HistoryReport | None, int]:
    """Load what was fetched; how that went, and how many requests it was."""
    path, mapping = spool.folder / f"{source}.parquet", spool.folder / "mapping.yaml"
    told = sheet.with_agencies(spool.rows())
    own = agency or settings.CITYCALL_CITY_NAME
    count = sheet.write(path, spool.rows(), told=told, agency=own)
    if not count:
        return None, 0
    host = urlsplit(endpoint.url).hostname or endpoint.url
    zone = endpoint.profile.zone or city_zone()
    name = _("Open311 of %(host)s") % {"host": host}
    sheet.write_mapping(mapping, source=source, name=name[:100], zone=zone)
    rejects = spool.folder.parent
    return import_history(
        path, mapping=mapping, by=by, at=at, progress=tell, rejects_folder=rejects
    ), count
