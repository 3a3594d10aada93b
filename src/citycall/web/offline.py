"""A whole report that was written without a connection: its page's parts, and what it sends."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import Catalog, ServiceEntry, catalog
from citycall.catalog.questions import Datatype
from citycall.core import phrases
from citycall.core.errors import DomainError, Faults
from citycall.pages import place_words
from citycall.places.candidates import Verdict
from citycall.service_requests.drafts import Draft
from citycall.service_requests.models import Channel
from citycall.web import dangers
from citycall.web.forms import (
    ContactForm,
    DetailsForm,
    QuestionsForm,
    TypedForm,
    WhereForm,
    asked,
    field_name,
)
from citycall.web.telling import Telling, mark

# A key that the page made, or that of a report which was being sent when the connection went.
_KEY: Final = re.compile(r"[A-Za-z0-9_.-]{16,120}")
_LONGEST: Final = 20_000
_LONGEST_POINT: Final = 30


class BadKey(DomainError):
    """What was sent is not what our own page sends."""

    code = "bad_key"


class OfflineForm(TypedForm):
    """Every field of a report but the service's own questions."""

    also: Mapping[str, str] = {**WhereForm.also, **DetailsForm.also, **ContactForm.also}

    service = forms.ChoiceField(label=gettext_lazy("What is the problem?"))
    words = DetailsForm.base_fields["words"]
    photos = DetailsForm.base_fields["photos"]
    place = WhereForm.base_fields["place"]
    directions = WhereForm.base_fields["directions"]
    latitude = WhereForm.base_fields["latitude"]
    longitude = WhereForm.base_fields["longitude"]
    accuracy = WhereForm.base_fields["accuracy"]
    wanted = DetailsForm.base_fields["wanted"]
    name = ContactForm.base_fields["name"]
    email = ContactForm.base_fields["email"]
    phone = ContactForm.base_fields["phone"]

    def __init__(self, *, book: Catalog) -> None:
        super().__init__(typed={})
        groups = [
            (group.name, [(entry.code, entry.name) for entry in group.services])
            for group in book.groups
        ]
        service = self.fields["service"]
        assert isinstance(service, forms.ChoiceField)
        service.choices = [("", _("Please choose")), *groups]
        self.fields["place"].required = True


def services_parts() -> str:
    """The questions and needs of every service, each in a template element of its own."""
    language = phrases.spoken()
    return _rendered(catalog(), language, settings.CITYCALL_EMERGENCY_NUMBER)


@lru_cache(maxsize=8)
def _rendered(book: Catalog, language: str, emergency_number: str) -> str:
    services = [{"entry": entry, "questions": _questions(entry)} for entry in book.services]
    context = {"services": services, "emergency_number": emergency_number}
    return render_to_string("web/report/offline_services.html", context)


def _questions(entry: ServiceEntry) -> list[dict[str, Any]]:
    questions = entry.spec.questions
    form = QuestionsForm(questions=questions, answers={})
    return asked(form, questions, catalog_rules.visible_questions(entry.spec, {}))


def key_of(sent: QueryDict) -> str:
    """The key that the report was given when it was written; raises ``BadKey``."""
    key = sent.get("key", "")
    if not _KEY.fullmatch(key):
        raise BadKey(_("This report was not sent whole. Please write it again."))
    return key


def draft_of(sent: QueryDict) -> Draft:
    """The report as the page sent it.

    Raises ``Faults``, ``UnknownService``, ``BadKey`` and ``dangers.SoundsDangerous``.
    """
    told = _telling(sent)
    danger = told.danger()
    if danger is not None:
        raise dangers.SoundsDangerous(danger)
    draft = told.draft()
    return replace(draft, channel=Channel.APP, idempotency_key=key_of(sent))


def faults_of(error: Faults, sent: QueryDict) -> dict[str, str]:
    """The sentences by the page's fields; for a place, with those that the words may mean."""
    faults = {OfflineForm.also.get(name, name): said for name, said in error.faults.items()}
    if "place" in faults:
        faults["place"] = _which_place(sent) or faults["place"]
    return faults


def _telling(sent: QueryDict) -> Telling:
    told = Telling(service=sent.get("service", "")[:200])
    spec = told.entry().spec
    for question in spec.questions:
        given = [answer[:_LONGEST] for answer in sent.getlist(field_name(question.code))]
        if question.variable and given:
            many = question.datatype is Datatype.MULTI
            told.answers[question.code] = given if many else given[0]
    for name in ("directions", "words", "wanted", *ContactForm.base_fields):
        setattr(told, name, sent.get(name, "")[:_LONGEST])
    for name in ("latitude", "longitude", "accuracy"):
        setattr(told, name, sent.get(name, "")[:_LONGEST_POINT])
    told.place = sent.get("place", "")[: place_words.LONGEST_TYPED]
    _find(told)
    read = {code.removeprefix("danger:") for code in sent.getlist("stop_read")}
    told.no_danger = dangers.codes([*sent.getlist(dangers.FIELD), *read])
    stop = told.stop()
    if stop is not None and mark(stop) in sent.getlist("stop_read"):
        told.stop_read = mark(stop)
    return told


def _find(told: Telling) -> None:
    """Take the place that the words mean beyond doubt; a pin far from it is believed instead."""
    answer = place_words.search(told.place, pin=told.pin)
    place = place_words.chosen(answer, code="", pin=told.pin)
    if place is not None:
        found = place_words.as_found(place)
        if place_words.far_from(found, told.pin) is None:
            told.take_place(place)
    told.pointed = place_words.at_pin(told.pin)


def _which_place(sent: QueryDict) -> str:
    words = sent.get("place", "")
    pin = (sent.get("longitude", ""), sent.get("latitude", ""), sent.get("accuracy", ""))
    answer = place_words.search(words, pin=pin)
    if answer.verdict is not Verdict.ASK or not answer.candidates:
        return ""
    places = "; ".join(candidate.label for candidate in answer.candidates)
    return _("“%(words)s” may be one of these: %(places)s. Please write which one it is.") % {
        "words": words[:100],
        "places": places,
    }


def page_words() -> dict[str, str]:
    """What the page's scripts say."""
    return {
        "chooseService": _("Please choose what it is about."),
        "answer": _("Please answer this question."),
        "sayWhere": _("Please say where this is."),
        "sayWhat": _("Please tell us what it is about."),
        "giveContact": _("Please give an e-mail address or a phone number."),
        "tooMany": _("Five photos are the most. The others were left out."),
        "photo": _("Photo %s"),
        "removePhoto": _("Remove photo %s"),
        "asking": _("Asking your device …"),
        "located": _("Your location was added, exact to about %s meters."),
        "refused": _("Your device does not give its location. Please describe the place instead."),
        "failed": _("Your location could not be found. Please describe the place instead."),
        "full": _("This device has no room for the report. Please remove photos and try again."),
        "kept": _(
            "Your report is kept on this device. It is sent by itself as soon as there is a "
            "connection."
        ),
        "sent": _("Everything on this device has been sent."),
        "changeFirst": _("Something has to be changed before the city can take the report."),
        "waits": _("Waits to be sent. Written on %s."),
        "change": _("The city could not take this report yet. Please change:"),
        "received": _("Received. Confirmation number: %s"),
        "edited": _(
            "An earlier version had arrived before your last change. Please check it on its page."
        ),
        "follow": _("Follow your report"),
        "edit": _("Change"),
        "discard": _("Delete"),
        "takeOff": _("Remove from this list"),
        "read": _("I have read this: send my report"),
        "sure": _("Delete this report? It has not been sent: %s"),
        "deleted": _("The report was deleted from this device."),
    }
