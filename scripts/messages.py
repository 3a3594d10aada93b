"""The words of every page and message in each language: collected, checked, made ready to use.

    python scripts/messages.py           collect what the code says into each language's django.po
    python scripts/messages.py --check   fail where a language that is offered is not complete
    python scripts/messages.py --compile make the files that are read at run time

A language is added by its code in ``settings.LANGUAGES`` and by translating its file. Collecting
keeps every translation whose English is still the same; a changed sentence is a new one.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from django.utils.translation.template import templatize

from citycall.core import translation_files

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src/citycall"
LOCALE = SOURCE / "locale"
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_noop": None,
    "_now": None,
    "lazy": None,
    "noop": None,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADING = "What CityCall says. Kept in step with the code by scripts/messages.py."
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
TAG = re.compile(r"</?[a-z][^>]*>")


def languages() -> list[str]:
    """The languages that are translated, by their folders."""
    return sorted(each.name for each in LOCALE.iterdir() if each.is_dir())


def collected() -> Catalog:
    """Every message of the code and its templates, with the files that say it."""
    found = Catalog(charset="utf-8")
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
            for message, context in _messages(path):
                found.add(message, locations=[(_name(path), 0)], context=context)
    return found


def _messages(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    text = path.read_text()
    method = "python"
    if path.suffix != ".py":
        # Django turns a template into calls of gettext between words without meaning.
        text, method = templatize(text, origin=str(path)), "javascript"
    for _line, message, _comments, context in extract(method, BytesIO(text.encode()), KEYWORDS):
        yield message, context


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def file_of(language: str) -> Path:
    """Where the translations into a language are kept, by Django's name of its folder."""
    return LOCALE / language / "LC_MESSAGES/django.po"


def read(language: str) -> Catalog:
    """A language's translations; none where the file is new."""
    path = file_of(language)
    if not path.exists():
        return translation_files.empty(language)
    return translation_files.parsed(path.read_bytes(), language)


def write(language: str, catalog: Catalog) -> None:
    """Write a language's file."""
    path = file_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(translation_files.written(catalog, heading=HEADING, in_order_of_texts=True))


def update(language: str, template: Catalog) -> None:
    """Write the file anew with all that is said now; what is said no more goes."""
    catalog = read(language)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    write(language, catalog)


def faults(language: str, template: Catalog) -> Iterator[str]:
    """What is missing in a language, or cannot be put in place of the English."""
    catalog = read(language)
    for message in template:
        if not message.id:
            continue
        known = catalog.get(message.id, message.context)
        said = _strings(known) if known else ()
        if not said or not all(said):
            yield f"{language}: not translated: {_one(message)!r}"
            continue
        for each in said:
            if wrong := _differs(message, each):
                yield f"{language}: {wrong}: {_one(message)!r} → {each!r}"


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _one(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[-1]


def _differs(message: Message, said: str) -> str:
    english = _one(message)
    wanted, there = (sorted(PLACEHOLDER.findall(text)) for text in (english, said))
    # A plural form for one or two may say the number in words.
    if wanted != there and not (isinstance(message.id, tuple) and set(there) <= set(wanted)):
        return "other placeholders"
    if sorted(TAG.findall(english)) != sorted(TAG.findall(said)):
        return "other markup"
    if english.startswith("\n") != said.startswith("\n"):
        return "another first line"
    return ""


def compiled(language: str) -> bytes:
    """What is read at run time."""
    made = BytesIO()
    write_mo(made, read(language))
    return made.getvalue()


def main() -> None:
    """Collect, check or compile."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--compile", action="store_true")
    asked = parser.parse_args()
    if asked.compile:
        for language in languages():
            file_of(language).with_suffix(".mo").write_bytes(compiled(language))
        return
    template = collected()
    if asked.check:
        wrong = [fault for language in languages() for fault in faults(language, template)]
        sys.exit("\n".join(wrong) or 0)
    for language in languages():
        update(language, template)


if __name__ == "__main__":
    main()
