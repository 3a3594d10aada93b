"""YAML text as a tree in which everything knows its line and column.

Only what a catalog needs is read: no anchors, tags or second documents, so that a small file
cannot grow large. Every value is text (or nothing); what it means is for the specs to say, so
``yes``, ``1`` and ``22:00`` need no quotes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

LARGEST_BYTES = 3_000_000
DEEPEST = 20
MOST_VALUES = 300_000
MOST_FAULTS = 200
_NOTHING = {"", "~", "null"}


class Position(NamedTuple):
    """A place in the file, counted from 1."""

    line: int
    column: int


class FormFault(NamedTuple):
    """What keeps the text from being read, and where."""

    position: Position
    sentence: str


class FormError(ValueError):
    """The text is not YAML of the kind that a catalog is written in."""

    def __init__(self, *faults: FormFault) -> None:
        super().__init__("; ".join(fault.sentence for fault in faults))
        self.faults = faults


@dataclass(slots=True)
class Scalar:
    """A value: text, or none where nothing is written."""

    position: Position
    text: str | None


@dataclass(slots=True)
class Items:
    """A list."""

    position: Position
    values: "list[Node]" = field(default_factory=list)


@dataclass(slots=True)
class Fields:
    """Named values, each with the place of its name."""

    position: Position
    values: "dict[str, Node]" = field(default_factory=dict)
    names: dict[str, Position] = field(default_factory=dict)


Node = Scalar | Items | Fields


def parse(text: str | bytes) -> Fields:
    """The tree of a file; raises ``FormError`` with everything wrong in its form."""
    builder = _Builder()
    whole = _decoded(text)
    try:
        for event in _events(whole):
            builder.take(event)
    except ReaderError as error:
        sentence = _("There is a character here that a text cannot have.")
        raise FormError(FormFault(_end_of(whole[: error.position]), sentence)) from None
    except MarkedYAMLError as error:
        raise FormError(*builder.faults, _malformed(error)) from None
    if builder.faults:
        raise FormError(*builder.faults)
    root = builder.root
    if not isinstance(root, Fields):
        sentence = _("A catalog file has named sections, such as “services:”.")
        raise FormError(FormFault(Position(1, 1), sentence))
    return root


def plain(node: Node) -> Any:
    """The node as ordinary values: dictionaries, lists, text and none."""
    if isinstance(node, Fields):
        return {name: plain(value) for name, value in node.values.items()}
    if isinstance(node, Items):
        return [plain(value) for value in node.values]
    return node.text


def locate(root: Node, path: tuple[str | int, ...]) -> tuple[Position, str]:
    """Where a path leads, as far as it does, and the path with names for positions in lists."""
    node, position = root, root.position
    names: list[str] = []
    for index, step in enumerate(path):
        if isinstance(node, Scalar):
            break
        found = _child(node, step)
        if found is None:
            names += [str(rest) for rest in path[index:]]
            break
        name, node, own = found
        names.append(name)
        position = own if _is_unplaced(node) else node.position
    return position, ".".join(names)


def _is_unplaced(node: Node) -> bool:
    """Whether a value is better found by its name: several lines, or nothing."""
    return not isinstance(node, Scalar) or node.text is None


def _child(node: Items | Fields, step: str | int) -> tuple[str, Node, Position] | None:
    if isinstance(node, Items):
        if isinstance(step, int) and step < len(node.values):
            value = node.values[step]
            return str(step + 1), value, value.position
        return None
    if isinstance(step, int):
        # Named entries that a spec keeps as a list are counted in their order.
        names = list(node.values)
        if step >= len(names):
            return None
        step = names[step]
    if step not in node.values:
        return None
    return step, node.values[step], node.names[step]


def _decoded(text: str | bytes) -> str:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > LARGEST_BYTES:
        sentence = _("This file is too large: a catalog has at most %(n)s megabytes.")
        raise FormError(FormFault(Position(1, 1), sentence % {"n": LARGEST_BYTES // 10**6}))
    if isinstance(text, bytes):
        written = text
        try:
            text = written.decode("utf-8")
        except UnicodeDecodeError as error:
            before = written[: error.start].decode("utf-8")
            sentence = _("This file is not in UTF-8. Please save it as UTF-8 and try again.")
            raise FormError(FormFault(_end_of(before), sentence)) from None
    return text.removeprefix("\ufeff")


def _end_of(text: str) -> Position:
    return Position(text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)


def _events(text: str) -> Iterator[Event]:
    events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
    return events


def _malformed(error: MarkedYAMLError) -> FormFault:
    mark = error.problem_mark or error.context_mark
    position = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
    problem = error.problem or ""
    if "'\\t'" in problem:
        return FormFault(position, _("Lines are indented with spaces here, never with tabs."))
    sentence = _("This is not well-formed YAML: %(problem)s.")
    return FormFault(position, sentence % {"problem": problem})


class _Builder:
    """Makes the tree from the parser's events, without recursion and within limits."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.faults: list[FormFault] = []
        self._open: list[Items | Fields] = []
        self._names: list[tuple[str, Position] | None] = []
        self._documents = 0
        self._values = 0

    def take(self, event: Event) -> None:
        """Add one event; raises ``FormError`` where reading on would lead nowhere."""
        position = Position(event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._open.pop()
            self._names.pop()
            return
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(position, _("A catalog file holds one document; remove the “---”."))
            return
        self._refuse_extras(event, position)
        if isinstance(event, ScalarEvent):
            self._scalar(event, position)
        elif isinstance(event, MappingStartEvent):
            self._enter(Fields(position))
        elif isinstance(event, SequenceStartEvent):
            self._enter(Items(position))

    def _refuse_extras(self, event: Event, position: Position) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            self._stop(position, _("Anchors (&) and aliases (*) are not used in this file."))
        if getattr(event, "tag", None):
            self._stop(position, _("Tags (!) are not used in this file."))
        self._values += 1
        if self._values > MOST_VALUES:
            self._stop(position, _("This file has too many values for a catalog."))

    def _scalar(self, event: ScalarEvent, position: Position) -> None:
        unquoted = event.style is None
        if self._open and isinstance(self._open[-1], Fields) and self._names[-1] is None:
            self._name(event.value, position)
        else:
            empty = unquoted and event.value in _NOTHING
            self._add(Scalar(position, None if empty else event.value))

    def _name(self, name: str, position: Position) -> None:
        fields = self._open[-1]
        assert isinstance(fields, Fields)
        if name in fields.names:
            sentence = _("“%(name)s” is here twice; it first stands in line %(line)s.")
            first = fields.names[name].line
            self.faults.append(FormFault(position, sentence % {"name": name, "line": first}))
            if len(self.faults) == MOST_FAULTS:
                raise FormError(*self.faults)
        self._names[-1] = (name, position)

    def _enter(self, node: Items | Fields) -> None:
        if len(self._open) >= DEEPEST:
            self._stop(node.position, _("This is nested too deeply."))
        self._add(node)
        self._open.append(node)
        self._names.append(None)

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Items):
            parent.values.append(node)
            return
        named = self._names[-1]
        if named is None:
            self._stop(node.position, _("The name of a field must be plain text."))
        else:
            parent.values[named[0]] = node
            parent.names[named[0]] = named[1]
            self._names[-1] = None

    def _stop(self, position: Position, sentence: str) -> None:
        raise FormError(*self.faults, FormFault(position, sentence))
