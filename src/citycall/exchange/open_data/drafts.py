"""An edition while it is made: out of everybody's sight, and taken up again if it was cut off."""

import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

FOLDER: Final = ".draft"
_ENDING: Final = ".rows"


class Draft:
    """The draft below a folder of editions. Only one process at a time may have it.

    Of a draft that was cut off the rows that were read are kept; the files made of them are not.
    ``digest`` says what the rows mean (``Picture.digest``): kept rows of another are of no use.
    """

    def __init__(self, exports: Path, *, digest: str) -> None:
        self._exports = exports
        self._folder = exports / FOLDER
        self.files = self._folder / "files"
        self._parts = self._folder / f"parts-{digest}"
        self._clear()
        self.files.mkdir(parents=True)
        self._parts.mkdir(exist_ok=True)
        self._kept = dict(_read_name(path) for path in self._parts.glob(f"*{_ENDING}"))

    def _clear(self) -> None:
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path != self._parts:
                    shutil.rmtree(path)

    def rows(
        self,
        part: int,
        read: Callable[[int], bytes],
        is_current: Callable[[int, bytes], bool],
    ) -> bytes:
        """The rows of a part: the kept ones if they are current, else ``read`` anew and kept."""
        kept = self._kept.get(part)
        if kept is not None:
            rows = kept.read_bytes()
            if kept.name == _name(part, rows) and is_current(part, rows):
                return rows
        rows = read(part)
        self._keep(part, rows)
        return rows

    def _keep(self, part: int, rows: bytes) -> None:
        unfinished = self._parts / "unfinished"
        unfinished.write_bytes(rows)
        place = self._parts / _name(part, rows)
        if part in self._kept:
            self._kept.pop(part).unlink()
        unfinished.rename(place)

    def publish(self, edition: str) -> Path:
        """Give the files their place, all at once and for good; the draft is gone then."""
        _settle(self.files)
        place = self._exports / edition
        self.files.rename(place)
        _settle(self._exports)
        shutil.rmtree(self._folder)
        return place


def _name(part: int, rows: bytes) -> str:
    """Tells the part and its rows' checksum: after a power cut a file may be empty."""
    return f"{part}_{zlib.crc32(rows):08x}{_ENDING}"


def _read_name(path: Path) -> tuple[int, Path]:
    number, _checksum = path.name.split("_")
    return int(number), path


def _settle(folder: Path) -> None:
    """See to it that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
