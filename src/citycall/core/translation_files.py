"""Files of translations in gettext's format, as translators' tools read and write them."""

from io import BytesIO
from typing import Final

from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

_WIDTH: Final = 100
# The rest of the header names people and moments, which change without the texts.
_KEPT: Final = (b'"Language:', b'"Plural-Forms:', b'"MIME', b'"Content-T', b'"n%')


class Unreadable(ValueError):
    """The file is not one of gettext's; the message says why."""


def empty(language: str) -> Catalog:
    """A file without translations yet, with the plural forms of the language where known."""
    try:
        return Catalog(locale=language.replace("-", "_"), fuzzy=False)
    except (UnknownLocaleError, ValueError):
        return Catalog(fuzzy=False)


def parsed(content: bytes, language: str) -> Catalog:
    """What a file says; raises ``Unreadable``."""
    try:
        return read_po(BytesIO(content), locale=empty(language).locale, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(str(error)) from error


def written(catalog: Catalog, *, heading: str, in_order_of_texts: bool = False) -> bytes:
    """The file itself: the same bytes for the same translations; ``heading`` says what it is."""
    catalog.header_comment, catalog.fuzzy = f"# {heading}", False
    made = BytesIO()
    write_po(made, catalog, width=_WIDTH, sort_output=in_order_of_texts, include_lineno=False)
    head, body = made.getvalue().split(b"\n\n", 1)
    lines = [line for line in head.split(b"\n") if not line.startswith(b'"') or _is_kept(line)]
    return b"\n".join(lines) + b"\n\n" + body


def _is_kept(line: bytes) -> bool:
    return line.startswith(_KEPT)
