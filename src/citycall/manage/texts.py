"""A definition as the text that administrators edit, in the form of the catalog file."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from citycall.agencies.documents import Document, read
from citycall.core.errors import Faults
from citycall.exchange.catalog_file import nodes


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of definition is read and saved.

    ``to_text`` and ``from_text`` lead between the fields of the spec and those of the text.
    """

    spec: type[Document]
    spec_of: Callable[[Any], Document]
    save: Callable[..., Model]
    to_text: Callable[[dict[str, Any]], dict[str, Any]] = _as_it_is
    from_text: Callable[[Any], Any] = _as_it_is

    @property
    def required(self) -> list[str]:
        """The fields that every text of this kind has."""
        return [name for name, field in self.spec.model_fields.items() if field.is_required()]

    @property
    def optional(self) -> list[str]:
        """The fields that may be left out."""
        return [name for name in self.spec.model_fields if name not in self.required]


def dump(kind: Kind, spec: Document) -> str:
    """The text of a definition, without what is as usual."""
    return _yaml(kind.to_text(spec.model_dump(mode="json", exclude_defaults=True)))


def empty(kind: Kind) -> str:
    """The text to begin a new definition with: what every one must have."""
    return "".join(f"{name}:\n" for name in kind.required)


def plain(values: dict[str, Any]) -> str:
    """Recorded values as text, to be read and compared."""
    return _yaml(values)


def load(kind: Kind, text: str) -> Document:
    """The spec that a text describes.

    Raises ``Faults`` whose names are places in the text: "Line 3, questions.depth.text".
    """
    try:
        root = nodes.parse(text)
    except nodes.FormError as error:
        raise Faults(
            {
                _("Line %(line)s") % {"line": fault.position.line}: fault.sentence
                for fault in error.faults
            }
        ) from None
    try:
        return read(kind.spec, kind.from_text(nodes.plain(root)))
    except Faults as error:
        raise Faults(placed(text, error.faults)) from None


def placed(text: str, faults: dict[str, str]) -> dict[str, str]:
    """The faults of a document's fields, each under its line and name in the text."""
    root = nodes.parse(text)
    found: dict[str, str] = {}
    for field, sentence in faults.items():
        path = tuple(int(step) if step.isdigit() else step for step in field.split("."))
        position, name = nodes.locate(root, path if field else ())
        place = _("Line %(line)s, %(name)s") % {"line": position.line, "name": name or field}
        found[place] = sentence
    return found


def _yaml(values: dict[str, Any]) -> str:
    yaml = YAML()
    yaml.width = 98
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(_styled(values), out)
    return out.getvalue()


def _styled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _styled(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_styled(inner) for inner in value]
    return LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value
