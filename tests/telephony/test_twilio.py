"""Twilio-compatible voice: signed steps in, TwiML out, and calls that follow."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings as conf
from django.test import Client
from twilio.request_validator import RequestValidator

from citycall.calls import waiting
from citycall.calls.models import CallBack, Ending, State
from citycall.calls.switch.models import SwitchEvent
from tests.telephony import cast

pytestmark = pytest.mark.django_db
TOKEN = "the account's token"
NUMBER = "+14105550123"


class Twilio:
    """The other side: signs what it asks, as the library does."""

    def __init__(self, client: Client) -> None:
        self.client, self.sid = client, "CA1"

    def post(self, path: str, *, token: str = TOKEN, **form: str) -> Any:
        data = {"CallSid": self.sid, "From": NUMBER, "To": "+14105550311", **form}
        url = f"{conf.PUBLIC_URL}/telephony/twilio/{path}"
        signature = RequestValidator(token).compute_signature(url, data)
        return self.client.post(
            f"/telephony/twilio/{path}", data, headers={"X-Twilio-Signature": signature}
        )

    def ask(self, path: str, **form: str) -> ET.Element:
        answer = self.post(path, **form)
        assert answer.status_code == 200, answer.content
        return ET.fromstring(answer.content)

    def told(self, status: str, at: datetime, **form: str) -> None:
        when = format_datetime(at.astimezone(UTC))
        self.ask("events", CallStatus=status, Timestamp=when, **form)


@pytest.fixture
def twilio(client, settings) -> Twilio:
    settings.CITYCALL_TWILIO_TOKEN = TOKEN
    return Twilio(client)


def heard(response: ET.Element) -> str:
    return " ".join(each.text or "" for each in response.iter("Say"))


def voices(response: ET.Element) -> set[str]:
    return {each.get("language", "") for each in response.iter("Say")}


def leads_to(response: ET.Element, tag: str) -> str:
    found = response.find(tag)
    assert found is not None
    return (found.text or found.get("action") or "").removeprefix(conf.PUBLIC_URL)


def test_the_emergency_notice_comes_first_then_every_language(twilio) -> None:
    response = twilio.ask("voice")
    first = next(response.iter("Say"))
    assert first.text == "If this is an emergency, hang up and dial 9 1 1."
    assert voices(response) == {"en-US", "es-US", "cmn-CN", "arb"}
    assert cast.call("CA1").phone == NUMBER
    assert cast.call("CA1").state is State.MENU


def test_the_chosen_language_is_spoken_from_then_on(twilio) -> None:
    twilio.ask("voice")
    response = twilio.ask("language", Digits="2")
    assert voices(response) == {"es-US"}
    assert "emergencia" in heard(response)
    assert "lang=es" in leads_to(response, "Redirect")
    assert cast.call("CA1").language == "es"


@pytest.mark.parametrize("language", ["en", "es", "zh-hans", "ar"])
def test_the_menu_is_complete_in_each_language(twilio, language) -> None:
    response = twilio.ask(f"menu?lang={language}")
    assert len(list(response.iter("Say"))) == 4
    if language != "en":
        assert "press" not in heard(response)


def test_who_presses_nothing_reaches_somebody_in_the_end(twilio) -> None:
    twilio.ask("voice")
    path = "menu?lang=en"
    for _again in range(3):
        path = leads_to(twilio.ask(path), "Redirect").removeprefix("/telephony/twilio/")
    response = twilio.ask(path)
    assert response.find("Enqueue") is not None
    assert cast.call("CA1").state is State.WAITING


def test_the_wait_is_told_as_a_range(twilio, monkeypatch) -> None:
    expected = waiting.Expected(seconds=200, low=130, high=290, ahead=4)
    monkeypatch.setattr(waiting, "expected", lambda **_asked: expected)
    twilio.ask("voice")
    response = twilio.ask("choose?lang=en", Digits="1")
    assert "between 2 and 5 minutes" in heard(response)
    assert cast.call("CA1").told_seconds == 200
    assert "still in line" in heard(twilio.ask("wait?lang=en"))


def test_who_keeps_their_place_is_called_back(twilio) -> None:
    twilio.ask("voice")
    queue = twilio.ask("choose?lang=en", Digits="1")
    path = leads_to(queue, "Gather").removeprefix("/telephony/twilio/")
    confirm = twilio.ask(path, Digits="1")
    assert "0 1 2 3" in heard(confirm)
    path = leads_to(confirm, "Gather").removeprefix("/telephony/twilio/")
    assert "You keep your place" in heard(twilio.ask(path, Digits="1"))
    asked = CallBack.objects.get()
    assert (asked.phone, asked.joined_at) == (NUMBER, cast.call("CA1").queued_at)
    twilio.told("completed", cast.start() + timedelta(minutes=31))
    assert cast.call("CA1").ending == Ending.CALL_BACK


def test_another_number_can_be_typed_and_is_asked_again_where_it_is_none(twilio) -> None:
    twilio.ask("voice", From="anonymous")
    response = twilio.ask("call-back?lang=en", From="anonymous")
    assert "ask-phone" in leads_to(response, "Redirect")
    response = twilio.ask("phone?lang=en", Digits="12", From="anonymous")
    assert "not a number" in heard(response)
    twilio.ask("phone?lang=en&tries=1", Digits="4105550188", From="anonymous")
    assert CallBack.objects.get().phone == "+14105550188"


def test_outside_the_hours_what_works_now_is_said(twilio, monkeypatch) -> None:
    from citycall.calls import hours

    opens = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    monkeypatch.setattr(hours, "is_open", lambda _at: False)
    monkeypatch.setattr(hours, "opens_at", lambda _at: opens)
    twilio.ask("voice")
    response = twilio.ask("menu?lang=en")
    assert "Monday, November 23 at 8 a.m." in heard(response)
    assert "press 1" not in heard(response)
    assert twilio.ask("choose?lang=en", Digits="1").find("Enqueue") is None


def test_a_number_that_was_mistyped_is_asked_again_three_times(twilio) -> None:
    for tries in range(2):
        response = twilio.ask(f"status?lang=en&tries={tries}", Digits="123")
        assert "12 digits" in heard(response)
        assert response.find("Gather") is not None
    assert twilio.ask("status?lang=en&tries=2", Digits="123").find("Gather") is None


def test_status_callbacks_may_come_in_any_order(twilio) -> None:
    alice = cast.taker("201")
    at = cast.start()
    desk = {"CallSid": "CA2", "ParentCallSid": "CA1"}
    twilio.told("completed", at + timedelta(seconds=90))
    twilio.told("in-progress", at + timedelta(seconds=30), **desk)
    SwitchEvent.objects.all()
    twilio.ask("voice")
    assert cast.call("CA1").taker is None
    answer = "events?desk=201"
    when = format_datetime((at + timedelta(seconds=20)).astimezone(UTC))
    twilio.ask(answer, CallStatus="ringing", Timestamp=when, **{**desk, "CallSid": "CA3"})
    twilio.ask(answer, CallStatus="in-progress", Timestamp=when, **{**desk, "CallSid": "CA3"})
    assert cast.call("CA1").taker == alice
    assert cast.call("CA1").state is State.WRAPPING


@pytest.mark.parametrize("path", ["voice", "menu?lang=en", "events", "phone", "status"])
def test_what_is_not_signed_is_refused(twilio, client, path) -> None:
    assert twilio.post(path, token="wrong").status_code == 403
    assert client.post(f"/telephony/twilio/{path}", {"CallSid": "CA1"}).status_code == 403
    assert not SwitchEvent.objects.exists()


def test_a_changed_form_is_refused(twilio, client) -> None:
    url = f"{conf.PUBLIC_URL}/telephony/twilio/voice"
    signature = RequestValidator(TOKEN).compute_signature(url, {"CallSid": "CA1"})
    answer = client.post(
        "/telephony/twilio/voice", {"CallSid": "CA2"}, headers={"X-Twilio-Signature": signature}
    )
    assert answer.status_code == 403


def test_without_a_token_nobody_is_believed(twilio, settings) -> None:
    settings.CITYCALL_TWILIO_TOKEN = ""
    assert twilio.post("voice", token="").status_code == 403


def test_repeated_parameters_are_part_of_the_signature(twilio, client) -> None:
    from django.http import QueryDict

    body = "CallSid=CA1&From=%2B14105550123&Note=b&Note=a"
    url = f"{conf.PUBLIC_URL}/telephony/twilio/voice"
    signature = RequestValidator(TOKEN).compute_signature(url, QueryDict(body))
    answer = client.post(
        "/telephony/twilio/voice",
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )
    assert answer.status_code == 200
