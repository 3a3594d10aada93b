"""Files that are written once, from beginning to end, with their digest."""

import gzip
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol, Self

_QUICKEST: Final = 1


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was written."""

    name: str
    size: int
    sha256: str

    def as_json(self) -> Mapping[str, Any]:
        """As an edition's record keeps it."""
        return {"name": self.name, "bytes": self.size, "sha256": self.sha256}


class Sink(Protocol):
    """Something that takes bytes."""

    def write(self, data: bytes | memoryview) -> int:
        """Take these bytes."""


class WrittenFile:
    """A new file; what is written to it is counted and digested on the way.

    One that is not to be kept need not be ``durable``.
    """

    closed = False

    def __init__(self, file: IO[bytes], *, name: str, durable: bool = True) -> None:
        self._file = file
        self._name = name
        self._durable = durable
        self._digest = hashlib.sha256()
        self._size = 0

    @classmethod
    def at(cls, path: Path, *, name: str) -> Self:
        """The file at this path, begun anew; ``name`` is the one that it will have."""
        return cls(path.open("wb"), name=name)

    def write(self, data: bytes | memoryview) -> int:
        """Write bytes."""
        size = len(data)
        self._file.write(data)
        self._digest.update(data)
        self._size += size
        return size

    def tell(self) -> int:
        """How many bytes were written."""
        return self._size

    def flush(self) -> None:
        """Hand what is buffered to the operating system."""
        self._file.flush()

    def finish(self) -> Written:
        """Return when all of it is written, and on the disk if it is to be kept."""
        self._file.flush()
        if self._durable:
            os.fsync(self._file.fileno())
        return Written(self._name, self._size, self._digest.hexdigest())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Compressed:
    """Writes gzip into a file. Its fastest level: slower ones save a tenth at thrice the time."""

    closed = False

    def __init__(self, file: WrittenFile) -> None:
        # Without a name and a time the same data is the same file.
        self._gzip = gzip.GzipFile(
            fileobj=file, mode="wb", compresslevel=_QUICKEST, filename="", mtime=0
        )

    def write(self, data: bytes | memoryview) -> int:
        """Compress and write bytes."""
        return self._gzip.write(data)

    def end(self) -> None:
        """Write what ends the compressed data; the file stays open."""
        self._gzip.close()
