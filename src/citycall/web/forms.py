"""The residents' forms. They only show: what was typed and what the rooms within say of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from citycall.catalog.specs import Datatype, Question
from citycall.places.models import LocationKind
from citycall.web import conditions

# With more choices than this a list that opens is shorter to read than one that is open.
MOST_RADIOS = 8


class TypedForm(forms.Form):
    """Shows ``typed`` again exactly, each fault beside its field; it judges nothing itself.

    ``also`` says which field shows a fault that belongs to none of the form's own.
    """

    also: Mapping[str, str] = {}

    def __init__(
        self, *, typed: Mapping[str, Any], faults: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data=dict(typed))
        self._faults = faults or {}

    def full_clean(self) -> None:
        """Take the faults as they were found."""
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data: dict[str, Any] = {}
        for name, sentence in self._faults.items():
            shown = self.also.get(name, name)
            self.add_error(shown if shown in self.fields else None, sentence)


class WhereForm(TypedForm):
    """A place in any words, how to find the spot, and what the device says."""

    also = {
        "location": "place",
        "kind": "place",
        "latitude": "place",
        "longitude": "place",
        "accuracy_m": "place",
    }

    place = forms.CharField(
        label=_("Address, street corner, park or place"),
        help_text=_(
            "For example: 1200 Harbor Street; Harbor Street and Pine Street; "
            "the ball field in Bayview Park. Your own words are fine."
        ),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": 300, "autocomplete": "off"}),
    )
    directions = forms.CharField(
        label=_("How do we find the spot there?"),
        help_text=_("For example: behind the playground, beside the blue bench."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    latitude = forms.CharField(required=False, widget=forms.HiddenInput)
    longitude = forms.CharField(required=False, widget=forms.HiddenInput)
    accuracy = forms.CharField(required=False, widget=forms.HiddenInput)
    code = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *,
        typed: Mapping[str, Any],
        faults: Mapping[str, str] | None = None,
        needed: bool = False,
    ) -> None:
        super().__init__(typed=typed, faults=faults)
        self.fields["place"].required = needed


class WhichPlaceForm(TypedForm):
    """Is it one of these places? And if not, what sort of place did the words mean?"""

    choice = forms.ChoiceField(label=_("Which one is it?"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=_("What sort of place is it?"),
        help_text=_("This service needs a place of one of these sorts."),
    )

    def __init__(
        self,
        *,
        typed: Mapping[str, Any],
        faults: Mapping[str, str] | None = None,
        choices: Sequence[tuple[str, str]],
        kinds: Sequence[LocationKind],
    ) -> None:
        super().__init__(typed=typed, faults=faults)
        self._offer("choice", choices)
        self._offer("kind", [("", ""), *((k.value, str(k.label)) for k in kinds)] if kinds else [])

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        if len(choices) > 1 and isinstance(field, forms.ChoiceField):
            field.choices = list(choices)
        else:
            del self.fields[name]


class QuestionsForm(TypedForm):
    """Some of a service's questions, before the form's own fields; named ``answers.<code>``."""

    def __init__(
        self,
        *,
        questions: Sequence[Question],
        answers: Mapping[str, Any],
        typed: Mapping[str, Any] | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> None:
        given = {field_name(code): answer for code, answer in answers.items()}
        super().__init__(typed={**given, **(typed or {})}, faults=faults)
        for question in questions:
            if question.variable:
                self.fields[field_name(question.code)] = _field(question)
        self.order_fields([name for name in self.fields if name not in self.base_fields])


class Photos(forms.FileInput):
    """Several pictures at once; phones offer the camera."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"multiple": True, "accept": "image/*"})


class DetailsForm(QuestionsForm):
    """The service's own questions, the resident's own words, and photos."""

    also = {"photo": "photos"}

    words = forms.CharField(
        label=_("Describe the problem in your own words"),
        help_text=_("Please leave out names, phone numbers and other private details."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    wanted = forms.CharField(
        label=_("What would you like done?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    photos = forms.FileField(
        label=_("Photos"),
        help_text=_("Up to five. Place and time hidden in a photo are removed."),
        required=False,
        widget=Photos,
    )


class ContactForm(TypedForm):
    """How to reach the person who reports."""

    also = {"contact": "email"}

    name = forms.CharField(
        label=_("Your name"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name", "maxlength": 150}),
    )
    email = forms.CharField(
        label=_("E-mail address"),
        help_text=_("We send you the confirmation number and what becomes of your report."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "maxlength": 254}),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        help_text=_("In case the crew cannot find the place."),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "maxlength": 40}),
    )


class EmailForm(TypedForm):
    """The address that a link is sent to."""

    email = forms.CharField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "maxlength": 254}),
    )


class TrackForm(TypedForm):
    """One number, however it is written."""

    number = forms.CharField(
        label=_("Confirmation number"),
        help_text=_("Twelve digits, such as 26-48392-01755. Spaces and dashes do not matter."),
        widget=forms.TextInput(attrs={"maxlength": 80, "autocomplete": "off"}),
    )


class MissingForm(TypedForm):
    """What an answer did not say, in one optional text."""

    missing = forms.CharField(
        label=_("What was missing?"),
        help_text=_("For the city's staff only. Please leave out names and phone numbers."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000}),
    )


class PlaceForm(TypedForm):
    """One place, in any words."""

    mark_optional = False
    place = forms.CharField(
        label=_("Your address"),
        help_text=_("An address, a street corner, a park or another name."),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": 300, "autocomplete": "street-address"}),
    )


class WordsForm(TypedForm):
    """One text that a step on the request page asks for."""

    also = {"reason": "words"}

    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(
        self, *, label: str, typed: Mapping[str, Any], faults: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(typed=typed, faults=faults)
        self.fields["words"].label = label


def field_name(code: str) -> str:
    """The name of a question's field, which is that of its fault too."""
    return f"answers.{code}"


def _field(question: Question) -> forms.Field:
    kind = forms.CharField
    options: dict[str, Any] = {"widget": _WIDGETS.get(question.datatype, forms.TextInput)()}
    if question.datatype is Datatype.NUMBER:
        options["widget"].attrs["inputmode"] = "decimal"
    if question.datatype.has_choices:
        options = {"choices": [(choice.key, choice.name) for choice in question.choices]}
        if question.datatype is Datatype.MULTI:
            return forms.MultipleChoiceField(
                widget=forms.CheckboxSelectMultiple, **options, **_said(question)
            )
        if len(question.choices) <= MOST_RADIOS:
            options["widget"] = forms.RadioSelect
        else:
            options["choices"] = [("", ""), *options["choices"]]
        return forms.ChoiceField(**options, **_said(question))
    return kind(**options, **_said(question))


def _said(question: Question) -> dict[str, Any]:
    return {
        "label": question.text,
        "help_text": question.help,
        "required": question.required,
    }


class _Moment(forms.TextInput):
    """A date and time in the browser's own picker; what was typed is shown again as it was."""

    input_type = "datetime-local"


_WIDGETS: Mapping[Datatype, type[forms.Widget]] = {
    Datatype.TEXT: forms.Textarea,
    Datatype.DATETIME: _Moment,
}


def asked(
    form: QuestionsForm, questions: Sequence[Question], visible: Sequence[Question]
) -> list[dict[str, Any]]:
    """Each question with its field and whether it is to be answered now, for the template."""
    now = {question.code for question in visible}
    return [
        {
            "question": question,
            "field": form[field_name(question.code)] if question.variable else None,
            "visible": question.code in now,
            "only_if": conditions.for_page(question),
            "stops": conditions.stops_for_page(question),
        }
        for question in questions
    ]


class DateForm(TypedForm):
    """One of the dates that are free, each in words."""

    day = forms.ChoiceField(label=_("Which date suits you?"), widget=forms.RadioSelect)

    def __init__(
        self,
        *,
        typed: Mapping[str, Any],
        dates: Sequence[tuple[str, str]],
        faults: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(typed=typed, faults=faults)
        field = self.fields["day"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(dates)


class RatingForm(TypedForm):
    """The two questions at the end."""

    satisfied = forms.ChoiceField(
        label=_("How satisfied are you with how the city handled this?"),
        widget=forms.RadioSelect,
        choices=[
            ("5", _("Very satisfied")),
            ("4", _("Satisfied")),
            ("3", _("Neither satisfied nor dissatisfied")),
            ("2", _("Dissatisfied")),
            ("1", _("Very dissatisfied")),
        ],
    )
    better = forms.CharField(
        label=_("What could the city do better?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 4000}),
    )
