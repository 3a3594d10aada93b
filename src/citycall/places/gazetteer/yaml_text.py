"""YAML text as plain values in which everything knows its line and column.

Every value is text (or nothing); what it means is for the specs to say. Anchors, aliases and
tags are refused, so that a small file cannot grow large.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from citycall.agencies.documents import Path
from citycall.core.errors import DomainError

LARGEST_BYTES = 3_000_000
DEEPEST = 20
_NOTHING = {"", "~", "null"}


class FileFault(NamedTuple):
    """One fault: the file's name, its line and column (from 1), the field's path, the sentence."""

    file: str
    line: int
    column: int
    path: str
    sentence: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        return f"{where}: {': '.join(filter(None, (self.path, self.sentence)))}"


class BadManifest(DomainError):
    """A manifest or names file cannot be used; ``faults`` say where and why, in their order."""

    code = "bad_manifest"
    status = 422

    def __init__(self, faults: Iterable[FileFault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: fault[:3]))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class YamlText:
    """A file as read: its values, and where each of them stands."""

    file: str
    root: Node | None

    def plain(self) -> Any:
        """The values as dictionaries, lists, text and none."""
        return _plain(self.root)

    def fault(self, path: Path, sentence: str) -> FileFault:
        """A fault at a path; where the path leads nowhere, at the last of it that is there."""
        node, mark = self.root, self.root.start_mark if self.root else None
        for step in path:
            found = next((pair for pair in _children(node) if pair[0] == step), None)
            if found is None:
                break
            _name, node, mark = found
        names = ".".join(str(step + 1 if isinstance(step, int) else step) for step in path)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return FileFault(self.file, line, column, names, sentence)


def parse(text: bytes, *, file: str) -> YamlText:
    """Read a whole file; raises ``BadManifest`` where its form cannot be read."""
    if len(text) > LARGEST_BYTES:
        raise BadManifest([FileFault(file, 1, 1, "", _("This file is too large."))])
    try:
        root = YAML(typ="safe", pure=True).compose(text.decode("utf-8-sig"))
    except (UnicodeDecodeError, ReaderError):
        sentence = _("This file is not plain text in UTF-8.")
        raise BadManifest([FileFault(file, 1, 1, "", sentence)]) from None
    except MarkedYAMLError as error:
        raise BadManifest([_malformed(file, error)]) from None
    except (YAMLError, RecursionError):
        sentence = _("This is not well-formed YAML.")
        raise BadManifest([FileFault(file, 1, 1, "", sentence)]) from None
    faults = [] if root is None else list(_odd(file, root, depth=0))
    if faults:
        raise BadManifest(faults)
    return YamlText(file, root)


def _malformed(file: str, error: MarkedYAMLError) -> FileFault:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    sentence = _("This is not well-formed YAML: %(problem)s.") % {"problem": error.problem or ""}
    return FileFault(file, line, column, "", sentence)


def _odd(file: str, node: Node, *, depth: int) -> Iterator[FileFault]:
    """What well-formed YAML may have and these files may not; nothing below it is looked at."""
    mark = node.start_mark
    if node.anchor:
        sentence = _("Anchors (&) and aliases (*) are not used in this file.")
        yield FileFault(file, mark.line + 1, mark.column + 1, "", sentence)
        return
    if depth > DEEPEST:
        sentence = _("This is nested too deeply.")
        yield FileFault(file, mark.line + 1, mark.column + 1, "", sentence)
        return
    seen: set[Any] = set()
    for name, child, own in _children(node):
        if name in seen:
            sentence = _("“%(name)s” is here twice.") % {"name": name}
            yield FileFault(file, own.line + 1, own.column + 1, "", sentence)
        seen.add(name)
        yield from _odd(file, child, depth=depth + 1)


def _children(node: Node | None) -> Iterator[tuple[str | int, Node, Any]]:
    """Name or position, value, and the mark at which a fault in it is told."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            mark = value.start_mark if isinstance(value, ScalarNode) and value.value else None
            yield str(key.value), value, mark or key.start_mark
    elif isinstance(node, SequenceNode):
        for position, value in enumerate(node.value):
            yield position, value, value.start_mark


def _plain(node: Node | None) -> Any:
    if isinstance(node, MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_plain(value) for value in node.value]
    if not isinstance(node, ScalarNode) or (not node.style and node.value in _NOTHING):
        return None
    return node.value
