"""The form by which a day of appointments is called off."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citycall.appointments import policies
from citycall.appointments.actions.calling_off import LONGEST_REASON, Plan
from citycall.appointments.models import CalledOff
from citycall.appointments.queries import route_name
from citycall.appointments.rules import EVERY_ROUTE
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults


def calling_off_of(actor: Actor) -> list[ServiceEntry]:
    """The services with appointments whose days the actor may call off."""
    grant = policies.PERMISSIONS["call_off"]
    return [
        entry
        for entry in catalog().services
        if entry.spec.booking is not None and grant.allows(actor, agency_id=entry.agency_id)
    ]


def crew_name(row: CalledOff) -> str:
    """The name of the crew that does not drive; empty where none does."""
    booking = catalog().service_by_id(row.service_id).spec.booking
    crews = booking.crews if booking is not None else ()
    return next((crew.name for crew in crews if crew.code == row.crew), row.crew)


def route_words(route: str) -> str:
    """A route's name for people."""
    if route == EVERY_ROUTE:
        return str(_("Every route"))
    return route_name(route) or str(_("Rest of the city"))


class CallOffForm(forms.Form):
    """Which day, of which service, on which route and with which crew, and why."""

    service = forms.ChoiceField(label=_("Service"))
    day = forms.DateField(
        label=_("Day that is called off"), widget=forms.DateInput(attrs={"type": "date"})
    )
    route = forms.ChoiceField(label=_("Route"), required=False)
    crew = forms.ChoiceField(label=_("Crew"), required=False)
    instead = forms.DateField(
        label=_("Day on which they come instead"),
        help_text=_("Leave it empty, and everybody gets the next free date."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Everybody who is booked reads it."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    asks = forms.BooleanField(
        label=_("Ask everybody to choose a date, and give them none"), required=False
    )

    def __init__(self, *args: Any, services: list[ServiceEntry], **more: Any) -> None:
        super().__init__(*args, **more)
        bookings = [entry.spec.booking for entry in services if entry.spec.booking is not None]
        routes = {route.area for booking in bookings for route in booking.routes}
        rest = [""] if any(booking.weekdays for booking in bookings) else []
        crews = {crew.code: crew.name for booking in bookings for crew in booking.crews}
        self._choose("service", [(entry.code, entry.name) for entry in services])
        named = [(code, route_words(code)) for code in sorted(routes)]
        named += [("rest", route_words("")) for _each in rest]
        self._choose("route", [(EVERY_ROUTE, route_words(EVERY_ROUTE)), *named])
        self._choose("crew", [("", str(_("Every crew"))), *sorted(crews.items())])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def plan(self) -> Plan:
        """What was typed."""
        typed = self.cleaned_data
        return Plan(
            service=typed["service"],
            day=typed["day"],
            route="" if typed["route"] == "rest" else typed["route"] or EVERY_ROUTE,
            crew=typed["crew"],
            instead=typed["instead"],
            reason=typed["reason"],
            asks=typed["asks"],
        )

    def say(self, error: DomainError) -> None:
        """Put what is wrong beside its field."""
        faults = error.faults if isinstance(error, Faults) else {error.field: error.message}
        for field, sentence in faults.items():
            self.add_error(field if field in self.fields else None, sentence)
