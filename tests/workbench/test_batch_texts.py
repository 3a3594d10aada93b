"""The agency's texts for a step for many: chosen once, filled in for each request and reader."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from citycall.core import numbers
from citycall.core.models import Event
from citycall.notifications.models import StandardText, TextUse
from citycall.service_requests import public
from citycall.service_requests.models import ServiceRequest
from tests.city import City
from tests.workbench.conftest import Desk, row
from tests.workbench.test_batches import pick, text, work
from tests.workbench.test_texts import save

pytestmark = pytest.mark.django_db
Sit = Callable[[str], Desk]
Report = Callable[..., str]
WORDS = {
    "en": "{{ number }} was repaired before {{ due }}. Questions: {{ phone }}.",
    "es": "Se reparó {{ number }} antes del {{ due }}.",
}


@pytest.fixture
def kept(city: City) -> StandardText:
    return save(city, words=WORDS)


@pytest.fixture
def holes(report: Report) -> list[str]:
    return [report() for _n in range(2)]


def complete(desk: Desk, address: str, kept: StandardText, words: str) -> Any:
    given = {"outcome": "fixed", "explanation": words, "text": str(kept.pk)}
    return desk.client.post(address, given)


def read(city: City, number: str, language: str) -> str:
    with translation.override(language):
        return public.by_number(numbers.read(number), by=city.resident).explanation


def due(language: str) -> str:
    """The day by which all of them are to be done, as it is said in a language."""
    at = ServiceRequest.objects.order_by("pk")[0].due_at
    with translation.override(language):
        return date_format(timezone.localtime(at), "DATE_FORMAT")


def test_it_is_put_in_with_its_fields_and_nothing_typed_is_lost(
    sit: Sit, holes: list[str], kept: StandardText
) -> None:
    desk = sit("dispatcher")
    address = pick(desk, holes, "complete")
    assert kept.name in text(desk, address)
    answer = desk.client.post(address, {"fill": "1", "text": str(kept.pk), "outcome": "fixed"})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert f"{WORDS['en']}</textarea>" in page
    assert WORDS["es"] in page
    assert '<option value="fixed" selected>' in page
    assert "is filled in for each request" in page


def test_each_request_and_reader_has_words_of_their_own(
    city: City, sit: Sit, holes: list[str], kept: StandardText
) -> None:
    desk = sit("dispatcher")
    address = pick(desk, holes, "complete")
    complete(desk, address, kept, WORDS["en"])
    desk.client.post(f"{address}/confirm")
    work()
    for number in holes:
        english = f"{number} was repaired before {due('en')}. Questions: 410-555-0100."
        assert read(city, number, "en") == row(number).explanation == english
        assert read(city, number, "es") == f"Se reparó {number} antes del {due('es')}."
        event = Event.objects.get(kind="completed", subject_id=row(number).pk)
        assert event.words == english


def test_the_preview_shows_what_is_read_of_one(
    sit: Sit, holes: list[str], kept: StandardText
) -> None:
    desk = sit("dispatcher")
    address = pick(desk, holes, "complete")
    complete(desk, address, kept, WORDS["en"])
    page = text(desk, address)
    first = numbers.show(ServiceRequest.objects.order_by("pk")[0].number)
    assert f"What is read of {first}" in page
    assert f"{first} was repaired before {due('en')}." in page
    assert f"Se reparó {first} antes del {due('es')}." in page


def test_changed_words_are_read_by_all_and_still_filled_in(
    city: City, sit: Sit, holes: list[str], kept: StandardText
) -> None:
    desk = sit("dispatcher")
    address = pick(desk, holes, "complete")
    complete(desk, address, kept, "{{ number }} is like new.")
    desk.client.post(f"{address}/confirm")
    work()
    assert read(city, holes[0], "es") == f"{holes[0]} is like new."


def test_a_field_that_there_is_none_is_said(sit: Sit, holes: list[str], kept: StandardText) -> None:
    desk = sit("dispatcher")
    answer = complete(desk, pick(desk, holes, "complete"), kept, "{{ who }} did it.")
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Only these fields can stand between braces" in page
    assert "{{ who }} did it.</textarea>" in page
    assert f'<option value="{kept.pk}" selected>' in page


def test_a_text_that_is_changed_after_the_preview_is_sent_as_it_was_shown(
    city: City, sit: Sit, holes: list[str], kept: StandardText
) -> None:
    desk = sit("dispatcher")
    address = pick(desk, holes, "complete")
    complete(desk, address, kept, WORDS["en"])
    StandardText.objects.update(words={"en": "Other.", "es": "Otro."})
    desk.client.post(f"{address}/confirm")
    work()
    assert read(city, holes[0], "es") == f"Se reparó {holes[0]} antes del {due('es')}."


@pytest.mark.parametrize(
    ("step", "use", "more", "kind"),
    [
        ("message", TextUse.MESSAGE, {}, "note_added"),
        ("hold", TextUse.HOLD, {"reason": "weather"}, "held"),
    ],
)
def test_messages_and_waiting_too(
    city: City,
    sit: Sit,
    holes: list[str],
    step: str,
    use: TextUse,
    more: dict[str, str],
    kind: str,
) -> None:
    kept = save(city, use=use, words={"en": "Soon: {{ number }}.", "es": "Pronto: {{ number }}."})
    desk = sit("dispatcher")
    address = pick(desk, holes, step)
    desk.client.post(address, {"words": "Soon: {{ number }}.", "text": str(kept.pk), **more})
    desk.client.post(f"{address}/confirm")
    work()
    for number in holes:
        event = Event.objects.get(kind=kind, subject_id=row(number).pk)
        assert event.words == f"Soon: {number}."
        assert event.data["said"] == {"es": f"Pronto: {number}."}


def test_another_agencys_texts_and_other_uses_are_not_offered(
    city: City, sit: Sit, holes: list[str]
) -> None:
    theirs = save(city, agency_id=city.water.pk, by=city.outsider)
    other = save(city, use=TextUse.HOLD, name="Rain")
    desk = sit("dispatcher")
    address = pick(desk, holes, "complete")
    assert 'id="text-complete"' not in text(desk, address)
    for each in (theirs, other):
        desk.client.post(address, {"fill": "1", "text": str(each.pk)})
        complete(desk, address, each, each.words["en"])
    page = text(desk, address)
    assert "Se reparó" not in page
