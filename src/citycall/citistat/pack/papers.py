"""A paper as sections of words, tables and drawings: what the page and the PDF both show. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table; ``href`` leads to what is behind it."""

    text: str
    href: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The head of a column; numbers stand at its end. ``share`` is of the width; 0 as needed."""

    text: str
    number: bool = False
    share: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a caption; the first cell of a row is its head. ``more`` says what is left out."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    more: str = ""
    kind: str = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart or map; ``alt`` says what it shows to those who do not see it."""

    svg: str
    alt: str
    caption: str
    wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawings:
    """Drawings beside each other."""

    drawings: Sequence[Drawing]
    kind: str = "drawings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A paragraph; ``strong`` for what must not be missed."""

    text: str
    strong: bool = False
    kind: str = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a paper; ``code`` is its anchor."""

    code: str
    title: str
    blocks: Sequence[Table | Drawings | Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole paper in one language."""

    title: str
    subtitle: str
    city: str
    language: str
    rtl: bool
    facts: Sequence[str] = field(default_factory=tuple)
    sections: Sequence[Section] = field(default_factory=tuple)

    def plain(self) -> dict[str, Any]:
        """As data for what sets it."""
        return asdict(self)


def table(
    caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell | str]], *, more: str = ""
) -> Table:
    """A table of cells, of which some are plain words."""
    cells = [[each if isinstance(each, Cell) else Cell(text=each) for each in row] for row in rows]
    return Table(caption=caption, columns=columns, rows=cells, more=more)
