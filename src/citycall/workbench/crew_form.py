"""The form of a crew."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citycall.accounts.queries import colleagues
from citycall.work_orders.actions.crews import CrewDraft
from citycall.work_orders.models import Crew
from citycall.workbench.order_forms import Line, parts_of, point_of


class CrewForm(forms.Form):
    """Who goes out together, with which skills, from where, and for how long."""

    name = Line(_("Name of the crew"), longest=100, missing=_("Please give the crew a name."))
    members = forms.MultipleChoiceField(
        label=_("Members"), required=False, widget=forms.CheckboxSelectMultiple
    )
    skills = Line(_("Skills"), longest=300, help_text=_("With commas: chainsaw, electrical."))
    vehicle = Line(_("Vehicle"), longest=100)
    place = Line(_("Where their day begins"), longest=300)
    begins = forms.TimeField(
        label=_("When their day begins"),
        initial="07:30",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    minutes = forms.IntegerField(
        label=_("Minutes of work and driving in a day"), initial=420, min_value=1, max_value=1_440
    )
    active = forms.BooleanField(label=_("The crew is at work"), required=False, initial=True)

    def __init__(self, *args: Any, agency_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["members"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(user.pk), str(user)) for user in colleagues(agency_id)]

    def draft(self, crew: Crew | None) -> CrewDraft:
        """What was written; a changed start place is looked up in the city's gazetteer."""
        told = self.cleaned_data
        longitude, latitude = point_of(told["place"])
        if crew is not None and crew.place == told["place"]:
            longitude, latitude = crew.longitude, crew.latitude
        return CrewDraft(
            name=told["name"],
            member_ids=[int(pk) for pk in told["members"]],
            skills=parts_of(told["skills"]),
            vehicle=told["vehicle"],
            place=told["place"],
            longitude=longitude,
            latitude=latitude,
            begins=told["begins"],
            minutes=told["minutes"],
            active=told["active"],
        )


def written(crew: Crew) -> dict[str, Any]:
    """A crew as its form has it."""
    return {
        "name": crew.name,
        "members": [str(user.pk) for user in crew.members.all()],
        "skills": ", ".join(crew.skills),
        "vehicle": crew.vehicle,
        "place": crew.place,
        "begins": crew.begins,
        "minutes": crew.minutes,
        "active": crew.active,
    }
