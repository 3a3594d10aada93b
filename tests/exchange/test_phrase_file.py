"""The phrase book as translators' files."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import Faults, NotAllowed
from citycall.exchange import phrase_file
from tests import city

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    city.build()


def spanish(content: bytes) -> phrase_file.PhraseReport:
    return phrase_file.import_phrases(content, language="es", by=SYSTEM, at=AT)


def filled() -> bytes:
    file = phrase_file.export_phrases("es").decode()
    return file.replace('msgid "Pothole"\nmsgstr ""', 'msgid "Pothole"\nmsgstr "Bache"').encode()


def test_the_file_has_every_text_of_the_catalog_once() -> None:
    file = phrase_file.export_phrases("es").decode()
    assert [file.count(f'msgid "{text}"') for text in ("Pothole", "Streets", "Water leak")] == [
        1,
        1,
        1,
    ]


def test_what_is_filled_in_is_said() -> None:
    report = spanish(filled())
    with translation.override("es"):
        assert catalog().service("pothole").name == "Bache"
    assert report.changed == 1
    assert "Graffiti" in report.missing
    assert "Pothole" not in report.missing


def test_a_second_import_changes_nothing() -> None:
    spanish(filled())
    assert spanish(filled()).changed == 0


def test_the_file_comes_back_with_what_is_known() -> None:
    spanish(filled())
    assert 'msgstr "Bache"' in phrase_file.export_phrases("es").decode()


def test_the_same_book_makes_the_same_file() -> None:
    assert phrase_file.export_phrases("es") == phrase_file.export_phrases("es")


@pytest.mark.parametrize("language", ["en", "xx", ""])
def test_only_other_offered_languages(language: str) -> None:
    with pytest.raises(Faults, match="one of"):
        phrase_file.export_phrases(language)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"<html>", b'msgid "a'], ids=repr)
def test_what_is_no_such_file_is_told(content: bytes) -> None:
    with pytest.raises(Faults, match="cannot be read"):
        spanish(content)


def test_only_those_who_may_change_the_catalog() -> None:
    with pytest.raises(NotAllowed):
        phrase_file.import_phrases(filled(), language="es", by=resident(), at=AT)
