"""TwiML: what a caller hears, and which address is asked next, in the caller's language."""

from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, override
from twilio.twiml.voice_response import Gather, VoiceResponse

from citycall.core.phrases import is_offered

# How Twilio calls the voices of the languages that are offered; others speak the city's first.
VOICES: Final = {"en": "en-US", "es": "es-US", "zh-hans": "cmn-CN", "ar": "arb"}
KEY_SECONDS: Final = 6


def address(name: str, **said: Any) -> str:
    """An address of this door as Twilio calls it, with what is to be remembered of the call."""
    query = urlencode({key: value for key, value in said.items() if value not in {"", None}})
    path = reverse(f"telephony:twilio-{name}")
    return f"{settings.PUBLIC_URL}{path}{'?' if query else ''}{query}"


def known_language(told: str) -> str:
    """The language if the city speaks it, else its first."""
    return told if is_offered(told) else settings.LANGUAGE_CODE


class Talk:
    """One answer to Twilio, built sentence by sentence."""

    def __init__(self) -> None:
        self.response = VoiceResponse()

    def say(self, *sentences: str, language: str = "", to: Any = None) -> "Talk":
        """Say sentences in the language spoken just now, or in another."""
        voice = VOICES.get(language or get_language() or "", VOICES["en"])
        for sentence in sentences:
            (self.response if to is None else to).say(sentence, language=voice)
        return self

    def ask(self, name: str, sentences: Iterable[str], *, digits: int = 1, **said: Any) -> "Talk":
        """Say sentences, and take keys at any moment; the address ``name`` hears of them."""
        gather = self._gather(name, digits=digits, **said)
        self.say(*sentences, to=gather)
        self.response.append(gather)
        return self

    def ask_language(self, sentences: Iterable[tuple[str, str]]) -> "Talk":
        """The same, each sentence in a language of its own."""
        gather = self._gather("language")
        for language, sentence in sentences:
            self.say(sentence, language=language, to=gather)
        self.response.append(gather)
        return self

    def then(self, name: str, **said: Any) -> "Talk":
        """Go on there."""
        self.response.redirect(address(name, **said), method="POST")
        return self

    def enqueue(self, **said: Any) -> "Talk":
        """Wait for a call-taker."""
        self.response.enqueue(
            settings.CITYCALL_TWILIO_QUEUE,
            wait_url=address("wait", **said),
            wait_url_method="POST",
            action=address("left", **said),
            method="POST",
        )
        return self

    def end(self) -> "Talk":
        """Hang up."""
        self.response.hangup()
        return self

    def answer(self) -> HttpResponse:
        """As it is sent."""
        return HttpResponse(str(self.response), content_type="text/xml; charset=utf-8")

    @staticmethod
    def _gather(name: str, *, digits: int = 1, **said: Any) -> Gather:
        how: dict[str, Any] = {"num_digits": digits} if digits else {"finish_on_key": "#"}
        return Gather(
            input="dtmf",
            action=address(name, **said),
            method="POST",
            timeout=KEY_SECONDS,
            action_on_empty_result=False,
            **how,
        )


def each_language(sentence: Any) -> Iterable[tuple[str, str]]:
    """A sentence in every language that is offered, with its key."""
    for key, (code, _name) in enumerate(settings.LANGUAGES, start=1):
        with override(code):
            yield code, sentence(key)
