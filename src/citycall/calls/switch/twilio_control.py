"""Twilio's way of being told what to do: new TwiML for the caller's call."""

from typing import Any

from django.conf import settings
from requests import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.twiml.voice_response import Dial, VoiceResponse

from citycall.calls.switch.control import NotDone

_SECONDS = 5.0


class TwilioSwitch:
    """The account of the settings; desks are dialled as ``CITYCALL_TWILIO_DESK`` says."""

    def __init__(self, http: TwilioHttpClient | None = None) -> None:
        self._client = Client(
            settings.CITYCALL_TWILIO_ACCOUNT,
            settings.CITYCALL_TWILIO_TOKEN,
            http_client=http or TwilioHttpClient(timeout=_SECONDS),
        )

    def answer(self, key: str, *, desk: str) -> None:
        """Out of the queue, to the desk."""
        self._say(key, _dial(desk))

    def hold(self, key: str) -> None:
        """Into a queue of its own, from which only this call-taker fetches them."""
        response = VoiceResponse()
        response.enqueue(f"held-{key}")
        self._say(key, response)

    def resume(self, key: str, *, desk: str) -> None:
        """Back to the desk."""
        self._say(key, _dial(desk))

    def transfer(self, key: str, *, to: str) -> None:
        """To another desk, or to a number."""
        self._say(key, _dial(to))

    def hang_up(self, key: str) -> None:
        """The end of the call."""
        self._do(lambda: self._client.calls(key).update(status="completed"))

    def call_out(self, number: str, *, desk: str) -> str:
        """First the desk rings, then the number is called."""
        response = VoiceResponse()
        dial = Dial(caller_id=settings.CITYCALL_TWILIO_NUMBER)
        dial.number(number)
        response.append(dial)
        made = self._do(
            lambda: self._client.calls.create(
                to=settings.CITYCALL_TWILIO_DESK.replace("{desk}", desk),
                from_=settings.CITYCALL_TWILIO_NUMBER,
                twiml=str(response),
            )
        )
        return str(made.sid)

    def _say(self, key: str, response: VoiceResponse) -> None:
        self._do(lambda: self._client.calls(key).update(twiml=str(response)))

    @staticmethod
    def _do(command: Any) -> Any:
        try:
            return command()
        except (TwilioException, RequestException):
            raise NotDone from None


def _dial(to: str) -> VoiceResponse:
    """Ring at a desk, of which Twilio tells, or at a number."""
    response = VoiceResponse()
    dial = Dial()
    if to.startswith("+"):
        dial.number(to)
    else:
        kind, _colon, name = settings.CITYCALL_TWILIO_DESK.replace("{desk}", to).partition(":")
        told = {
            "status_callback": f"{settings.PUBLIC_URL}/telephony/twilio/events?desk={to}",
            "status_callback_event": "initiated ringing answered completed",
        }
        if kind == "client":
            dial.client(name, **told)
        else:
            dial.sip(f"sip:{name}", **told)
    response.append(dial)
    return response
