"""What can be wrong with a catalog file, and where."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import ngettext

from citycall.core.errors import DomainError


class FileFault(NamedTuple):
    """One fault: the file's name, its line and column (from 1), the field's path, the sentence."""

    file: str
    line: int
    column: int
    path: str
    sentence: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        return (
            f"{where}: {self.path}: {self.sentence}" if self.path else f"{where}: {self.sentence}"
        )


class CatalogFileError(DomainError):
    """The file cannot be taken in, and nothing was changed; ``faults`` are in the file's order."""

    code = "invalid_catalog_file"
    status = 422

    def __init__(self, faults: Iterable[FileFault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: fault[1:]))
        count = len(self.faults)
        summary = ngettext(
            "The catalog file has %(n)s fault; nothing was changed.",
            "The catalog file has %(n)s faults; nothing was changed.",
            count,
        )
        super().__init__("\n".join([summary % {"n": count}, *map(str, self.faults)]))
