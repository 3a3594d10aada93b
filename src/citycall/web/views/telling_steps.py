"""Each step's own form: safety, details. Where is in ``where``, known already in ``known``."""

from collections.abc import Mapping, Sequence
from typing import IO, Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from citycall.catalog import rules as catalog_rules
from citycall.catalog.questions import Datatype, Question
from citycall.places.coordinates import Point
from citycall.web import dangers, photo_keeping, photo_point, steps, telling
from citycall.web.forms import (
    DetailsForm,
    QuestionsForm,
    asked,
    field_name,
)
from citycall.web.steps import Step
from citycall.web.views.photos import picture
from citycall.web.views.telling import StepView, private

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


class Details(Asking):
    """The service's other questions, the resident's own words, and photos."""

    step = Step.DETAILS
    template = "web/report/details.html"
    offered: dict[str, Any] | None = None

    def take(self, request: HttpRequest) -> dict[str, str]:
        """Answers, words, and photos, which are made safe and stored at once."""
        self.keep_answers(request)
        self.telling.words = request.POST.get("words", "")[:_LONGEST]
        self.telling.wanted = request.POST.get("wanted", "")[:_LONGEST]
        gone = request.POST.get("remove_photo", "")
        self.telling.photos = [p for p in self.telling.photos if p["file"] != gone]
        return self._keep_photos(request.FILES.getlist("photos"))

    def interrupt(self) -> HttpResponse | None:
        """Taking a photo out again leads nowhere else; where it was taken is offered once."""
        if "remove_photo" in self.request.POST:
            return self.page(self.request)
        if "photo_place" in self.request.POST:
            self._use_photo_place(self.request.POST["photo_place"])
            return self.page(self.request)
        interruption = super().interrupt()
        if interruption is None and self.offered and not self.faults():
            return self.page(self.request, faults=self.taken)
        return interruption

    def _use_photo_place(self, told: str) -> None:
        photo_point.accept(self.telling, told)
        telling.save(self.request, self.telling)

    def _keep_photos(self, uploads: Sequence[IO[bytes]]) -> dict[str, str]:
        faults, taken = photo_keeping.keep(self.telling, uploads)
        for taken_at in taken:
            self.offered = self.offered or self._offer(taken_at)
        return faults

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """Questions and the form of words."""
        form = DetailsForm(
            questions=self.questions(),
            answers=self.telling.own_answers(),
            typed={"words": self.telling.words, "wanted": self.telling.wanted},
            faults=faults,
        )
        return {
            **self.asked(form),
            "photo_place": self.offered,
            "cautions": dangers.cautions(),
        }

    def _offer(self, taken_at: Point) -> dict[str, Any] | None:
        """Where a photo was taken, if that says more of the place than is told, or otherwise."""
        wanted = self.entry.spec.location != "none"
        return photo_point.offer(self.telling, taken_at) if wanted else None


@private
def draft_photo(request: HttpRequest, name: str) -> HttpResponse:
    """A photo of the unfinished report, for the browser that uploaded it."""
    kept = telling.load(request)
    for photo in kept.kept_photos if kept else ():
        if photo.file == name:
            return picture(photo.thumbnail)
    raise Http404
