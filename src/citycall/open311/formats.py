"""One answer in either format: lists of plain rows as JSON, or as nested XML elements."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

import orjson

Format = Literal["xml", "json"]
Row = Mapping[str, Any]

CONTENT_TYPES: Final[Mapping[Format, str]] = {
    "xml": "text/xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
_DECLARATION: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
_JSON: Final = orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_UTC_Z
# What the members of a list are called.
_MEMBERS: Final[Mapping[str, str]] = {
    "any_of": "value",
    "areas": "area",
    "attributes": "attribute",
    "endpoints": "endpoint",
    "formats": "format",
    "groups": "group",
    "media_urls": "media_url",
    "notes": "note",
    "only_if": "condition",
    "stops": "stop",
    "values": "value",
}
# Letters that need an entity, and those that XML 1.0 cannot carry at all.
_MARKED: Final = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def rendered(form: Format, *, root: str, item: str | None, rows: Sequence[Row] | Row) -> bytes:
    """Rows as they are sent: a bare list in JSON, ``root`` with an ``item`` for each in XML.

    Without ``item``, ``rows`` is the one object. Values are text, numbers, booleans, moments with
    their offset, none, and rows and lists of these; names must be good names of elements.
    """
    if form == "json":
        return orjson.dumps(rows, option=_JSON)
    if isinstance(rows, Mapping):
        body = _row(rows)
    else:
        body = "".join([f"<{item}>{_row(row)}</{item}>" for row in rows])
    return f"{_DECLARATION}<{root}>{body}</{root}>\n".encode()


def stamp(at: datetime) -> str:
    """A moment as the standard writes it: UTC, whole seconds."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return f"{at.isoformat()[:19]}Z"


def _row(row: Row) -> str:
    # Most values are plain text or nothing, and a thousand rows have seventeen of them each.
    parts = []
    for name, value in row.items():
        if value is None:
            parts.append(f"<{name}/>")
        elif type(value) is str and _MARKED.search(value) is None:
            parts.append(f"<{name}>{value}</{name}>")
        else:
            parts.append(_element(name, value))
    return "".join(parts)


def _element(name: str, value: Any) -> str:
    content = _WRITERS[type(value)](name, value)
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def _text(_name: str, text: str) -> str:
    return _MARKED.sub(lambda found: _ENTITIES.get(found[0], ""), text)


def _members(name: str, values: Sequence[Any]) -> str:
    member = _MEMBERS[name]
    return "".join([_element(member, value) for value in values])


_WRITERS: Final[Mapping[type, Callable[[str, Any], str]]] = {
    str: _text,
    type(None): lambda _name, _value: "",
    bool: lambda _name, value: "true" if value else "false",
    int: lambda _name, value: str(value),
    float: lambda _name, value: repr(value),
    datetime: lambda _name, value: stamp(value),
    dict: lambda _name, value: _row(value),
    list: _members,
    tuple: _members,
}
