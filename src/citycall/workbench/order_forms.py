"""The forms of work orders: what one says, who does it when, and how it ended."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.places import queries as places
from citycall.places.candidates import Verdict
from citycall.service_requests import queries as service_requests
from citycall.work_orders import queries
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.models import Crew, OrderState, WorkOrder
from citycall.work_orders.rules import Finished
from citycall.workbench.forms import _CHOOSE, UNREADABLE, PhotoField, Words

NO_TITLE: Final = _("Please say what is to be done.")


class Line(forms.CharField):
    """One line of words; ``missing`` is said where there must be some."""

    def __init__(self, label: Any, *, longest: int, missing: Any = "", **more: Any) -> None:
        super().__init__(
            label=label,
            max_length=longest,
            required=bool(missing),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={
                "required": missing,
                "null_characters_not_allowed": UNREADABLE,
            },
            **more,
        )


class OrderForm(forms.Form):
    """What an order says and needs."""

    title = Line(_("What is to be done?"), longest=150, missing=NO_TITLE)
    requests = Line(
        _("Requests that it is about"),
        longest=800,
        help_text=_("Confirmation numbers with commas. One request can have many work orders."),
    )
    place = Line(_("Place"), longest=300, help_text=_("Empty: the place of the first request."))
    minutes = forms.IntegerField(
        label=_("Minutes that it takes"), initial=30, min_value=1, max_value=1_440
    )
    instructions = Words(_("Instructions for the crew"), missing="")
    skills = Line(
        _("Skills that it needs"), longest=300, help_text=_("With commas: chainsaw, electrical.")
    )
    materials = Words(_("Material"), missing="", help_text=_("A line each: name; amount; unit."))
    checklist = Words(_("Checklist"), missing="", help_text=_("A point on each line."))
    firsts = Line(
        _("Work orders that must be done before"),
        longest=200,
        help_text=_("Their numbers with commas."),
    )
    signature_needed = forms.BooleanField(label=_("Somebody signs for it"), required=False)
    announced = forms.BooleanField(
        label=_("Residents read on which day the crew comes"), required=False, initial=True
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_requests(self) -> list[int]:
        """The ids behind the numbers, as far as the actor may read them."""
        try:
            return [
                service_requests.root_id(
                    service_requests.get_for(self.actor, numbers.read(number)).pk
                )
                for number in parts_of(self.cleaned_data["requests"])
            ]
        except DomainError as error:
            raise forms.ValidationError(error.message) from None

    def clean_firsts(self) -> list[int]:
        """The ids of orders that the actor may read."""
        try:
            return [
                queries.get_for(self.actor, int(number)).pk
                for number in parts_of(self.cleaned_data["firsts"])
                if number.isascii() and number.isdigit() and len(number) < 18
            ]
        except DomainError as error:
            raise forms.ValidationError(error.message) from None

    def draft(self) -> Draft:
        """What was written; a place is looked up in the city's gazetteer."""
        told = self.cleaned_data
        longitude, latitude = point_of(told["place"])
        return Draft(
            title=told["title"],
            place=told["place"],
            longitude=longitude,
            latitude=latitude,
            minutes=told["minutes"],
            instructions=told["instructions"],
            skills=parts_of(told["skills"]),
            materials=_materials(told["materials"]),
            checklist=told["checklist"].splitlines(),
            signature_needed=told["signature_needed"],
            announced=told["announced"],
        )


def written(order: WorkOrder) -> dict[str, Any]:
    """An order as its form has it."""
    return {
        "title": order.title,
        "place": order.place,
        "minutes": order.minutes,
        "instructions": order.instructions,
        "skills": ", ".join(order.skills),
        "materials": "\n".join(
            f"{line['name']}; {line['amount']:g}; {line['unit']}" for line in order.materials
        ),
        "checklist": "\n".join(point["text"] for point in order.checklist),
        "signature_needed": order.signature_needed,
        "announced": order.announced,
    }


def parts_of(text: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _materials(text: str) -> list[Mapping[str, Any]]:
    """Lines of "name; amount; unit"; a line without an amount means one."""
    lines: list[Mapping[str, Any]] = []
    for line in text.splitlines():
        name, amount, unit = (part.strip() for part in f"{line};;".split(";")[:3])
        lines.append({"name": name, "amount": amount.replace(",", ".") or 1, "unit": unit})
    return lines


def point_of(place: str) -> tuple[float | None, float | None]:
    """Longitude and latitude of a place, where the gazetteer is sure; none otherwise."""
    answer = places.search(place, limit=1) if place else None
    if answer is None or answer.verdict is not Verdict.CLEAR:
        return None, None
    return answer.candidates[0].longitude, answer.candidates[0].latitude


class PlanForm(forms.Form):
    """Which crew, on which day."""

    crew = forms.ChoiceField(label=_("Crew"), error_messages=_CHOOSE)
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Please choose a day."),
            "invalid": _("Please choose a day."),
        },
    )

    def __init__(self, *args: Any, crews: Sequence[Crew], today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"day": today})
        super().__init__(*args, **kwargs)
        field = self.fields["crew"]
        assert isinstance(field, forms.ChoiceField)
        named = [(str(crew.pk), crew.name) for crew in crews]
        field.choices = [("", _now("Choose a crew")), *named]


class FinishForm(forms.Form):
    """How it ended, as a crew says without its phone."""

    mark_optional = False
    outcome = forms.ChoiceField(label=_("Outcome"), required=False)
    explanation = Words(
        _("What was done?"), help_text=_("The people who reported this will read it."), missing=""
    )
    done = forms.BooleanField(label=_("Every point of the checklist is done"), required=False)
    signed = Line(_("Name of who took it over"), longest=200)
    photo = PhotoField(_("Photo of the finished work"), required=False)

    def __init__(
        self,
        *args: Any,
        order: WorkOrder,
        outcomes: Sequence[Mapping[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        named = [(outcome["code"], outcome["name"]) for outcome in outcomes]
        field.choices = [("", _now("Choose an outcome")), *named]
        for name, wanted in (
            ("outcome", bool(outcomes)),
            ("done", bool(order.checklist)),
            ("signed", order.signature_needed),
        ):
            if not wanted:
                del self.fields[name]

    def finished(self) -> Finished:
        """What was told, as a phone would tell it."""
        told = self.cleaned_data
        done = bool(told.get("done"))
        name = told.get("signed", "")
        return Finished(
            outcome=told.get("outcome", ""),
            explanation=told["explanation"],
            answers={point["code"]: done for point in self.order.checklist} | {"open": not done},
            used=self.order.materials,
            signature={"name": name} if name else None,
        )


class WordsForm(forms.Form):
    """What somebody says of an order."""

    words = Words(
        _("Where did you look, and what should the reporter be asked?"),
        missing=_("Please say what you looked for, or what the reporter should be asked."),
    )


class OrdersForm(forms.Form):
    """Which orders the list shows; a value that is not offered counts as none."""

    mark_optional = False
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("unended", _("To be done")), *OrderState.choices, ("all", _("Everything"))],
    )
    crew = forms.ChoiceField(label=_("Crew"), required=False)
    words = Line(_("Words in title or place"), longest=80)

    def __init__(self, *args: Any, crews: Sequence[Crew], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["crew"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _now("All crews")), *((str(c.pk), c.name) for c in crews)]
