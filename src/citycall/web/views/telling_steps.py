"""Each step's own form: safety, where, details, known already, contact."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import IO, Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from citycall.catalog import rules as catalog_rules
from citycall.catalog.questions import Datatype, Question
from citycall.core.errors import DomainError, Faults
from citycall.places.models import LocationKind
from citycall.service_requests import photos
from citycall.service_requests.actions.tell_more import NotOpen
from citycall.web import place_words, steps, telling
from citycall.web.forms import (
    ContactForm,
    DetailsForm,
    QuestionsForm,
    WhereForm,
    WhichPlaceForm,
    asked,
    field_name,
)
from citycall.web.steps import Step
from citycall.web.telling import MOST_PHOTOS
from citycall.web.views.photos import picture
from citycall.web.views.sending import deliver
from citycall.web.views.telling import StepView, go_on, private

_AS_WRITTEN: Final = "as-written"
_LONGEST: Final = 20_000


class Asking(StepView):
    """A step that asks questions of the service; an answer may bring further ones."""

    new_questions = False

    def questions(self) -> tuple[Question, ...]:
        """The questions that belong to this step."""
        return steps.questions_of(self.step, self.entry.spec)

    def faults(self) -> dict[str, str]:
        """What is wrong with answers and words."""
        return steps.faults_of(self.step, self.telling)

    def visible(self) -> list[Question]:
        """Those of them that these answers call for."""
        shown = catalog_rules.visible_questions(self.entry.spec, self.telling.own_answers())
        return [question for question in self.questions() if question in shown]

    def keep_answers(self, request: HttpRequest) -> None:
        """Keep the answers to what was asked, and see whether they bring new questions."""
        was_asked = set(request.POST.getlist("asked"))
        for question in self.questions():
            if question.variable and question.code in was_asked:
                sent = request.POST.getlist(field_name(question.code))
                given = [item[:_LONGEST] for item in sent]
                many = question.datatype is Datatype.MULTI
                self.telling.answers[question.code] = given if many else "".join(given[:1])
        self.new_questions = any(q.code not in was_asked for q in self.visible())

    def interrupt(self) -> HttpResponse | None:
        """A stop comes before anything else, and new questions before any fault."""
        if self.telling.stop() is not None:
            self.telling.stopped_at = self.step.value
            telling.save(self.request, self.telling)
            return redirect("web:report-stop")
        return self.page(self.request, faults=self.taken) if self.new_questions else None

    def asked(self, form: QuestionsForm) -> dict[str, Any]:
        """The form and its questions for the template."""
        return {
            "form": form,
            "questions": asked(form, self.questions(), self.visible()),
            "new_questions": self.new_questions,
        }


class Safety(Asking):
    """The questions whose answers can mean: call 911 first."""

    step = Step.SAFETY
    template = "web/report/safety.html"

    def take(self, request: HttpRequest) -> dict[str, str]:
        """The answers."""
        self.keep_answers(request)
        return {}

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """The questions."""
        answers = self.telling.own_answers()
        form = QuestionsForm(questions=self.questions(), answers=answers, faults=faults)
        return self.asked(form)


class Where(StepView):
    """Where is it? In any words; by the device's location; never by a street address only."""

    step = Step.WHERE
    template = "web/report/where.html"

    def take(self, request: HttpRequest) -> dict[str, str]:
        """The words and the device's point."""
        sent, told = request.POST, self.telling
        told.place = sent.get("place", "")[: place_words.LONGEST_TYPED]
        told.directions = sent.get("directions", "")[:_LONGEST]
        for name in ("latitude", "longitude", "accuracy"):
            setattr(told, name, sent.get(name, "")[:30])
        told.done = [step for step in told.done if step not in {Step.WHERE, Step.KNOWN}]
        told.joins = ""
        if told.decided != told.place:
            told.found, told.decided, told.kind = None, None, ""
            self._take_the_one_named()
        return {}

    def _take_the_one_named(self) -> None:
        told = self.telling
        found = place_words.candidates(told.place, accepted=self.entry.spec.location_kinds)
        place = place_words.the_one_named(told.place, found)
        if place is not None:
            told.found, told.decided = place_words.as_found(place), told.place

    def faults(self) -> dict[str, str]:
        """Everything that is wrong with the place, except a kind that can still be asked."""
        if _needs_choice(self.telling):
            return {}
        return self.telling.faults(*WhereForm.base_fields, *WhereForm.also)

    def passed(self, request: HttpRequest) -> HttpResponse:
        """Ask which place is meant, where the words may mean several."""
        if _needs_choice(self.telling):
            telling.save(request, self.telling)
            return redirect("web:report-place")
        return super().passed(request)

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """The form, and the place that was found for the words."""
        told = self.telling
        typed = {name: getattr(told, name) for name in WhereForm.base_fields}
        return {
            "form": WhereForm(
                typed=typed, faults=faults, needed=self.entry.spec.location == "required"
            ),
            "found": told.found if told.decided == told.place else None,
        }


