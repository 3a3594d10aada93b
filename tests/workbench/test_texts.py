"""Texts that an agency often writes: chosen, filled in, read in each reader's language."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from citycall.catalog.actions import save_service
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy, ServiceSpec
from citycall.core import numbers
from citycall.core.actors import SYSTEM
from citycall.core.errors import Faults, NotAllowed
from citycall.core.models import Event
from citycall.notifications import text_actions, texts
from citycall.notifications.models import StandardText, TextUse
from citycall.service_requests import public
from tests.city import NOW, City
from tests.workbench.conftest import Desk, row

pytestmark = pytest.mark.django_db
Sit = Callable[[str], Desk]
Report = Callable[..., str]

WORDS = {
    "en": "{{ service }} {{ number }} at {{place}} was repaired. Questions: {{ phone }}.",
    "es": "Se reparó {{ number }} en {{ place }}. Preguntas: {{ phone }}.",
}


@pytest.fixture
def text(city: City) -> StandardText:
    return save(city, words=WORDS)


def save(city: City, **changes: Any) -> StandardText:
    given: dict[str, Any] = {
        "agency_id": city.streets.pk,
        "use": TextUse.COMPLETE,
        "name": "Repaired",
        "words": WORDS,
        "by": city.dispatcher,
        "at": NOW,
    }
    return text_actions.save_text(**{**given, **changes})


def test_fields_are_filled_and_nothing_else_is_run() -> None:
    assert texts.fill(
        "{{ number }} {{place}} {{ due }}", {"number": "1", "place": "{{ number }}"}
    ) == ("1 {{ number }} –")


@pytest.mark.parametrize(
    "words",
    ["{{ password }}", "{% include 'x' %}", "{{ number|upper }}", "{# x #}", "", "x" * 2001],
)
def test_what_is_no_field_is_refused(words: str) -> None:
    with pytest.raises(Faults):
        texts.check({"en": words})


def test_a_text_is_put_into_the_form_without_script(
    sit: Sit, report: Report, text: StandardText
) -> None:
    number = report()
    desk = sit("crew")
    desk.step(number, "start")
    answer = desk.client.post(
        f"/agency/{number}/complete",
        {"fill": "1", "text": str(text.pk), "complete-outcome": "fixed"},
    )
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    said = f"Pothole {number} at 1200 E Monument St was repaired. Questions: 410-555-0100."
    assert f"{said}</textarea>" in page
    assert f"Se reparó {number} en 1200 E Monument St." in page
    assert '<option value="fixed" selected>' in page
    assert row(number).status == "in_progress"


def _complete(desk: Desk, number: str, text: StandardText, words: str) -> None:
    at = row(number).updated_at.isoformat()
    given = {"seen": at, "outcome": "fixed", "explanation": words}
    form = {f"complete-{name}": value for name, value in given.items()}
    answer = desk.client.post(f"/agency/{number}/complete", {**form, "text": str(text.pk)})
    assert answer.status_code == 302


def _read(city: City, number: str, language: str) -> str:
    with translation.override(language):
        return public.by_number(numbers.read(number), by=city.resident).explanation


def test_each_reader_reads_their_own_language(
    city: City, sit: Sit, report: Report, text: StandardText
) -> None:
    number = report()
    words = f"Pothole {number} at 1200 E Monument St was repaired. Questions: 410-555-0100."
    _complete(sit("crew"), number, text, words)
    assert _read(city, number, "en") == words
    assert _read(city, number, "es").startswith(f"Se reparó {number}")
    assert _read(city, number, "ar") == words


@pytest.mark.parametrize("privacy", [Privacy.HIDDEN_LOCATION, Privacy.PRIVATE])
def test_a_place_that_is_not_for_everyone_is_filled_in_nowhere(
    sit: Sit, report: Report, text: StandardText, privacy: Privacy
) -> None:
    told = catalog().service("pothole").spec.model_dump(mode="json", exclude_none=True)
    save_service(spec=ServiceSpec.model_validate(told | {"privacy": privacy}), by=SYSTEM, at=NOW)
    number = report()
    desk = sit("crew")
    desk.step(number, "start")
    page = desk.client.post(
        f"/agency/{number}/complete", {"fill": "1", "text": str(text.pk), "complete-outcome": ""}
    ).content.decode()
    assert f"Pothole {number} at – was repaired." in html.unescape(page)


def test_changed_words_are_read_as_they_are(
    city: City, sit: Sit, report: Report, text: StandardText
) -> None:
    number = report()
    _complete(sit("crew"), number, text, "We did something else.")
    assert _read(city, number, "es") == "We did something else."
    assert "said" not in Event.objects.get(kind="completed").data


def test_another_agencys_texts_are_not_offered(city: City, sit: Sit, report: Report) -> None:
    theirs = save(city, agency_id=city.water.pk, by=city.outsider)
    number = report()
    desk = sit("dispatcher")
    assert "Repaired" not in desk.page(number)
    desk.client.post(f"/agency/{number}/complete", {"fill": "1", "text": str(theirs.pk)})
    assert theirs.name not in desk.page(number)


def test_only_the_agencys_own_people_write_them(city: City) -> None:
    for who in (city.crew, city.outsider, city.call_taker):
        with pytest.raises(NotAllowed):
            save(city, by=who)


def test_a_text_is_written_changed_and_taken_back(city: City, sit: Sit) -> None:
    desk = sit("manager")
    form = {
        "agency": str(city.streets.pk),
        "use": "hold",
        "name": "Rain",
        "active": "on",
        "words.en": "It rains.",
        "words.es": "Llueve.",
    }
    assert desk.client.post("/agency/templates/new", form).status_code == 302
    kept = StandardText.objects.get()
    assert kept.words == {"en": "It rains.", "es": "Llueve."}
    answer = desk.client.post(f"/agency/templates/{kept.pk}", {**form, "words.en": "{{ who }}"})
    assert answer.status_code == 422
    assert "Only these fields can stand between braces" in answer.content.decode()
    desk.client.post(f"/agency/templates/{kept.pk}", {**form, "words.en": "It pours."})
    latest = text_actions.changes_of(kept)[0]
    desk.client.post(f"/agency/templates/changes/{latest.pk}/undo")
    kept.refresh_from_db()
    assert kept.words["en"] == "It rains."
    assert "Rain" in desk.client.get("/agency/templates").content.decode()


def test_a_message_is_filled_and_said_in_both(city: City, sit: Sit, report: Report) -> None:
    kept = save(city, use=TextUse.MESSAGE, words={"en": "Soon.", "es": "Pronto."})
    number = report()
    desk = sit("dispatcher")
    page = desk.client.post(f"/agency/{number}/message", {"fill": "1", "text": str(kept.pk)})
    assert "Soon.</textarea>" in page.content.decode()
    desk.client.post(f"/agency/{number}/message", {"public-words": "Soon.", "text": str(kept.pk)})
    event = Event.objects.get(kind="note_added")
    assert (event.words, event.data["said"]) == ("Soon.", {"es": "Pronto."})
