"""What was fetched of an import, kept on disk window by window until it is in the database.

A window's file appears when the window is whole; so what is there need not be asked for again.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _

from citycall.core.errors import Conflict
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.told import RemoteRequest
from citycall.exchange.open311.windows import Window

_WHOSE: Final = "endpoint.json"
_STAMP: Final = "%Y%m%dT%H%M%S.%fZ"


class OtherEndpoint(Conflict):
    """What was fetched under this source's name comes from another server."""

    code = "other_endpoint"


class AlreadyImporting(Conflict):
    """This source is being imported already."""

    code = "already_importing"


@dataclass(frozen=True, slots=True)
class Spool:
    """The folder of one source."""

    folder: Path

    @contextmanager
    def taken(self, endpoint: Endpoint) -> Iterator[None]:
        """Have the folder to oneself. Raises ``OtherEndpoint`` and ``AlreadyImporting``."""
        # What people wrote lies here for a while: nobody else on this computer may read it.
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                sentence = _("This source is being imported already. Please wait for its end.")
                raise AlreadyImporting(sentence) from None
            self._bind(endpoint)
            yield

    def _bind(self, endpoint: Endpoint) -> None:
        whose = {"url": endpoint.url.rstrip("/"), "jurisdiction_id": endpoint.jurisdiction_id}
        path = self.folder / _WHOSE
        if path.exists() and json.loads(path.read_text()) != whose and self.files():
            raise OtherEndpoint(
                _(
                    "%(folder)s holds what was fetched from another server. Give this one a "
                    "source code of its own, or delete the folder."
                )
                % {"folder": self.folder}
            )
        path.write_text(json.dumps(whose))

    def has(self, window: Window) -> bool:
        """Whether this window was fetched to its end."""
        return self._path(window).exists()

    def is_empty(self, window: Window) -> bool:
        """Whether a window that was fetched has no requests."""
        return self._path(window).stat().st_size == 0

    def keep(
        self, window: Window, requests: Iterable[RemoteRequest], tell: Callable[[], None]
    ) -> None:
        """Write a window down; ``tell`` is called for each request. All of it is kept, or none."""
        path = self._path(window)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            for request in requests:
                file.write(orjson.dumps(request, option=orjson.OPT_APPEND_NEWLINE))
                tell()
            # Else the name might outlive a power cut, and what it stands for not.
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def files(self) -> list[Path]:
        """The files of windows, the last fetched first."""
        found = [(path.stat().st_mtime_ns, path) for path in self.folder.glob("*.jsonl")]
        return [path for _time, path in sorted(found, reverse=True)]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each request once, as it was told last."""
        seen: set[str] = set()
        for path in self.files():
            with path.open("rb") as lines:
                for line in lines:
                    row = orjson.loads(line)
                    if row["id"] not in seen:
                        seen.add(row["id"])
                        yield row

    def clear(self) -> None:
        """Forget what was fetched: it is in the database."""
        for path in (*self.files(), *self.folder.glob("*.part"), *self.folder.glob("*.parquet")):
            path.unlink(missing_ok=True)

    def _path(self, window: Window) -> Path:
        return self.folder / f"{window.since:{_STAMP}}-{window.until:{_STAMP}}.jsonl"
