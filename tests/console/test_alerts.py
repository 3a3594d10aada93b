"""A supervisor puts an alert on every door, looks at it first, ends it, takes that back."""

from typing import Any

import pytest
from django.test import Client

from citycall.core import clock
from citycall.knowledge import alerts, picture
from citycall.knowledge.specs import AlertSpec
from tests import city as small_city
from tests.console.desks import page, signed_in
from tests.web import told

pytestmark = pytest.mark.django_db

FORM = {
    "title_en": "Flood",
    "words_en": "Stay away from the harbor.",
    "spoken_en": "The harbor is flooded.",
    "title_es": "Inundación",
    "words_es": "No vaya al puerto.",
    "state": "known",
    "radius": "500",
    "services": ["pothole"],
}


@pytest.fixture
def supervisor() -> Client:
    small_city.build()
    return signed_in("supervisor")


def live() -> list[AlertSpec]:
    return alerts.live(at=clock.now())


def tell(client: Client, **changes: Any) -> Any:
    return client.post("/console/knowledge/alerts/new", {**FORM, **changes})


def test_one_action_puts_it_on_every_door(supervisor: Client) -> None:
    assert tell(supervisor).status_code == 302
    (alert,) = live()
    assert alert.said("es")[:2] == ("Inundación", "No vaya al puerto.")
    visitor = Client()
    for address in ("/", "/alerts", f"/alerts/{alert.code}", "/api/v1/alerts", "/services/pothole"):
        assert b"Flood" in visitor.get(address).content, address


def test_what_is_said_on_the_telephone_may_be_other_words(supervisor: Client) -> None:
    tell(supervisor)
    (alert,) = live()
    assert alert.aloud("en") == ("The harbor is flooded.", "en")
    assert alert.aloud("es") == ("Inundación.\nNo vaya al puerto.", "es")
    assert alert.aloud("ar") == ("The harbor is flooded.", "en")


def test_a_ready_text_fills_every_language(supervisor: Client) -> None:
    form = {"fill": "1", "ready": "water", "place": "Herring Run", "state": "known"}
    text = supervisor.post("/console/knowledge/alerts/new", form).content.decode()
    assert "Water main break: Herring Run" in text
    assert live() == []


def test_looking_at_it_tells_nobody(supervisor: Client) -> None:
    text = tell(supervisor, preview="1").content.decode()
    assert "This is what people will read and hear" in text
    assert text.count("Not translated") == 2
    assert live() == []


def test_what_is_missing_is_said_beside_the_field(supervisor: Client) -> None:
    answer = tell(supervisor, words_en="")
    assert answer.status_code == 422
    assert "Say what people should know and do." in answer.content.decode()


def test_an_end_before_the_beginning_is_refused(supervisor: Client) -> None:
    answer = tell(supervisor, starts="2030-01-02T10:00", ends="2030-01-01T10:00")
    assert answer.status_code == 422
    assert "The end must be after the beginning." in answer.content.decode()


def test_a_change_keeps_what_the_form_does_not_show(supervisor: Client) -> None:
    told.article()
    told.alert(articles=["snow"], request=7)
    answer = supervisor.post("/console/knowledge/alerts/cable", {**FORM, "services": []})
    assert answer.status_code == 302
    (alert,) = live()
    assert (alert.title, alert.articles, alert.request) == ("Flood", ("snow",), 7)
    assert alert.circle is not None


def test_it_is_ended_and_that_is_taken_back(supervisor: Client) -> None:
    told.alert()
    answer = supervisor.post("/console/knowledge/alerts/cable/end")
    assert live() == []
    assert "Take the last change back" in page(supervisor, answer["Location"])
    supervisor.post("/console/knowledge/alerts/cable/undo")
    assert [each.code for each in live()] == ["cable"]


def test_taking_back_the_first_telling_retires_it(supervisor: Client) -> None:
    tell(supervisor)
    (alert,) = live()
    supervisor.post(f"/console/knowledge/alerts/{alert.code}/undo")
    assert picture.told().alerts == ()


def test_the_overview_has_what_is_told_and_what_is_over(supervisor: Client) -> None:
    told.alert()
    text = page(supervisor, "/console/knowledge/alerts")
    assert "A cable is broken" in text
    assert "End it now" in text


@pytest.mark.parametrize(
    "address",
    [
        "/console/knowledge/alerts",
        "/console/knowledge/alerts/new",
        "/console/knowledge/storm",
        "/console/knowledge/gaps",
    ],
)
def test_call_takers_tell_nothing(supervisor: Client, address: str) -> None:
    assert signed_in("call-taker").get(address).status_code == 403
