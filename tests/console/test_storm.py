"""The switch of storm mode, and what everybody at the console sees of it."""

from typing import Any

import pytest
from django.test import Client

from citycall.calls import storm
from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.knowledge import alerts
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.console.desks import page, signed_in
from tests.web import told

pytestmark = pytest.mark.django_db

FORM = {"alert": "ready flood", "radius": "500", "service": "pothole"}


@pytest.fixture
def supervisor() -> Client:
    small_city.build()
    return signed_in("supervisor")


def begin(client: Client, **changes: Any) -> Any:
    return client.post("/console/knowledge/storm", {**FORM, **changes})


def test_a_ready_alert_turns_it_on_in_every_language(supervisor: Client) -> None:
    assert begin(supervisor).status_code == 302
    present = storm.active()
    assert present is not None
    title, _words, language = alerts.alert(present.alert).said("es")
    assert language == "es"
    assert title.startswith("Calles inundadas")


def test_everybody_at_the_console_sees_the_banner(supervisor: Client) -> None:
    begin(supervisor)
    for who, can_end in (("call-taker", False), ("supervisor", True)):
        text = page(signed_in(who), "/console/knowledge")
        assert "data-storm" in text
        assert ("Change or end" in text) is can_end


def test_it_is_turned_off_with_its_alert(supervisor: Client) -> None:
    begin(supervisor)
    present = storm.active()
    assert present is not None
    supervisor.post("/console/knowledge/storm/end", {"alert": "end"})
    assert storm.active() is None
    assert present.alert not in {each.code for each in alerts.live(at=clock.now())}
    assert "data-storm" not in page(supervisor, "/console/knowledge")


def test_a_drill_is_seen_at_the_console_and_nowhere_else(supervisor: Client) -> None:
    begin(supervisor, drill="on")
    assert "Drill of storm mode" in page(supervisor, "/console/knowledge")
    assert storm.active() is None
    assert alerts.live(at=clock.now()) == []


def test_an_alert_that_is_told_already_can_begin_it(supervisor: Client) -> None:
    told.alert()
    assert begin(supervisor, alert="told cable").status_code == 302
    present = storm.active()
    assert present is not None
    assert (present.alert, present.circle is not None) == ("cable", True)


def test_a_known_request_becomes_the_incident(supervisor: Client) -> None:
    receipt = submit(small_city.draft(), by=resident(), at=clock.now())
    begin(supervisor, number=numbers.show(receipt.number))
    present = storm.active()
    assert present is not None
    assert present.request_id == receipt.request_id


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"alert": ""}, "Choose an alert, or write a new one"),
        ({"make": "on"}, "Say where the incident is."),
        ({"make": "on", "service": ""}, "Choose the service of the incident"),
        ({"ends_at": "2020-01-01T10:00"}, "The end must be"),
        ({"number": "12"}, "number"),
        ({"place": "qwxyz"}, "We know no such place"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_begins(
    supervisor: Client, changes: dict[str, str], sentence: str
) -> None:
    answer = begin(supervisor, **changes)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert storm.shown() is None
    assert alerts.live(at=clock.now()) == []


def test_a_second_one_is_refused_in_words(supervisor: Client) -> None:
    begin(supervisor)
    answer = begin(supervisor)
    assert answer.status_code == 422


def test_what_was_is_listed(supervisor: Client) -> None:
    begin(supervisor)
    supervisor.post("/console/knowledge/storm/end")
    assert "Flooded streets" in page(supervisor, "/console/knowledge/storm")
