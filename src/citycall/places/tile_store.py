"""The built map as the web process reads it: one file of tiles, replaced while it is in use."""

import json
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings

from citycall.places.coordinates import Bounds

# The zooms that are built: a phone shows a large city whole at the first; the browser draws closer
# ones from the last.
LOWEST_ZOOM: Final = 8
HIGHEST_ZOOM: Final = 14
CURRENT: Final = "CURRENT"
VIEW: Final = "citycall_view"
LOOK_EVERY_SECONDS: Final = 1.0
# The least and greatest tile column and row of a zoom.
Range = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class TileSet:
    """One built map. ``view`` is the city's west, south, east and north; ``bounds`` what is drawn.

    Tiles are MapBox vector tiles, gzip-encoded, of zooms 8 to 14.
    """

    version: str
    path: Path
    view: Bounds
    bounds: Bounds
    _database: sqlite3.Connection = field(repr=False)
    _ranges: dict[int, Range] = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def holds(self, zoom: int, column: int, row: int) -> bool:
        """Whether there can be a tile at this address; an empty one counts."""
        west, south, east, north = self._ranges.get(zoom, (1, 1, 0, 0))
        return west <= column <= east and south <= row <= north

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """The tile, gzip-encoded, or none where it is empty."""
        turned = (1 << zoom) - 1 - row  # The file counts rows from the south.
        with self._lock:
            found = self._database.execute(
                "SELECT tile_data FROM tiles"
                " WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                (zoom, column, turned),
            ).fetchone()
        return bytes(found[0]) if found else None


def open_tiles(path: Path) -> TileSet:
    """Open a built map for reading; raises ``sqlite3.Error`` or ``KeyError`` for anything else."""
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
    )
    database.execute("PRAGMA mmap_size = 268435456")
    told = dict(database.execute("SELECT name, value FROM metadata").fetchall())
    west, south, east, north = (float(part) for part in told["bounds"].split(","))
    ranges = {
        zoom: (left, (1 << zoom) - 1 - top, right, (1 << zoom) - 1 - bottom)
        for zoom, left, right, bottom, top in database.execute(
            "SELECT zoom_level, min(tile_column), max(tile_column), min(tile_row), max(tile_row)"
            " FROM tiles GROUP BY zoom_level"
        )
        if LOWEST_ZOOM <= zoom <= HIGHEST_ZOOM
    }
    view = tuple(json.loads(told[VIEW]))
    return TileSet(
        version=version_of(path),
        path=path,
        view=(view[0], view[1], view[2], view[3]),
        bounds=(west, south, east, north),
        _database=database,
        _ranges=ranges,
    )


def version_of(path: Path) -> str:
    """The version that a map's file is named after."""
    return path.stem.removeprefix("city-")


class Store:
    """The present map of a folder, looked for at most once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tiles: TileSet | None = None
        self._looked = float("-inf")
        self._seen: tuple[Path, int, int] | None = None

    def current(self) -> TileSet | None:
        """The map that was built last, or none where none was."""
        if time.monotonic() - self._looked < LOOK_EVERY_SECONDS:
            return self._tiles
        with self._lock:
            self._look(Path(settings.MAPS))
            self._looked = time.monotonic()
            return self._tiles

    def forget(self) -> None:
        """Look again at the next question."""
        self._looked = float("-inf")

    def _look(self, folder: Path) -> None:
        pointer = folder / CURRENT
        try:
            told = pointer.stat()
        except FileNotFoundError:
            self._tiles, self._seen = None, None
            return
        seen = (pointer, told.st_mtime_ns, told.st_ino)
        if seen != self._seen:
            # Tiles of the former map may still be being read, so it is left to be collected.
            self._tiles = open_tiles(folder / pointer.read_text().strip())
            self._seen = seen


STORE: Final = Store()


def current() -> TileSet | None:
    """The city's map, or none where ``citycall places tiles`` was never run."""
    return STORE.current()
