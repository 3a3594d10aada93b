"""A service's questions as fields of a form that staff fill in, and what was typed in them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import ServiceEntry, UnknownService, catalog
from citycall.catalog.questions import Datatype, Question

PREFIX: Final = "answers."
_MOST_RADIOS: Final = 8


class ToldForm(forms.Form):
    """What somebody told, as it was typed, with the questions of its service.

    It judges nothing itself: ``faults`` are what was found elsewhere, shown at the fields of their
    names, or at those that ``also`` names for them.
    """

    also: Mapping[str, str] = {
        "location": "place",
        "kind": "place",
        "latitude": "place",
        "longitude": "place",
        "contact": "phone",
        "stop": "stop_read",
    }

    service = forms.ChoiceField(label=gettext_lazy("Service"))

    def __init__(self, typed: Mapping[str, Any], *, faults: Mapping[str, str]) -> None:
        super().__init__(data=dict(typed))
        self._faults = faults
        self.offer("service", [("", _("Please choose")), *services()])
        self.fields |= fields_of(str(typed.get("service", "")))

    def offer(self, name: str, choices: Sequence[Any]) -> None:
        """Let the field of this name be chosen from these."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def asked(self) -> list[str]:
        """The names of the questions' fields."""
        return [name for name in self.fields if name.startswith(PREFIX)]

    def full_clean(self) -> None:
        """Take the faults as they were found."""
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data: dict[str, Any] = {}
        for name, sentence in self._faults.items():
            shown = self.also.get(name, name)
            self.add_error(shown if shown in self.fields else None, sentence)


def services() -> list[tuple[str, list[tuple[str, str]]]]:
    """The offered services by group, as a choice field takes them."""
    return [
        (group.name, [(entry.code, entry.name) for entry in group.services])
        for group in catalog().groups
    ]


def entry_of(code: str) -> ServiceEntry | None:
    """The service with this code, or none."""
    try:
        return catalog().service(code)
    except UnknownService:
        return None


def fields_of(code: str) -> dict[str, forms.Field]:
    """A field for each question of a service; what is wrong with an answer is found elsewhere."""
    return {f"{PREFIX}{each.code}": _field(each) for each in _asked(code)}


def typed_in(sent: QueryDict) -> dict[str, Any]:
    """What a form sent, for showing it again."""
    many = {
        f"{PREFIX}{each.code}"
        for each in _asked(sent.get("service", ""))
        if each.datatype is Datatype.MULTI
    }
    return {name: sent.getlist(name) if name in many else sent.get(name, "") for name in sent}


def answers_of(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to what is asked, given what was answered before it."""
    entry = entry_of(str(typed.get("service", "")))
    if entry is None:
        return {}
    given = {
        question.code: _short(typed.get(f"{PREFIX}{question.code}", ""))
        for question in entry.spec.questions
        if question.variable
    }
    answered = {code: value for code, value in given.items() if value}
    asked = {question.code for question in catalog_rules.visible_questions(entry.spec, answered)}
    return {code: value for code, value in answered.items() if code in asked}


def _asked(code: str) -> list[Question]:
    entry = entry_of(code)
    return [each for each in entry.spec.questions if each.variable] if entry else []


def _field(question: Question) -> forms.Field:
    common: dict[str, Any] = {
        "label": question.text,
        "help_text": question.help,
        "required": question.required and not question.only_if,
    }
    choices = [(choice.key, choice.name) for choice in question.choices]
    if question.datatype is Datatype.MULTI:
        many = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=choices, widget=many, **common)
    if question.datatype is Datatype.SINGLE:
        if len(choices) > _MOST_RADIOS:
            return forms.ChoiceField(choices=[("", _("Please choose")), *choices], **common)
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    if question.datatype is Datatype.DATETIME:
        moment = forms.DateTimeInput(attrs={"type": "datetime-local"})
        return forms.CharField(widget=moment, **common)
    if question.datatype is Datatype.TEXT:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), **common)
    return forms.CharField(**common)


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [str(each)[:300] for each in value[:200]]
    return str(value)[:4_000]
