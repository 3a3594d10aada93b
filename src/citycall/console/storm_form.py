"""One switch: what storm mode begins with."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.agencies.documents import read
from citycall.calls.storm import LONGEST_WORDS, Plan
from citycall.console import fields
from citycall.core import clock
from citycall.knowledge import alerts, ready_alerts
from citycall.knowledge.specs import AlertSpec, AlertState, CircleSpec
from citycall.places.candidates import Candidate
from citycall.places.locations import Location
from citycall.service_requests.drafts import Draft
from citycall.service_requests.models import Channel

# The fields of the form that say what a plan's own faults are about.
FIELDS: Final = {"new_alert": "alert", "incident": "make"}


class StormForm(forms.Form):
    """An alert that is told already or a ready one, where, which service, which incident."""

    alert = forms.ChoiceField(label=_("Alert that callers hear first"), required=False)
    title = forms.CharField(
        label=_("Or in your own words: title"),
        required=False,
        max_length=150,
        help_text=_("These are told as they stand, in this language alone."),
    )
    words = forms.CharField(
        label=_("What people should know"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    place = fields.PlaceField(
        label=_("Around a place"), help_text=_("An address, a corner, a park or another name.")
    )
    service = forms.ChoiceField(
        label=_("Service that people call about"),
        required=False,
        help_text=_("Reports of it from this part of the city join the incident."),
    )
    number = fields.NumberField(
        label=_("Incident: number of a known request"),
        help_text=_("All reports are added to it, and everybody who told of it hears the end."),
    )
    make = forms.BooleanField(
        label=_("Make the incident's request now, at the place above"), required=False
    )
    ends_at = fields.MomentField(
        label=_("Ends by itself"), help_text=_("Empty: until somebody ends it.")
    )
    drill = forms.BooleanField(
        label=_("This is a drill"),
        required=False,
        help_text=_("Only staff see it. No alert is told and no request is made."),
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["words"].widget.attrs.pop("maxlength", None)
        told = [(f"told {each.code}", each.title) for each in alerts.live(at=at)]
        ready = [(f"ready {code}", each.name) for code, each in ready_alerts.READY.items()]
        self.fields["areas"] = fields.areas_field()
        self.fields["radius"] = fields.radius_field()
        self.fields["radius"].required = False
        for name, choices in (
            (
                "alert",
                [
                    ("", _("Choose one")),
                    (_("A new one, ready in every language"), ready),
                    (_("Told already"), told),
                ],
            ),
            ("service", [("", _("None")), *fields.service_choices()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """An incident that is made needs a service and a place."""
        told = super().clean() or {}
        if told.get("make"):
            if not told.get("service"):
                self.add_error("service", _now("Choose the service of the incident's request."))
            if "place" in told and told["place"] is None:
                self.add_error("place", _now("Say where the incident is."))
        return told

    def plan(self) -> Plan:
        """What the form says. Raises ``Faults``."""
        told = self.cleaned_data
        place = told["place"]
        circle = _circle(place, told["radius"]) if place is not None else None
        kind, _space, code = told["alert"].partition(" ")
        return Plan(
            words=told["title"][:LONGEST_WORDS],
            alert=code if kind == "told" else "",
            new_alert=self._new(code if kind == "ready" else "", circle),
            service=told["service"],
            number=told["number"],
            incident=self._incident(place) if told["make"] and place is not None else None,
            areas=tuple(told["areas"]),
            circle=circle,
            ends_at=told["ends_at"],
            drill=told["drill"],
        )

    def _new(self, ready: str, circle: CircleSpec | None) -> AlertSpec | None:
        told = self.cleaned_data
        if told["alert"].startswith("told ") or not (ready or (told["title"] and told["words"])):
            return None
        first = settings.LANGUAGE_CODE
        texts = ready_alerts.texts(ready, area=self._area()) if ready else {}
        said = {
            code: {"title": title, "words": words}
            for code, (title, words) in texts.items()
            if code != first
        }
        title, words = texts.get(first, ("", ""))
        minute = self.at.astimezone(clock.city_zone()).strftime("%Y%m%d-%H%M%S")
        document = {
            "code": f"storm-{minute}",
            "title": told["title"] or title,
            "words": told["words"] or words,
            # Own words stand alone: a ready translation would say something else.
            "translations": {} if told["title"] or told["words"] else said,
            "language": first,
            "state": AlertState.KNOWN.value,
            "starts": self.at,
            "ends": told["ends_at"],
            "services": [told["service"]] if told["service"] else [],
            "areas": told["areas"],
            "circle": circle.model_dump() if circle else None,
        }
        return read(AlertSpec, document)

    def _area(self) -> str:
        told = self.cleaned_data
        if told["areas"]:
            return ", ".join(fields.area_name(each) for each in told["areas"][:3])
        return told["place"].label if told["place"] else settings.CITYCALL_CITY_NAME

    def _incident(self, place: Candidate) -> Draft:
        told = self.cleaned_data
        location = Location(
            kind=place.kind,
            longitude=place.longitude,
            latitude=place.latitude,
            place=place.label,
        )
        return Draft(
            service=told["service"],
            channel=Channel.STAFF,
            location=location,
            words=told["words"] or told["title"],
            language=settings.LANGUAGE_CODE,
            idempotency_key=f"storm {self.at.isoformat()}",
            stop_read=True,
        )


def _circle(place: Candidate, radius: str) -> CircleSpec:
    return CircleSpec(
        longitude=place.longitude, latitude=place.latitude, radius_m=float(radius or 500)
    )
