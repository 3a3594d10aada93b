"""A report from a kit or card as a form: it shows what was typed, and judges nothing itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citycall.continuity.actions.make import MOST_KITS, MOST_NUMBERS
from citycall.continuity.export_file import Told, ToldPlace
from citycall.continuity.models import Kit
from citycall.core import clock, phrases
from citycall.core.errors import Faults
from citycall.pages import questions

_LIMITS: Final = {"words": 4_000, "directions": 2_000, "place": 300, "name": 150, "email": 250}


class MakeForm(forms.Form):
    """How many kits or cards."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is needed?"), choices=Kit.Kind.choices, widget=forms.RadioSelect
    )
    kits = forms.IntegerField(
        label=gettext_lazy("How many laptops"), min_value=1, max_value=MOST_KITS, initial=3
    )
    numbers = forms.IntegerField(
        label=gettext_lazy("Numbers for each laptop, or cards"),
        min_value=1,
        max_value=MOST_NUMBERS,
        initial=500,
    )


class Files(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class MergeForm(forms.Form):
    """The files to merge."""

    exports = forms.FileField(
        label=gettext_lazy("Export files"),
        help_text=gettext_lazy("Of one laptop or several. A file may be handed in again."),
        widget=Files(attrs={"multiple": True, "accept": ".json,application/json"}),
    )


class CardForm(forms.Form):
    """Which card."""

    number = forms.CharField(
        label=gettext_lazy("Number on the card"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class IntakeForm(questions.ToldForm):
    """Everything on a card or in a kit's report, with the questions of its service."""

    told_at = forms.CharField(
        label=gettext_lazy("Date and time of the call"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    words = forms.CharField(
        label=gettext_lazy("What does the caller say?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    place = forms.CharField(
        label=gettext_lazy("Address, street corner, park or place"), required=False
    )
    directions = forms.CharField(
        label=gettext_lazy("How do we find the spot there?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    name = forms.CharField(label=gettext_lazy("Name"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone number"), required=False)
    email = forms.CharField(label=gettext_lazy("E-mail address"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Caller's language"), required=False)

    def __init__(self, typed: Mapping[str, Any], *, faults: Mapping[str, str]) -> None:
        super().__init__(typed, faults=faults)
        self.offer("language", settings.LANGUAGES)
        if "stop" in faults:
            self.fields["stop_read"] = forms.BooleanField(
                label=_("The caller was told this, and wants to report all the same"),
                required=False,
            )
        self.order_fields(["service", "told_at", "words", *self.asked(), "stop_read", "place"])


def typed_of(told: Mapping[str, Any], *, told_at: datetime) -> dict[str, Any]:
    """What was told, as the form's fields have it."""
    place = told.get("place", {})
    fields = {key: told.get(key, "") for key in ("service", "words", "name", "phone", "email")}
    answers = {
        f"{questions.PREFIX}{code}": value for code, value in told.get("answers", {}).items()
    }
    return {
        **fields,
        **answers,
        "language": told.get("language", phrases.spoken()),
        "place": place.get("words", ""),
        "directions": place.get("directions", ""),
        "told_at": local(told_at),
    }


def local(moment: datetime) -> str:
    """A time as a field for it has it: the city's, to the minute."""
    return moment.astimezone(clock.city_zone()).strftime("%Y-%m-%dT%H:%M")


def told_of(typed: Mapping[str, Any], *, before: Mapping[str, Any]) -> Told:
    """What the form says was told. The kit's own point stays as long as its words do."""
    text = {
        name: str(typed.get(name, ""))[: _LIMITS.get(name, 100)]
        for name in ("words", "name", "phone", "email", "service", "place", "directions")
    }
    place = before.get("place", {})
    kept = place if place.get("words") and place["words"] == text["place"] else {}
    where = {**kept, "words": text["place"], "directions": text["directions"]}
    language = str(typed.get("language", ""))
    return Told(
        service=text["service"],
        words=text["words"],
        place=ToldPlace.model_validate(where, strict=False),
        answers=questions.answers_of(typed),
        name=text["name"],
        phone=text["phone"],
        email=text["email"],
        language=language if phrases.is_offered(language) else phrases.spoken(),
        stop_read=bool(typed.get("stop_read")) or bool(before.get("stop_read")),
        no_danger=str(before.get("no_danger", "")),
    )


def moment_of(typed: Mapping[str, Any], *, before: datetime | None = None) -> datetime:
    """The time that the form says; raises ``Faults``. The seconds stay where it did not change."""
    said = str(typed.get("told_at", ""))
    if before is not None and said == local(before):
        return before
    try:
        return datetime.fromisoformat(said).replace(tzinfo=clock.city_zone())
    except ValueError:
        sentence = _("This must be a date and time such as 2026-12-24 08:00.")
        raise Faults({"told_at": sentence}) from None
