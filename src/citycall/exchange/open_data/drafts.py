"""An edition while it is made: out of everybody's sight, and taken up again if it was cut off."""

import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from citycall.exchange.open_data.reading import Part

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
        self.reused = 0
        self._clear()
        self.files.mkdir(parents=True)
        self._parts.mkdir(exist_ok=True)
        self._kept = dict(_read_name(path) for path in self._parts.glob(f"*{_ENDING}"))

    def _clear(self) -> None:
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path != self._parts:
                    shutil.rmtree(path)

    def rows(self, part: Part, read: Callable[[Part], bytes]) -> bytes:
        """The rows of a part: the kept ones if nothing in it has changed, else ``read`` anew."""
        kept = self._kept.get((part.number, part.mark))
        if kept is not None:
            rows = kept.read_bytes()
            if kept.name == _name(part, rows):
                self.reused += 1
                return rows
        rows = read(part)
        self._keep(part, rows)
        return rows

    def _keep(self, part: Part, rows: bytes) -> None:
        unfinished = self._parts / "unfinished"
        unfinished.write_bytes(rows)
        unfinished.rename(self._parts / _name(part, rows))

    def publish(self, edition: str) -> Path:
        """Give the files their place, all at once and for good; the draft is gone then."""
        _settle(self.files)
        place = self._exports / edition
        self.files.rename(place)
        _settle(self._exports)
        shutil.rmtree(self._folder)
        return place


def _name(part: Part, rows: bytes) -> str:
    """Tells the part, its state, and its rows' checksum: after a power cut a file may be empty."""
    return f"{part.number}_{part.mark}_{zlib.crc32(rows):08x}{_ENDING}"


def _read_name(path: Path) -> tuple[tuple[int, str], Path]:
    number, mark, _checksum = path.name.removesuffix(_ENDING).split("_")
    return (int(number), mark), path


def _settle(folder: Path) -> None:
    """See to it that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
