"""Twilio-compatible voice: who calls hears a menu; each step is signed, and told to the inbox.

What is remembered of a call between two steps stands in the addresses, which the signature covers.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from twilio.request_validator import RequestValidator

from citycall.accounts.callers import count_address
from citycall.calls import hours, phones, waiting
from citycall.calls.models import Call
from citycall.calls.policies import TELEPHONY_SCOPE
from citycall.calls.switch import inbox
from citycall.calls.switch.control import TWILIO
from citycall.calls.switch.models import Kind
from citycall.calls.switch.told import Malformed, Told
from citycall.core import clock, numbers
from citycall.core.actors import Actor, ActorKind, resident
from citycall.core.errors import DomainError, NotAllowed
from citycall.knowledge import alerts
from citycall.service_requests import public
from citycall.telephony import script
from citycall.telephony.answers import machine
from citycall.telephony.spoken import Talk, each_language, known_language

MOST_TRIES: Final = 3
# Where somebody comes from who may be called back: out of the queue, or about to wait in it.
_WAIT: Final = "wait"
_QUEUE: Final = "queue"
BY: Final = Actor(
    kind=ActorKind.KEY, name="Twilio", memberships=frozenset({(TELEPHONY_SCOPE, None)})
)
Step = Callable[[HttpRequest], HttpResponse]


def signed(view: Step) -> Callable[..., HttpResponse]:
    """A step that only Twilio may ask for, answered in the caller's language.

    The signature is of the public address: what proxies make of it does not matter.
    """

    @machine
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        count_address(request.META)
        token = settings.CITYCALL_TWILIO_TOKEN
        url = settings.PUBLIC_URL + request.get_full_path()
        given = request.headers.get("X-Twilio-Signature", "")
        if not token or not RequestValidator(token).validate(url, request.POST, given):
            raise NotAllowed(_("This is not signed as Twilio signs it."))
        with override(known_language(request.GET.get("lang", ""))):
            return view(request)

    return checked


@signed
def voice(request: HttpRequest) -> HttpResponse:
    """Somebody calls: the emergency notice before anything else, then their language."""
    tell(request, Kind.NEW)
    talk = Talk().say(script.emergency(), script.welcome())
    if len(settings.LANGUAGES) > 1:
        talk.ask_language(each_language(script.this_language))
    return talk.then("menu", lang=settings.LANGUAGE_CODE, alerts=1).answer()


@signed
def language(request: HttpRequest) -> HttpResponse:
    """The key of a language; any other key means the first."""
    codes = [code for code, _name in settings.LANGUAGES]
    key = keys(request)
    chosen = codes[int(key) - 1] if key.isdigit() and 0 < int(key) <= len(codes) else codes[0]
    tell(request, Kind.MENU, language=chosen)
    with override(chosen):
        talk = Talk()
        if chosen != settings.LANGUAGE_CODE:
            talk.say(script.emergency(), script.welcome())
        return talk.then("menu", lang=chosen, alerts=1).answer()


@signed
def menu(request: HttpRequest) -> HttpResponse:
    """What everybody should know, then what can be done by keys; never repeated for ever."""
    at = clock.now()
    lang, tries = spoken(request), tries_of(request)
    talk = Talk()
    if request.GET.get("alerts"):
        for text, its_language in script.alerts(alerts.live(at=at)):
            talk.say(text, language=its_language)
    is_open = hours.is_open(at)
    if not is_open:
        talk.say(*script.closed(hours.opens_at(at)))
    talk.ask("choose", script.menu(is_open=is_open), lang=lang, tries=tries)
    if tries + 1 < MOST_TRIES:
        return talk.then("menu", lang=lang, tries=tries + 1).answer()
    if is_open:
        # Who presses no key may have none to press.
        return talk.then("choose", lang=lang, key=1).answer()
    return talk.say(script.goodbye()).end().answer()


@signed
def choose(request: HttpRequest) -> HttpResponse:
    """The key of the menu."""
    lang, key = spoken(request), keys(request) or request.GET.get("key", "")
    if key == "1" and hours.is_open(clock.now()):
        return queue(request, lang=lang)
    if key == "2":
        return (
            Talk()
            .ask("status", [script.ask_number()], digits=numbers.LENGTH, lang=lang)
            .then("menu", lang=lang)
            .answer()
        )
    if key == "3":
        return Talk().then("call-back", lang=lang).answer()
    talk = Talk() if key == "9" else Talk().say(script.not_understood())
    return talk.then("menu", lang=lang, tries=min(tries_of(request) + 1, MOST_TRIES)).answer()


def queue(request: HttpRequest, *, lang: str) -> HttpResponse:
    """Into the queue; whoever is told of a wait is asked whether to be called back instead."""
    call = tell(request, Kind.QUEUED, language=lang)
    talk = Talk()
    sentences = [script.expected(wait_of(call)), script.offer_call_back()]
    talk.ask("call-back", sentences, lang=lang, back=_QUEUE)
    return talk.enqueue(lang=lang).answer()


@signed
def wait(request: HttpRequest) -> HttpResponse:
    """Heard again and again while somebody waits."""
    call = Call.objects.filter(switch=TWILIO, switch_id=call_key(request)).first()
    sentences = [script.thanks_for_waiting(), script.expected(wait_of(call))]
    lang = spoken(request)
    talk = Talk().ask("call-back", [*sentences, script.offer_call_back()], lang=lang, back=_WAIT)
    talk.response.pause(length=30)
    return talk.answer()


@signed
def left(request: HttpRequest) -> HttpResponse:
    """Out of the queue otherwise than to a call-taker: the queue is full, or broke."""
    lang, why = spoken(request), request.POST.get("QueueResult", "")
    if why in {"queue-full", "error", "system-error"}:
        return Talk().then("call-back", lang=lang).answer()
    return Talk().answer()


@signed
def call_back(request: HttpRequest) -> HttpResponse:
    """To which number: the one that they call from, or another."""
    lang, phone = spoken(request), phones.e164(request.POST.get("From", ""))
    back = request.GET.get("back", "")
    if not phone:
        return Talk().then("ask-phone", lang=lang, back=back).answer()
    talk = Talk().ask("call-back-key", [script.confirm_number(phone)], lang=lang, back=back)
    return _back(talk, request)


@signed
def call_back_key(request: HttpRequest) -> HttpResponse:
    """Right, or another number."""
    if keys(request) == "1":
        return noted(request, "")
    back = request.GET.get("back", "")
    return Talk().then("ask-phone", lang=spoken(request), back=back).answer()


@signed
def ask_phone(request: HttpRequest) -> HttpResponse:
    """Another number, typed."""
    said = {"lang": spoken(request), "tries": tries_of(request), "back": request.GET.get("back")}
    return _back(Talk().ask("phone", [script.ask_phone()], digits=0, **said), request)


@signed
def phone(request: HttpRequest) -> HttpResponse:
    """The number that was typed; forgiving, but not for ever."""
    tries, given = tries_of(request) + 1, phones.e164(keys(request))
    if given:
        return noted(request, given)
    talk = Talk().say(script.bad_phone())
    if tries >= MOST_TRIES:
        return _back(talk, request)
    back = request.GET.get("back", "")
    return talk.then("ask-phone", lang=spoken(request), tries=tries, back=back).answer()


def _back(talk: Talk, request: HttpRequest) -> HttpResponse:
    """To where the caller was before: on with the wait, or to the menu."""
    lang, back = spoken(request), request.GET.get("back", "")
    if back == _WAIT:
        return talk.then("wait", lang=lang).answer()
    if back == _QUEUE:
        return talk.enqueue(lang=lang).answer()
    return talk.then("menu", lang=lang).answer()


def noted(request: HttpRequest, number: str) -> HttpResponse:
    """The call-back is kept before the caller hears so."""
    at = clock.now()
    call = tell(request, Kind.CALL_BACK, outside=number, language=spoken(request))
    if call is None or not call.call_backs.exists():
        return _back(Talk().say(script.bad_phone()), request)
    sentence = script.call_back_kept() if hours.is_open(at) else script.call_back_noted()
    return Talk().say(sentence).end().answer()


@signed
def status(request: HttpRequest) -> HttpResponse:
    """How it stands with a confirmation number; what was misheard is asked again."""
    lang, tries = spoken(request), tries_of(request) + 1
    try:
        found = public.by_number(numbers.read(keys(request)), by=resident())
    except numbers.BadNumber as error:
        talk = Talk().say(error.message)
    except DomainError:
        talk = Talk().say(script.unknown_number())
    else:
        return Talk().say(*script.status(found)).then("menu", lang=lang).answer()
    if tries >= MOST_TRIES:
        return talk.say(script.no_more_tries()).then("menu", lang=lang).answer()
    ask = [script.ask_number()]
    talk.ask("status", ask, digits=numbers.LENGTH, lang=lang, tries=tries)
    return talk.then("menu", lang=lang).answer()


def wait_of(call: Call | None) -> waiting.Expected | None:
    """The wait from now on of a call that waits."""
    if call is None or call.queued_at is None:
        return None
    return waiting.expected(
        language=call.language,
        topic=call.topic,
        priority=call.priority,
        queued_at=call.queued_at,
        at=clock.now(),
    )


def tell(
    request: HttpRequest,
    kind: Kind,
    *,
    language: str = "",
    outside: str = "",
    at: datetime | None = None,
) -> Call | None:
    """Tell the inbox; the call that it concerns, as it is now."""
    sid = call_key(request)
    told = Told(
        switch=TWILIO,
        kind=kind,
        call_key=sid,
        event_id=f"{sid}:{kind}:{outside}",
        at=at,
        phone=phones.e164(request.POST.get("From", "")),
        dialled=phones.line(request.POST.get("To", "")),
        name=request.POST.get("CallerName", "")[:150],
        language=language,
        outside=outside,
    )
    event = inbox.receive(told, by=BY, at=clock.now())
    return None if event.call_id is None else Call.objects.get(pk=event.call_id)


def call_key(request: HttpRequest) -> str:
    """The caller's own call; of a call to a call-taker, the one that it was made for."""
    sid = request.POST.get("ParentCallSid") or request.POST.get("CallSid", "")
    if not sid:
        raise Malformed(_("CallSid is missing."), field="CallSid")
    return sid


def spoken(request: HttpRequest) -> str:
    """The caller's language."""
    return known_language(request.GET.get("lang", ""))


def tries_of(request: HttpRequest) -> int:
    """How often it went wrong already."""
    told = request.GET.get("tries", "0")[:2]
    return int(told) if told.isascii() and told.isdigit() else 0


def keys(request: HttpRequest) -> str:
    """The keys that were pressed."""
    return request.POST.get("Digits", "")[:32]
