"""The form of work that comes again."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.actions.recurring import Spot
from citycall.work_orders.models import Crew
from citycall.work_orders.recurrence import Rule
from citycall.workbench.forms import _CHOOSE, Words
from citycall.workbench.order_forms import NO_TITLE, Line, point_of

_DAYS = (
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
)


class RecurringForm(forms.Form):
    """What comes again, where, how often, in which season, and whose work it is."""

    title = Line(_("What is to be done?"), longest=150, missing=NO_TITLE)
    places = Words(
        _("Places"), missing=_("Please give a place."), help_text=_("A place on each line.")
    )
    every = forms.IntegerField(label=_("Every so many"), initial=1, min_value=1, max_value=60)
    unit = forms.ChoiceField(
        label=_("Weeks or months"), choices=[("weeks", _("Weeks")), ("months", _("Months"))]
    )
    weekdays = forms.MultipleChoiceField(
        label=_("Days of the week"),
        choices=_DAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For weeks."),
    )
    day = forms.IntegerField(
        label=_("Day of the month"),
        initial=1,
        min_value=1,
        max_value=31,
        help_text=_("For months."),
    )
    begins = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    season_from = forms.DateField(
        label=_("First day of the season"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The year does not matter. Empty: all year."),
    )
    season_until = forms.DateField(
        label=_("Last day of the season"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    minutes = forms.IntegerField(
        label=_("Minutes that it takes"), initial=30, min_value=1, max_value=1_440
    )
    crew = forms.ChoiceField(label=_("Crew"), error_messages=_CHOOSE)
    instructions = Words(_("Instructions for the crew"), missing="")

    def __init__(self, *args: Any, crews: Sequence[Crew], today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"begins": today})
        super().__init__(*args, **kwargs)
        field = self.fields["crew"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _now("Choose a crew")), *((str(c.pk), c.name) for c in crews)]

    def clean(self) -> dict[str, Any]:
        """Read the rule; what is wrong with it is said above the form."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        season = [cleaned["season_from"], cleaned["season_until"]]
        first, last = ((each.month, each.day) if each else None for each in season)
        told = {name: cleaned[name] for name in ("every", "unit", "weekdays", "day", "begins")}
        try:
            cleaned["rule"] = Rule.model_validate(
                {**told, "season_from": first, "season_until": last}
            )
        except ValidationError as error:
            for fault in error.errors():
                self.add_error(None, fault["msg"].removeprefix("Value error, "))
        return cleaned

    def draft(self) -> Draft:
        """What each order says."""
        told = self.cleaned_data
        return Draft(
            title=told["title"], minutes=told["minutes"], instructions=told["instructions"]
        )

    def spots(self) -> list[Spot]:
        """The places, each looked up in the city's gazetteer."""
        lines = [line.strip() for line in self.cleaned_data["places"].splitlines()]
        made = []
        for line in filter(None, lines):
            longitude, latitude = point_of(line)
            made.append(Spot(place=line[:300], longitude=longitude, latitude=latitude))
        return made