class WhichPlace(StepView):
    """Which of the places that the words may mean is it, if any?"""

    step = Step.WHERE
    template = "web/report/place.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The candidates, as long as there is something to decide."""
        if not (self._candidates() or self._kinds()):
            return redirect(steps.address(Step.WHERE))
        return self.page(request)

    def take(self, request: HttpRequest) -> dict[str, str]:
        """The chosen place, or that none is meant and what sort of place it is."""
        told, choice = self.telling, request.POST.get("choice", "")
        chosen = next((place for place in self._candidates() if place.code == choice), None)
        kind = request.POST.get("kind", "")
        told.kind = kind if kind in LocationKind.values else ""
        told.found = place_words.as_found(chosen) if chosen else None
        if chosen is None and self._candidates() and choice != _AS_WRITTEN:
            return {"choice": _("Please choose one, or say that it is none of these.")}
        if chosen is None and self._kinds() and not told.kind:
            return {"kind": _("Please choose what sort of place it is.")}
        return {}

    def faults(self) -> dict[str, str]:
        """What is wrong with the place now that it is chosen."""
        if self.telling.found is None and self._kinds() and not self.telling.kind:
            return {}
        was, self.telling.decided = self.telling.decided, self.telling.place
        found = self.telling.faults("location", "kind")
        self.telling.decided = was
        return {"choice": " ".join(found.values())} if found else {}

    def passed(self, request: HttpRequest) -> HttpResponse:
        """These words are decided."""
        self.telling.decided = self.telling.place
        return super().passed(request)

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """Candidates, and the sorts of place to choose from where that is needed."""
        found, told = self._candidates(), self.telling
        choices = [(place.code, place.label) for place in found]
        choices.append((_AS_WRITTEN, _("None of these: use my words as I wrote them")))
        chosen = told.found["code"] if told.found else ""
        typed = {"choice": chosen or (_AS_WRITTEN if told.kind else ""), "kind": told.kind}
        form = WhichPlaceForm(typed=typed, faults=faults, choices=choices, kinds=self._kinds())
        return {"form": form}

    def _candidates(self) -> list[place_words.FoundPlace]:
        return place_words.candidates(self.telling.place, accepted=self.entry.spec.location_kinds)

    def _kinds(self) -> list[LocationKind]:
        accepted = self.entry.spec.location_kinds
        guess = place_words.likely_kind(
            self.telling.place, accepted=accepted, pointed=bool(self.telling.latitude)
        )
        return [] if guess is not None else [k for k in accepted if k != LocationKind.POINT]


def _needs_choice(told: telling.Telling) -> bool:
    if told.decided == told.place or not told.place.strip():
        return False
    accepted = told.entry().spec.location_kinds
    guess = place_words.likely_kind(told.place, accepted=accepted, pointed=bool(told.latitude))
    return guess is None or bool(place_words.candidates(told.place, accepted=accepted))


