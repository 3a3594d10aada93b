"""From the bytes of an answer to plain lists, mappings and texts, whatever the server made of it.

Both formats come out alike: an XML element is a mapping of its children, a list where a name
comes more than once, or its text. What cannot be read is said with ``NotUnderstood``; documents
that define entities are refused, for these can make a few bytes fill the memory.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

# Nothing in Open311 is nested deeper than this.
_DEEPEST: Final = 20
_DECLARATION: Final = re.compile(r"^<\?xml[^>]*\?>")
_NO_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_NO_REFERENCE: Final = re.compile(r"&#(?:x(?:0|[1-8]|[bB]|[cC]|[eE]|1?[0-9a-fA-F])|\d{1,2});")
_ALLOWED_CONTROLS: Final = frozenset("\t\n\r")
_NIL: Final = frozenset({"true", "1"})


class NotUnderstood(Exception):
    """The answer is neither JSON nor XML; the text is a few words for logs."""


def parse(body: bytes) -> Any:
    """What an answer says. Its first sign tells the format, for not every server keeps to it."""
    text = _decoded(body).lstrip("\ufeff \t\r\n")
    if not text:
        raise NotUnderstood("empty answer")
    return _from_xml(text) if text.startswith("<") else _from_json(text)


def _decoded(body: bytes) -> str:
    """Bytes that are UTF-8 hardly ever mean anything else, whatever the declaration says."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _from_json(text: str) -> Any:
    try:
        return json.loads(text, strict=False, parse_constant=_nothing)
    except RecursionError:
        raise NotUnderstood("JSON nested too deeply") from None
    except ValueError:
        raise NotUnderstood("not JSON") from None


def _nothing(_constant: str) -> None:
    """NaN and infinities are no values of a request."""


def _from_xml(text: str) -> Any:
    # The text is decoded already: a declaration of another encoding would only be in the way.
    text = _DECLARATION.sub("", text, count=1)
    root = _tree(text, _cleaned)
    name = _name(root)
    if name == "html":
        raise NotUnderstood("a web page")
    return {name: _value(root, 0)}


def _tree(text: str, mend: Callable[[str], str] | None) -> Element:
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise NotUnderstood("XML with a document type") from None
    except ParseError:
        if mend is None or (mended := mend(text)) == text:
            raise NotUnderstood("not XML") from None
        return _tree(mended, None)
    return root


def _cleaned(text: str) -> str:
    """Without the control characters that some servers pass on and XML does not allow."""
    return _NO_REFERENCE.sub(_allowed, _NO_XML.sub("", text))


def _allowed(reference: re.Match[str]) -> str:
    number = reference[0][2:-1]
    code = int(number[1:], 16) if number.startswith("x") else int(number)
    return reference[0] if code >= ord(" ") or chr(code) in _ALLOWED_CONTROLS else ""


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2].lower()


def _value(element: Element, depth: int) -> Any:
    if depth > _DEEPEST:
        raise NotUnderstood("XML nested too deeply")
    if len(element) == 0:
        nil = any(
            name.rpartition("}")[2] == "nil" and told in _NIL
            for name, told in element.attrib.items()
        )
        return None if nil else (element.text or "")
    found: dict[str, Any] = {}
    for child in element:
        name, value = _name(child), _value(child, depth + 1)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found
