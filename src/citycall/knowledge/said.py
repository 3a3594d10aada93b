"""What staff tell, text by text, as far as it is not written in a language already."""

from collections.abc import Iterator

from citycall.knowledge.picture import Picture
from citycall.knowledge.specs import EntrySpec


def texts(picture: Picture, *, language: str) -> Iterator[str]:
    """The texts of collections, holidays, events and directory to look up in the phrase book.

    Alerts are left out: they are told in a hurry, and carry their translations themselves.
    """
    for collection in picture.collections:
        yield from _entry(collection, language)
        yield collection.put_out
    for holiday in picture.holidays:
        yield from _entry(holiday, language)
        for change in holiday.changes:
            yield from (change.what, change.says)
    for event in picture.events:
        yield from _entry(event, language)
    for contact in picture.directory:
        yield from _entry(contact, language)
        yield contact.after_hours


def _entry(entry: EntrySpec, language: str) -> Iterator[str]:
    if language not in entry.translations and language != entry.language:
        yield from (entry.title, entry.words)
