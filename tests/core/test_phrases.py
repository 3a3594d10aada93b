"""What the city has written, said in other languages."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from citycall.core import phrases
from citycall.core.actors import SYSTEM
from citycall.core.models import Revision

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def write(**said: str) -> int:
    return phrases.write(said, language="es", by=SYSTEM, at=AT)


def test_a_phrase_is_said_in_the_language_that_is_spoken() -> None:
    write(Pothole="Bache")
    with translation.override("es"):
        assert phrases.said("Pothole") == "Bache"


def test_what_the_book_does_not_have_is_said_as_it_was_written() -> None:
    write(Pothole="Bache")
    with translation.override("es"):
        assert phrases.said("Graffiti") == "Graffiti"


def test_the_first_language_is_never_looked_up() -> None:
    phrases.write({"Pothole": "Hole"}, language="en", by=SYSTEM, at=AT)
    assert phrases.said("Pothole") == "Pothole"


def test_a_phrase_that_is_emptied_is_taken_out() -> None:
    write(Pothole="Bache")
    write(Pothole="")
    assert not phrases.has("Pothole", language="es")


def test_only_what_changed_is_counted_and_recorded() -> None:
    write(Pothole="Bache", Graffiti="Grafiti")
    assert write(Pothole="Bache", Graffiti="Pintada") == 1
    assert Revision.objects.latest("id").before == {"Graffiti": "Grafiti"}


def test_a_text_may_be_longer_than_an_index_holds() -> None:
    long = "word " * 2_000
    phrases.write({long: "palabra"}, language="es", by=SYSTEM, at=AT)
    assert phrases.said(long, "es") == "palabra"


def test_a_picture_is_translated_once_and_anew_after_a_change() -> None:
    kept: phrases.InEachLanguage[tuple[str, ...]] = phrases.InEachLanguage()
    picture = ("Pothole",)

    def now() -> tuple[str, ...]:
        return kept.get(picture, lambda say: tuple(say(each) for each in picture))

    write(Pothole="Bache")
    with translation.override("es"):
        first = now()
        assert first == ("Bache",)
        assert now() is first
        write(Pothole="Hoyo")
        assert now() == ("Hoyo",)
    assert now() is picture
