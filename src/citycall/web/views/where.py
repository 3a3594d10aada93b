"""Where is it? Any words, a place that was found for them, a pin; never an address or nothing."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _

from citycall.pages import place_words
from citycall.places.candidates import Answer, Candidate, Verdict
from citycall.places.models import LocationKind
from citycall.places.queries import areas
from citycall.web import photo_point, steps, telling
from citycall.web.forms import WhereForm, WhichPlaceForm
from citycall.web.steps import Step
from citycall.web.telling import Telling
from citycall.web.views.telling import StepView

_AS_WRITTEN: Final = "as-written"
_LONGEST: Final = 20_000


class Where(StepView):
    """Where is it? In any words; by a pin or the device; never by a street address only."""

    step = Step.WHERE
    template = "web/report/where.html"
    before_service = True

    def take(self, request: HttpRequest) -> dict[str, str]:
        """The words and the pin, and the place that they mean beyond doubt."""
        sent, told = request.POST, self.telling
        told.place = sent.get("place", "")[: place_words.LONGEST_TYPED]
        told.directions = sent.get("directions", "")[:_LONGEST]
        for name in ("latitude", "longitude", "accuracy"):
            setattr(told, name, sent.get(name, "")[:30])
        told.done = [step for step in told.done if step not in {Step.WHERE, Step.KNOWN}]
        told.joins = ""
        self._find(code=sent.get("code", "")[:200])
        told.pointed = place_words.at_pin(told.pin)
        if "photo_place" in sent:
            photo_point.accept(told, sent["photo_place"])
        return {}

    def _find(self, *, code: str) -> None:
        told = self.telling
        if told.decided == told.place and code in {"", (told.found or {}).get("code")}:
            return
        told.found, told.decided, told.kind = None, None, ""
        answer = place_words.search(told.place, pin=told.pin)
        place = place_words.chosen(answer, code=code, pin=told.pin)
        if place is not None:
            told.take_place(place)

    def faults(self) -> dict[str, str]:
        """Everything that is wrong with the place, except what can still be asked."""
        told = self.telling
        if _must_ask(told):
            return {}
        found = told.faults(*WhereForm.base_fields, *WhereForm.also)
        if "location" in found:
            return {**found, "location": _better(told, found["location"])}
        return found or _too_far(told)

    def passed(self, request: HttpRequest) -> HttpResponse:
        """Ask which place is meant, where the words may mean several or none that is known."""
        if _must_ask(self.telling):
            telling.save(request, self.telling)
            return redirect("web:report-place")
        return super().passed(request)

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """The form, the place that was found for the words, and whose it is outside the city."""
        told = self.telling
        found = told.chosen
        typed = {name: getattr(told, name, "") for name in WhereForm.base_fields}
        typed["code"] = found["code"] if found else ""
        point = place_words.near(told.pin)
        return {
            "form": WhereForm(
                typed=typed,
                faults=faults,
                needed=not told.service or self.entry.spec.location == "required",
            ),
            "photo_place": photo_point.offered(told),
            "found": found,
            "found_json": json.dumps(found),
            "pointed": told.pointed if point and not told.place.strip() else None,
            "start": point or _point_of(found),
            "neighbor": _neighbor(told),
            "words": json.dumps(_words()),
        }


class WhichPlace(StepView):
    """Which of the places that the words may mean is it, if any? And if none is known?"""

    step = Step.WHERE
    template = "web/report/place.html"
    before_service = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """The candidates, as long as there is something to decide."""
        if not (self.telling.decided == self.telling.place or _must_ask(self.telling)):
            return redirect(steps.address(Step.WHERE))
        return self.page(request)

    def take(self, request: HttpRequest) -> dict[str, str]:
        """The chosen place, or that none is meant and what sort of place it is."""
        told, choice = self.telling, request.POST.get("choice", "")
        places = self._places()
        chosen = next((place for place in places if place.code == choice), None)
        kind = request.POST.get("kind", "")
        told.found, told.kind = None, kind if kind in LocationKind.values else ""
        if chosen is not None:
            told.take_place(chosen)
            return {}
        if places and choice != _AS_WRITTEN:
            return {"choice": _("Please choose one, or say that it is none of these.")}
        if self._kinds() and not told.kind:
            return {"kind": _("Please choose what sort of place it is.")}
        return {}

    def faults(self) -> dict[str, str]:
        """What is wrong with the place now that it is chosen."""
        told = self.telling
        if told.found is None and self._kinds() and not told.kind:
            return {}
        was, told.decided = told.decided, told.place
        found = told.faults("location", "kind")
        told.decided = was
        return {"choice": _better(told, " ".join(found.values()))} if found else {}

    def passed(self, request: HttpRequest) -> HttpResponse:
        """These words are decided."""
        self.telling.decided = self.telling.place
        return super().passed(request)

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """Candidates, and the sorts of place to choose from where that is needed."""
        found, told = self._places(), self.telling
        choices = [(place.code, _choice(place)) for place in found]
        if found:
            choices.append((_AS_WRITTEN, _("None of these: keep my words as I wrote them")))
        chosen = told.found["code"] if told.found else ""
        typed = {"choice": chosen or (_AS_WRITTEN if told.kind else ""), "kind": told.kind}
        form = WhichPlaceForm(typed=typed, faults=faults, choices=choices, kinds=self._kinds())
        return {"form": form, "places": found, "fault": faults.get("choice", "")}

    def _places(self) -> tuple[Candidate, ...]:
        return _answer(self.telling).candidates

    def _kinds(self) -> list[LocationKind]:
        accepted = self.telling.accepted
        guess = place_words.likely_kind(
            self.telling.place, accepted=accepted, pointed=bool(self.telling.latitude)
        )
        pointing = {LocationKind.POINT, LocationKind.ASSET}
        return [] if guess is not None else [kind for kind in accepted if kind not in pointing]


def _answer(told: Telling) -> Answer:
    return place_words.search(told.place, pin=told.pin)


def _must_ask(told: Telling) -> bool:
    """Whether the words are not decided and no pin says well enough what they mean."""
    if told.decided == told.place or not told.place.strip():
        return False
    accepted = told.accepted
    kind = place_words.likely_kind(told.place, accepted=accepted, pointed=bool(told.latitude))
    if kind is None:
        return True
    if place_words.is_exact(told.pin):
        return False
    answer = _answer(told)
    return answer.verdict is not Verdict.NOTHING or not place_words.is_plain_address(told.place)


def _better(told: Telling, sentence: str) -> str:
    """What finds the problem, where a place was found of a kind that the service does not take."""
    accepted = told.accepted
    location = told.location()
    if location is None or not accepted or location.kind in accepted:
        return sentence
    return place_words.what_is_needed(location.place or location.directions, accepted)


def _too_far(told: Telling) -> dict[str, str]:
    """The fault of a pin that cannot mean the place that was named."""
    metres = place_words.far_from(told.chosen, told.pin) if told.chosen else None
    if metres is None or told.chosen is None:
        return {}
    sentence = _(
        "Your pin is %(km)s km from “%(place)s”. Please move or remove the pin, "
        "or change the words."
    ) % {"km": f"{metres / 1000:.1f}", "place": told.chosen["label"]}
    return {"place": sentence}


def _neighbor(told: Telling) -> Any:
    """The neighbouring body whose ground the place is on, where it is outside the city."""
    point = place_words.near(told.pin) or _point_of(told.chosen)
    if point is None or areas().inside_city(*point):
        return None
    return areas().neighbor_at(*point)


def _point_of(found: Mapping[str, Any] | None) -> tuple[float, float] | None:
    return (found["longitude"], found["latitude"]) if found else None


def _choice(place: Candidate) -> str:
    """A candidate's name, with what tells it from its like and why it was found below."""
    notes = " · ".join(note for note in (place.detail, place.reason) if note)
    return format_html('{}<span class="usa-radio__label-description">{}</span>', place.label, notes)


def _words() -> dict[str, str]:
    """What the page's script says."""
    return {
        "listLabel": _("Places found"),
        "some": _("Places found: %s. Use the arrow keys to choose, or keep your own words."),
        "none": _("No such place is known here. Keep your own words, or put a pin on the map."),
        "chosen": _("Chosen: %s"),
        "asking": _("Asking your device …"),
        "located": _("Your location was added, exact to about %s meters."),
        "refused": _("Your device does not give its location. Please describe the place instead."),
        "failed": _("Your location could not be found. Please describe the place instead."),
        "pinAt": _("The pin is at: %s"),
        "pinSet": _("The pin is set."),
        "pinRemoved": _("The pin was removed."),
        "apart": _("The pin is not at “%s”. Which do you mean?"),
        "usePin": _("Where the pin is: %s"),
        "usePlace": "%s",
        "call": _("Call %s"),
    }
