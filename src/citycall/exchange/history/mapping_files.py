"""Finding and reading mapping files; what is wrong in one is said with its line and field."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from pydantic import ValidationError

from citycall.agencies.documents import faults_of
from citycall.core.errors import DomainError
from citycall.exchange.catalog_file import nodes
from citycall.exchange.catalog_file.faults import FileFault
from citycall.exchange.history.mapping import Columns, ColumnSource, HistoryMapping, references

BUILT_IN = Path(__file__).with_name("mappings")


class BadMapping(DomainError):
    """A mapping file cannot be used; ``faults`` say where and why, in the file's order."""

    code = "bad_mapping"
    status = 422

    def __init__(self, faults: Iterable[FileFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault[1:]))
        super().__init__("\n".join(map(str, self.faults)))


class NoMapping(DomainError):
    """There is no mapping of this name, or none that fits the file's columns."""

    code = "no_mapping"


def known() -> list[str]:
    """The cities whose exports can be read without a mapping file."""
    return sorted(folder.name for folder in BUILT_IN.iterdir() if folder.is_dir())


def load(mapping: str | Path) -> list[HistoryMapping]:
    """The layouts under a city's name (see ``known``), or the one in a mapping file.

    Raises ``NoMapping`` and ``BadMapping``.
    """
    if isinstance(mapping, str) and mapping in known():
        return [read(path) for path in sorted((BUILT_IN / mapping).glob("*.yaml"))]
    path = Path(mapping)
    if not path.is_file():
        raise NoMapping(
            _("There is no mapping “%(name)s”. Known are: %(known)s; or name a mapping file.")
            % {"name": mapping, "known": ", ".join(known())}
        )
    return [read(path)]


def read(path: Path) -> HistoryMapping:
    """The mapping in a YAML file; raises ``BadMapping`` with every fault's line and field."""
    try:
        root = nodes.parse(path.read_bytes())
    except nodes.FormError as error:
        raise BadMapping(
            FileFault(path.name, *fault.position, "", fault.sentence) for fault in error.faults
        ) from None
    try:
        return HistoryMapping.model_validate(nodes.plain(root))
    except ValidationError as error:
        found = [(nodes.locate(root, fault.path), fault.sentence) for fault in faults_of(error)]
        raise BadMapping(
            FileFault(path.name, *position, names, sentence)
            for (position, names), sentence in found
        ) from None


def folded(name: str) -> str:
    """A column's name without case, spaces and marks: exports of one system vary in them."""
    return re.sub(r"[\W_]+", "", name).casefold()


class Header:
    """The columns of a file, found by name: as written, or else by ``folded``."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._folded = {folded(name): name for name in reversed(self.names)}

    def find(self, name: str) -> str | None:
        """The file's own name of a column, none where it has no such column."""
        return name if name in self.names else self._folded.get(folded(name))

    def templates(self, source: ColumnSource) -> list[str]:
        """The parts of ``take`` whose columns are all here."""
        return [t for t in source.take if all(self.find(name) for name in references(t))]

    def has(self, source: ColumnSource) -> bool:
        """Whether the file can fill this field at all."""
        return source.always is not None or bool(self.templates(source))

    def lacks(self, columns: Columns) -> list[str]:
        """The needed fields that the file cannot fill, each with the columns that it might have."""
        return [
            f"{name} ({', '.join(source.take)})"
            for name, source in columns.given()
            if name in Columns.needed() and not self.has(source)
        ]

    def used(self, mapping: HistoryMapping, fields: Collection[str] | None = None) -> list[str]:
        """The file's columns that the mapping reads, for these fields or for all and the rest."""
        given = mapping.columns.given()
        sources = [source for name, source in given if fields is None or name in fields]
        facts: Sequence[str] = ()
        if fields is None:
            sources += mapping.answers.values()
            sources += [layer.column for layer in mapping.geography.layers if layer.column]
            facts = mapping.facts
        names = [name for s in sources for t in self.templates(s) for name in references(t)]
        found = {self.find(name) for name in (*names, *facts)}
        return [name for name in self.names if name in found]


def choose(layouts: Sequence[HistoryMapping], header: Header) -> HistoryMapping:
    """The first layout whose needed columns the file has; raises ``NoMapping`` with what lacks."""
    lacking: Mapping[str, list[str]] = {
        layout.name: header.lacks(layout.columns) for layout in layouts
    }
    for layout in layouts:
        if not lacking[layout.name]:
            return layout
    raise NoMapping(
        "\n".join(
            _("The file does not fit “%(name)s”: it lacks %(columns)s.")
            % {"name": name, "columns": "; ".join(columns)}
            for name, columns in lacking.items()
        )
    )
