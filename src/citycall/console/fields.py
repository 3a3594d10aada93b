"""Fields that the supervisors' forms share: moments of the city's clock, areas, services."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.errors import DomainError
from citycall.core.phrases import said
from citycall.places import queries as places
from citycall.places.candidates import Candidate, Verdict

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

_WALL: Final = "%Y-%m-%dT%H:%M"
_RADII: Final = (100, 250, 500, 1000, 2500, 5000)


class MomentField(forms.DateTimeField):
    """A date and time of the city's clocks, as browsers write it; empty is none."""

    def __init__(self, *, label: "Text", help_text: "Text" = "") -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=False,
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_WALL),
            error_messages={"invalid": _("Please give a date and a time.")},
        )

    def prepare_value(self, value: Any) -> Any:
        """A moment as the city's clocks show it."""
        return value.astimezone(clock.city_zone()) if isinstance(value, datetime) else value


class DayField(forms.DateField):
    """A day; empty is none."""

    def __init__(self, *, label: "Text", help_text: "Text" = "", required: bool = False) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=required,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": _("Please give a date.")},
        )


class PlaceField(forms.CharField):
    """A place in words, which must be known: the cleaned value is it, or none."""

    def __init__(self, *, label: "Text", help_text: "Text" = "") -> None:
        super().__init__(label=label, help_text=help_text, required=False, max_length=200)

    def clean(self, value: Any) -> Candidate | None:
        words = super().clean(value)
        if not words:
            return None
        answer = places.search(words, limit=3)
        if answer.verdict is Verdict.NOTHING or not answer.candidates:
            raise forms.ValidationError(_("We know no such place. Try a corner or an address."))
        if answer.verdict is not Verdict.CLEAR:
            named = "; ".join(each.label for each in answer.candidates)
            sentence = _("This may be several places. Please write one of them: %(places)s")
            raise forms.ValidationError(sentence, params={"places": named})
        return answer.candidates[0]


class NumberField(forms.CharField):
    """A confirmation number, forgiving as always; empty is none."""

    def __init__(self, *, label: "Text", help_text: "Text" = "") -> None:
        super().__init__(label=label, help_text=help_text, required=False, max_length=80)

    def clean(self, value: Any) -> int | None:
        typed = super().clean(value)
        try:
            return numbers.read(typed) if typed else None
        except DomainError as error:
            raise forms.ValidationError(error.message) from None


def radius_field() -> forms.ChoiceField:
    """How far around a place."""
    choices = [(str(metres), _("%(n)d meters") % {"n": metres}) for metres in _RADII]
    return forms.ChoiceField(label=_("This far around it"), choices=choices, initial="500")


def services_field(*, label: "Text", help_text: "Text" = "") -> forms.MultipleChoiceField:
    """The services that can be asked for, several at a time."""
    return forms.MultipleChoiceField(
        label=label,
        help_text=help_text,
        required=False,
        choices=service_choices,
        widget=forms.SelectMultiple(attrs={"size": "6"}),
    )


def service_choices() -> Sequence[tuple[str, str]]:
    """Each offered service by name."""
    offered = [entry for entry in catalog().services if entry.active]
    return sorted(((e.spec.code, said(e.spec.name)) for e in offered), key=lambda pair: pair[1])


def area_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Each layer's areas by name, neighborhoods first: they are what people call a place."""
    index = places.areas()
    layers = sorted(index.layers, key=lambda layer: not layer.startswith("neighborhood"))
    return [
        (
            layer.replace("_", " ").capitalize(),
            sorted(((f"{layer}/{a.code}", a.name) for a in index.of_layer(layer)), key=_name),
        )
        for layer in layers
    ]


def _name(pair: tuple[str, str]) -> str:
    return pair[1].casefold()


def areas_field() -> forms.MultipleChoiceField:
    """Parts of the city, several at a time."""
    return forms.MultipleChoiceField(
        label=_("Parts of the city"),
        help_text=_("Without any, and without a place, it is for the whole city."),
        required=False,
        choices=area_choices,
        widget=forms.SelectMultiple(attrs={"size": "6"}),
    )


def area_name(name: str) -> str:
    """What people call an area ("layer/code")."""
    layer, _slash, code = name.partition("/")
    ref = places.areas().find(layer, code)
    return ref.name if ref else code