class Details(Asking):
    """The service's other questions, the resident's own words, and photos."""

    step = Step.DETAILS
    template = "web/report/details.html"

    def take(self, request: HttpRequest) -> dict[str, str]:
        """Answers, words, and photos, which are made safe and stored at once."""
        self.keep_answers(request)
        self.telling.words = request.POST.get("words", "")[:_LONGEST]
        self.telling.wanted = request.POST.get("wanted", "")[:_LONGEST]
        gone = request.POST.get("remove_photo", "")
        self.telling.photos = [p for p in self.telling.photos if p["file"] != gone]
        return self._keep_photos(request.FILES.getlist("photos"))

    def interrupt(self) -> HttpResponse | None:
        """Taking a photo out again leads nowhere else."""
        if "remove_photo" in self.request.POST:
            return self.page(self.request)
        return super().interrupt()

    def _keep_photos(self, uploads: Sequence[IO[bytes]]) -> dict[str, str]:
        kept = {photo["file"]: photo for photo in self.telling.photos}
        room = MOST_PHOTOS - len(kept)
        faults: dict[str, str] = {}
        if len(uploads) > room:
            faults["photo"] = _("Five photos are the most. The others were left out.")
        for upload in uploads[:room]:
            try:
                photo = photos.keep(upload)
            except DomainError as error:
                faults["photo"] = f"{upload.name}: {error.message}"
            else:
                kept[photo.file] = asdict(photo)
        self.telling.photos = list(kept.values())
        return faults

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """Questions and the form of words."""
        form = DetailsForm(
            questions=self.questions(),
            answers=self.telling.own_answers(),
            typed={"words": self.telling.words, "wanted": self.telling.wanted},
            faults=faults,
        )
        return self.asked(form)


class Known(StepView):
    """Is the problem known already? Then this report joins it in one tap."""

    step = Step.KNOWN
    template = "web/report/known.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The open problems of the same service nearby; without any, the next step."""
        if not steps.known_nearby(self.telling):
            self.telling.done = [*self.telling.done, Step.KNOWN.value]
            telling.save(request, self.telling)
            return redirect(steps.address(steps.following(self.telling)))
        return super().get(request)

    def take(self, request: HttpRequest) -> dict[str, str]:
        """The number of the known problem that it is, or none."""
        number = request.POST.get("joins", "")
        nearby = {near.number for near in steps.known_nearby(self.telling)}
        self.telling.joins = number if number in nearby else ""
        if number and not self.telling.joins:
            return {"joins": _("This problem is no longer open. Please choose again.")}
        return {}

    def passed(self, request: HttpRequest) -> HttpResponse:
        """A report that joins a known problem needs nothing more than perhaps a contact."""
        if self.telling.joins and Step.CONTACT not in steps.course(self.entry.spec):
            return _join(self, request)
        return super().passed(request)

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """The problems."""
        return {"nearby": steps.known_nearby(self.telling), "fault": faults.get("joins", "")}


class Contact(StepView):
    """How may the city reach you?"""

    step = Step.CONTACT
    template = "web/report/contact.html"

    def take(self, request: HttpRequest) -> dict[str, str]:
        """Name, e-mail and phone as typed."""
        for name in ContactForm.base_fields:
            setattr(self.telling, name, request.POST.get(name, "")[:_LONGEST])
        return {}

    def faults(self) -> dict[str, str]:
        """What is wrong with them."""
        return self.telling.faults("name", "email", "phone", "contact")

    def passed(self, request: HttpRequest) -> HttpResponse:
        """A report that joins a known problem is sent from here."""
        return _join(self, request) if self.telling.joins else super().passed(request)

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """The form."""
        typed = {name: getattr(self.telling, name) for name in ContactForm.base_fields}
        return {"form": ContactForm(typed=typed, faults=faults)}


def _join(view: StepView, request: HttpRequest) -> HttpResponse:
    try:
        return deliver(request, view.telling)
    except NotOpen as error:
        messages.warning(request, error.message)
        view.telling.joins = ""
        return go_on(request, view.telling, passed=view.step)
    except Faults:
        return go_on(request, view.telling, passed=view.step)


@private
def draft_photo(request: HttpRequest, name: str) -> HttpResponse:
    """A photo of the unfinished report, for the browser that uploaded it."""
    kept = telling.load(request)
    for photo in kept.kept_photos if kept else ():
        if photo.file == name:
            return picture(photo.thumbnail)
    raise Http404
