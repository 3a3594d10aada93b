"""A resident's report as a council office files it: the form, and what is handed in."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citycall.catalog.specs import ContactRequirement, ServiceSpec
from citycall.core import phrases
from citycall.core.errors import DomainError, Faults
from citycall.council.cases import LONGEST_REFERENCE
from citycall.emergencies.dangers import Danger
from citycall.emergencies.queries import caution_for
from citycall.emergencies.rules import heard
from citycall.pages import place_words, questions
from citycall.places.candidates import Answer, Verdict
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests import checks
from citycall.service_requests.drafts import LONGEST_WORDS, ContactDetails, Draft
from citycall.service_requests.models import Channel

_NO_PIN: Final = ("", "", "")
_NONE_OF_THESE: Final = "none"


class ReportForm(questions.ToldForm):
    """Everything that the resident told the office, with the questions of its service."""

    key = forms.CharField(widget=forms.HiddenInput)
    district = forms.CharField(widget=forms.HiddenInput, required=False)
    words = forms.CharField(
        label=gettext_lazy("What does the resident say?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    place = forms.CharField(
        label=gettext_lazy("Address, street corner, park or place"),
        help_text=gettext_lazy("Anywhere in the city, also outside your district."),
        required=False,
    )
    directions = forms.CharField(
        label=gettext_lazy("How do we find the spot there?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    name = forms.CharField(label=gettext_lazy("The resident's name"), required=False)
    phone = forms.CharField(label=gettext_lazy("The resident's phone number"), required=False)
    email = forms.CharField(
        label=gettext_lazy("The resident's e-mail address"),
        help_text=gettext_lazy(
            "Only if they agreed. It belongs to the report: your office cannot read it here again."
        ),
        required=False,
    )
    language = forms.ChoiceField(label=gettext_lazy("The resident's language"), required=False)
    reference = forms.CharField(
        label=gettext_lazy("Your own reference"),
        help_text=gettext_lazy("Such as a case number; for your office only. Please no names."),
        required=False,
        max_length=LONGEST_REFERENCE,
    )

    def __init__(
        self,
        typed: Mapping[str, Any],
        *,
        faults: Mapping[str, str] | None = None,
        places: Answer | None = None,
        danger: str = "",
    ) -> None:
        super().__init__(typed, faults=faults or {})
        self.offer("language", settings.LANGUAGES)
        if places is None and typed.get("code"):
            self.fields["code"] = forms.CharField(widget=forms.HiddenInput, required=False)
        if places is not None:
            self.fields["code"] = forms.ChoiceField(
                label=_("Which place do you mean?"),
                choices=[
                    *((each.code, _named(each.label, each.detail)) for each in places.candidates),
                    (_NONE_OF_THESE, _("None of these")),
                ],
                widget=forms.RadioSelect,
                required=False,
            )
        if danger or typed.get("no_danger"):
            self.fields["no_danger"] = forms.ChoiceField(
                label=_("Is anybody in danger now?"),
                choices=[(danger or typed["no_danger"], _("No, this is not an emergency"))],
                widget=forms.RadioSelect,
                required=False,
            )
        if "stop_read" in self._faults or typed.get("stop_read"):
            self.fields["stop_read"] = forms.BooleanField(
                label=_("The resident was told this, and wants to report all the same"),
                required=False,
            )
        first = ["service", "words", "no_danger", *self.asked(), "stop_read", "place", "code"]
        self.order_fields(first)


def _named(label: str, detail: str) -> str:
    return f"{label}, {detail}" if detail else label


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What can be handed in."""

    draft: Draft
    reference: str


def begun(*, district: str) -> dict[str, Any]:
    """The fields of an empty form."""
    return {
        "key": secrets.token_urlsafe(16),
        "district": district,
        "language": phrases.spoken(),
    }


def read(typed: Mapping[str, Any]) -> Ready | ReportForm:
    """What is handed in, or the form with what has to be put right first."""
    texts = [_text(typed, name) for name in ("words", "place", "directions")]
    caution = caution_for(*texts, read=_judged(typed))
    if caution is not None:
        faults = {"no_danger": caution.text}
        judged = " ".join([*_judged(typed), caution.danger.value])
        return ReportForm({**typed, "no_danger": ""}, faults=faults, danger=judged)
    try:
        return Ready(draft=_draft(typed, texts), reference=_text(typed, "reference"))
    except _WhichPlace as error:
        faults = {"code": _("This may be several places. Please choose one.")}
        return ReportForm(typed, faults=faults, places=error.places)
    except Faults as error:
        return ReportForm(typed, faults=error.faults)


def refused(typed: Mapping[str, Any], error: DomainError) -> ReportForm:
    """The form with what was wrong as it was handed in."""
    if isinstance(error, Faults):
        return ReportForm(typed, faults=error.faults)
    if isinstance(error, checks.Stopped):
        return ReportForm(typed, faults={"stop_read": error.stop.text})
    return ReportForm(typed, faults={error.field or "": error.message})


class _WhichPlace(Exception):
    def __init__(self, places: Answer) -> None:
        super().__init__()
        self.places = places


def _draft(typed: Mapping[str, Any], texts: list[str]) -> Draft:
    entry = questions.entry_of(_text(typed, "service"))
    if entry is None:
        raise Faults({"service": _("Please choose a service.")})
    person = ContactDetails(
        **{name: _text(typed, name).strip() for name in ("name", "email", "phone")}
    )
    asked = entry.spec.contact != ContactRequirement.NOT_ASKED
    language = _text(typed, "language")
    judged = [each.value for each in heard(*texts) if each.value in _judged(typed)]
    return Draft(
        service=entry.spec.code,
        channel=Channel.COUNCIL,
        location=None if entry.spec.location == "none" else _location(typed, entry.spec),
        words=_text(typed, "words").strip(),
        answers=questions.answers_of(typed),
        contact=person if asked else ContactDetails(),
        language=language if phrases.is_offered(language) else phrases.spoken(),
        idempotency_key=f"council-{_text(typed, 'key')[:64]}-{_fingerprint(typed)}",
        stop_read=bool(typed.get("stop_read")),
        no_danger=judged[0] if judged else "",
    )


def _location(typed: Mapping[str, Any], spec: ServiceSpec) -> Location | None:
    place, code = _text(typed, "place"), _text(typed, "code")
    answer = place_words.search(place, pin=_NO_PIN)
    found = place_words.chosen(answer, code=code, pin=_NO_PIN)
    if found is None and answer.verdict is Verdict.ASK and code != _NONE_OF_THESE:
        raise _WhichPlace(answer)
    return place_words.location_of(
        place=place,
        directions=_text(typed, "directions"),
        point=_NO_PIN,
        found=place_words.as_found(found) if found is not None else None,
        kind="",
        accepted=tuple(map(LocationKind, spec.location_kinds)),
    )


def _judged(typed: Mapping[str, Any]) -> list[str]:
    given = _text(typed, "no_danger").split()
    return [each.value for each in Danger if each.value in given]


def _text(typed: Mapping[str, Any], name: str) -> str:
    return str(typed.get(name, ""))[: LONGEST_WORDS + 1]


def _fingerprint(typed: Mapping[str, Any]) -> str:
    said = {k: v for k, v in typed.items() if k not in {"csrfmiddlewaretoken", "reference"}}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
