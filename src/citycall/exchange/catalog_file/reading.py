"""From the text of a file to the specs it describes, each with its place in the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from citycall.agencies.documents import Document, Path, faults_of
from citycall.exchange.catalog_file import nodes, shape
from citycall.exchange.catalog_file.faults import CatalogFileError, FileFault
from citycall.exchange.catalog_file.nodes import Fields, FormError, Node, Scalar
from citycall.exchange.catalog_file.sections import SECTIONS, SERVICES

FORMAT = "1"


@dataclass(frozen=True, slots=True)
class Written:
    """One entry of the file: its section and code, its place, and its spec where it has one."""

    section: str
    code: str
    path: Path
    spec: Document | None


@dataclass(slots=True)
class CatalogText:
    """A file as read: its entries in order, and what is wrong so far."""

    file: str
    root: Fields
    entries: list[Written] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)
    faulty: set[tuple[str, str]] = field(default_factory=set)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def blame(self, path: Path, sentence: str) -> None:
        """Add a fault at a path."""
        position, names = nodes.locate(self.root, path)
        self.faults.append(FileFault(self.file, *position, names, sentence))

    def keep(self, written: Written) -> None:
        """Add an entry; a code may stand once in a section."""
        if written.spec is None:
            self.faulty.add((written.section, written.code))
        if (written.section, written.code) in self._seen:
            self.blame(written.path, _("“%(name)s” is here twice.") % {"name": written.code})
        self._seen.add((written.section, written.code))
        self.entries.append(written)

    def value_at(self, path: Path) -> str | None:
        """The text that stands at a path, or none where no single value does."""
        node: Node | None = self.root
        for step in path:
            if isinstance(node, Fields) and isinstance(step, str):
                node = node.values.get(step)
            elif isinstance(node, nodes.Items) and isinstance(step, int):
                node = node.values[step] if step < len(node.values) else None
        return node.text if isinstance(node, Scalar) else None


def read(text: str | bytes, *, file_name: str) -> CatalogText:
    """Read a whole file; raises ``CatalogFileError`` only where its form cannot be read."""
    try:
        root = nodes.parse(text)
    except FormError as error:
        raise CatalogFileError(
            FileFault(file_name, *fault.position, "", fault.sentence) for fault in error.faults
        ) from None
    found = CatalogText(file_name, root)
    for name in root.values:
        if name == "format":
            _check_format(found)
        elif name not in SECTIONS:
            known = ", ".join(["format", *SECTIONS])
            sentence = _("There is no such section. A catalog has: %(known)s.")
            found.blame((name,), sentence % {"known": known})
    for section in SECTIONS:
        for path, node in _entries(found, section):
            _read_entry(found, section, path, node)
    return found


def _check_format(found: CatalogText) -> None:
    if found.value_at(("format",)) != FORMAT:
        sentence = _("This format is not known; this version of CityCall reads format %(n)s.")
        found.blame(("format",), sentence % {"n": FORMAT})


def _entries(found: CatalogText, section: str) -> Iterator[tuple[Path, Node]]:
    if section != SERVICES:
        yield from _named(found, (section,))
        return
    for path, _node in _named(found, (section,)):
        yield from _named(found, path)


def _named(found: CatalogText, path: Path) -> Iterator[tuple[Path, Node]]:
    node: Node | None = found.root
    for step in path:
        node = node.values.get(str(step)) if isinstance(node, Fields) else None
    if isinstance(node, Fields):
        yield from (((*path, name), value) for name, value in node.values.items())
    elif node is not None and not (isinstance(node, Scalar) and node.text is None):
        found.blame(path, _("This must have named fields."))


def _read_entry(found: CatalogText, section: str, path: Path, node: Node) -> None:
    code = str(path[-1])
    before = len(found.faults)
    _refuse_second_code(found, path, node)
    document = shape.with_code(code, nodes.plain(node))
    if section == SERVICES:
        document = _service_document(found, path, document)
    try:
        spec = SECTIONS[section].spec.model_validate(document)
    except ValidationError as error:
        for fault in faults_of(error):
            found.blame(_file_path(path, fault.path), fault.sentence)
    faulty = len(found.faults) > before
    found.keep(Written(section, code, path, None if faulty else spec))


def _service_document(found: CatalogText, path: Path, document: Any) -> Any:
    if not isinstance(document, dict):
        return document
    if "group" in document:
        found.blame((*path, "group"), _("The group is the name that the service stands under."))
    return shape.from_file({**document, "group": str(path[-2])})


def _refuse_second_code(found: CatalogText, path: Path, node: Node) -> None:
    sentence = _("The code is the name that this stands under.")
    if not isinstance(node, Fields):
        return
    if "code" in node.values:
        found.blame((*path, "code"), sentence)
    questions = node.values.get("questions")
    if isinstance(questions, Fields):
        for name, question in questions.values.items():
            if isinstance(question, Fields) and "code" in question.values:
                found.blame((*path, "questions", name, "code"), sentence)


def _file_path(entry: Path, inside: Path) -> Path:
    """The path in the file of a fault in a spec, whose group stands above the service."""
    return entry[:-1] if inside == ("group",) else (*entry, *inside)
