"""The catalog as text that a person can read, change and compare."""

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from citycall.exchange.catalog_file import shape
from citycall.exchange.catalog_file.reading import FORMAT
from citycall.exchange.catalog_file.sections import SECTIONS, SERVICES

_HEAD = """\
# The catalog: working calendars, agencies, teams, outcomes, services by group, and routing.
# Each entry stands under its code. Times are local, days of routing rules run from 1 (Monday)
# to 7 (Sunday), areas are "layer/code". What is not written has its usual value.
"""
_WIDTH = 98
_ENTRY = re.compile(r"^(?=(?:  )?[^\s#])", re.MULTILINE)
_SERVICE = re.compile(r"^(?=    [^\s#-])", re.MULTILINE)

# Text that may stand without quotes anywhere; the emitter itself quotes too little in lists.
_PLAIN = re.compile(r"[^\W_](?:(?:[\w .,;!?()/+@'’“”–-]|:(?=[\d/]))*[\w.!?)])?")
# The emitter breaks long lines after the space, where it would be seen by editors only.
_LINE_END = re.compile(r" +$", re.MULTILINE)

_WORDS = re.compile(r"[\w.,;:!?()/+@'’“”–-]+(?: [\w.,;:!?()/+@'’“”–-]+)*")


def export_catalog() -> str:
    """The whole catalog, retired entries included, as one YAML file."""
    return write({name: section.stored().values() for name, section in SECTIONS.items()})


def write(contents: Mapping[str, Iterable[Any]]) -> str:
    """The file that holds these specs, by section and code; services by group and name."""
    parts = [f"{_HEAD}format: {FORMAT}\n"]
    for name, specs in contents.items():
        if entries := list(specs):
            grouped = _by_group(entries) if name == SERVICES else _by_code(entries)
            parts.append(_spaced(_dump({name: grouped}), services=name == SERVICES))
    return "\n".join(parts)


def _by_code(entries: list[Any]) -> dict[str, Any]:
    return {entry.code: _body(entry) for entry in sorted(entries, key=lambda e: str(e.code))}


def _by_group(entries: list[Any]) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for entry in sorted(entries, key=lambda e: (e.group, e.name, e.code)):
        body = shape.to_file(_body(entry))
        body.pop("group")
        groups.setdefault(entry.group, {})[entry.code] = body
    return groups


def _body(entry: Any) -> dict[str, Any]:
    body: dict[str, Any] = entry.model_dump(mode="json", exclude_defaults=True)
    body.pop("code")
    for name in ("from_time", "to_time"):
        if name in body:
            body[name] = body[name].removesuffix(":00")
    return body


class _Emitter(Emitter):
    """Breaks plain words only: beside escapes and double spaces, the original loses some."""

    def write_double_quoted(self, text: Any, split: Any = True) -> None:  # noqa: FBT002
        super().write_double_quoted(text, split=split and bool(_WORDS.fullmatch(text)))


def _dump(value: Any) -> str:
    yaml = YAML()
    yaml.Emitter = _Emitter
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(_styled(value), text)
    return _LINE_END.sub("", text.getvalue())


def _styled(value: Any) -> Any:
    """The value in the styles that read best: lines of text as a block, short lists in a line."""
    if isinstance(value, dict):
        return CommentedMap((_styled(name), _styled(inner)) for name, inner in value.items())
    if isinstance(value, list):
        styled = CommentedSeq(_styled(inner) for inner in value)
        if all(_is_short(inner) for inner in value):
            _in_a_line(styled)
        return styled
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return value
    block = "\n" in value and not _LINE_END.search(value)
    return LiteralScalarString(value) if block else DoubleQuotedScalarString(value)


def _is_short(value: Any) -> bool:
    """Whether a list's value may stand in a line: a word, or a condition on an answer."""
    return not isinstance(value, dict) or set(value) <= {"question", "equals", "any_of", "answered"}


def _in_a_line(styled: CommentedSeq) -> None:
    styled.fa.set_flow_style()
    for inner in styled:
        if isinstance(inner, CommentedMap):
            inner.fa.set_flow_style()


def _spaced(text: str, *, services: bool) -> str:
    """An empty line before each entry; nothing else stands at these depths."""
    head, _line, entries = text.partition("\n")
    entries = _ENTRY.sub("\n", entries)
    if services:
        entries = _SERVICE.sub("\n", entries)
    return f"{head}\n{entries}".replace("\n\n\n", "\n\n")
