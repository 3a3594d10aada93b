"""What is true today: the answer in the caller's language with one's own beside it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from citycall.agencies.documents import read
from citycall.calls.actions import handling
from citycall.calls.models import Medium, Touch
from citycall.console.knowing import known
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.knowledge import actions
from citycall.knowledge.models import UnansweredSearch
from citycall.knowledge.specs import DirectorySpec
from tests import city as small_city
from tests.console.desks import page, signed_in
from tests.web import told

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
SPANISH = {
    "code": "snow-es",
    "title": "¿Cuándo limpian la nieve de mi calle?",
    "summary": "Primero las calles principales.",
    "body": "Primero las **principales**.",
    "keywords": ["nieve"],
    "language": "es",
    "translates": "snow",
}
SCRIPT = {
    "code": "hello",
    "kind": "script",
    "used_for": "greeting",
    "title": "Greeting for snow days",
    "summary": "",
    "keywords": ["snow"],
    "services": [],
}


@pytest.fixture
def city() -> small_city.City:
    built = small_city.build()
    told.article()
    told.article(**SPANISH)
    return built


@pytest.fixture
def taker(city: small_city.City) -> Client:
    return signed_in("call-taker")


def save_desk() -> None:
    save_entry(code="plows", title="Snow desk", words="Plows.", phone="410-555-0177")


def save_entry(**fields: Any) -> None:
    actions.save_directory_entry(spec=read(DirectorySpec, fields), by=SYSTEM, at=NOON)


@pytest.mark.usefixtures("city")
def test_the_callers_language_comes_with_ones_own_beside() -> None:
    (answer,) = known("plowed snow", language="es", at=NOON).answers
    assert (answer.said.code, answer.own and answer.own.code) == ("snow-es", "snow")


@pytest.mark.usefixtures("city")
def test_words_in_the_callers_language_find_too() -> None:
    (answer,) = known("nieve", language="es", at=NOON).answers
    assert answer.said.code == "snow-es"


@pytest.mark.usefixtures("city")
def test_a_known_word_is_no_slip_of_the_pen_in_another_language() -> None:
    told.article(code="snob-es", language="es", title="Snox", keywords=[], body="x")
    assert [each.said.code for each in known("snow", language="es", at=NOON).answers] == ["snow-es"]


@pytest.mark.usefixtures("city")
def test_what_is_not_translated_is_told_as_it_is() -> None:
    (answer,) = known("snow", language="ar", at=NOON).answers
    assert (answer.said.code, answer.own) == ("snow", None)


@pytest.mark.usefixtures("city")
def test_a_caller_of_ones_own_language_hears_one_text() -> None:
    with translation.override("es"):
        (answer,) = known("nieve", language="es", at=NOON).answers
    assert (answer.said.code, answer.own) == ("snow-es", None)


@pytest.mark.usefixtures("city")
def test_alerts_numbers_and_days_off_come_with_the_answer() -> None:
    told.alert(title="Snow emergency")
    save_desk()
    found = known("snow", language="en", at=clock.now())
    assert [each["code"] for each in found.alerts] == ["cable"]
    assert [each["target"].phone for each in found.targets] == ["410-555-0177"]


@pytest.mark.usefixtures("city")
def test_scripts_are_found_by_call_takers_alone(client: Client) -> None:
    told.article(**SCRIPT)
    found = known("snow greeting", language="en", at=NOON).answers
    assert "hello" in [each.said.code for each in found]
    assert b"Greeting for snow days" not in client.get("/answers", {"q": "snow"}).content
    assert client.get("/answers/hello").status_code == 404
    assert client.get("/api/v1/articles/hello").status_code == 404


def test_the_page_shows_the_whole_answer_in_place(taker: Client) -> None:
    text = page(taker, "/console/knowledge", q="snow", caller="es")
    assert "<strong>principales</strong>" in text
    assert "<strong>first</strong>" in text


def test_the_part_of_the_page_is_the_same(taker: Client) -> None:
    text = page(taker, "/console/knowledge/found", q="snow", caller="es")
    assert "<strong>principales</strong>" in text
    assert "<html" not in text


def test_what_is_not_found_is_noted_when_it_is_asked_not_while_it_is_typed(taker: Client) -> None:
    page(taker, "/console/knowledge/found", q="xylophone lessons")
    assert not UnansweredSearch.objects.exists()
    assert "Nothing found" in page(taker, "/console/knowledge", q="xylophone lessons")
    noted = UnansweredSearch.objects.get()
    assert (noted.words, noted.at_console, noted.times) == ("xylophone lessons", 1, 1)


def test_what_is_read_out_is_noted_on_the_call(city: small_city.City, taker: Client) -> None:
    call = handling.begin(medium=Medium.PHONE, by=city.call_taker, at=NOON)
    text = page(taker, "/console/knowledge", q="snow", call=str(call.pk))
    assert "Read out to the caller" in text
    form = {"call": call.pk, "kind": "article", "code": "snow", "q": "snow", "caller": "en"}
    answer = taker.post("/console/knowledge/touch", form)
    assert answer.status_code == 302
    touched = Touch.objects.get(call=call)
    assert (touched.kind, touched.code) == (Touch.Kind.ARTICLE, "snow")
    assert "Noted on the call" in taker.get(answer["Location"]).content.decode()


def test_the_callers_language_is_that_of_the_call(city: small_city.City, taker: Client) -> None:
    call = handling.begin(medium=Medium.PHONE, language="es", by=city.call_taker, at=NOON)
    text = page(taker, "/console/knowledge", q="snow", call=str(call.pk))
    assert 'value="es" lang="es" selected' in text


def test_another_ones_call_is_not_written_on(city: small_city.City) -> None:
    call = handling.begin(medium=Medium.PHONE, by=city.call_taker, at=NOON)
    supervisor = signed_in("supervisor")
    assert "Read out" not in page(supervisor, "/console/knowledge", q="snow", call=str(call.pk))
    form = {"call": call.pk, "kind": "article", "code": "snow"}
    assert supervisor.post("/console/knowledge/touch", form).status_code == 403


@pytest.mark.parametrize(
    "form", [{}, {"kind": "made", "code": "x"}, {"call": "x", "kind": "alert"}]
)
def test_nonsense_is_not_noted(taker: Client, form: dict[str, str]) -> None:
    assert taker.post("/console/knowledge/touch", form).status_code == 404


def test_after_hours_the_page_says_who_answers(taker: Client) -> None:
    save_desk()
    save_entry(
        code="bills",
        title="Bill desk",
        words="Bills.",
        calendar="office",
        phone="410-555-0111",
        after_hours_entry="plows",
    )
    # It is closed on every day off and at night; open hours would show its own number.
    text = page(taker, "/console/knowledge", q="bill desk")
    assert ("Now answers: Snow desk" in text) != ("Open now" in text)


@pytest.mark.parametrize("who", ["dispatcher", "crew"])
@pytest.mark.usefixtures("city")
def test_others_of_the_city_have_no_console(who: str) -> None:
    assert signed_in(who).get("/console/knowledge").status_code == 403


@pytest.mark.usefixtures("city")
def test_strangers_sign_in_first(client: Client) -> None:
    assert client.get("/console/knowledge").status_code == 302


def test_the_search_asks_the_same_number_of_queries_for_many(
    taker: Client, django_assert_max_num_queries
) -> None:
    for number in range(20):
        told.article(code=f"snow-{number}", title=f"Snow {number}")
        save_entry(code=f"d{number}", title=f"Snow {number}", words="x")
    page(taker, "/console/knowledge/found", q="snow", caller="es")
    with django_assert_max_num_queries(18):
        page(taker, "/console/knowledge/found", q="snow", caller="es")
