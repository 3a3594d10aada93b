"""Following a request by its number, and the reporter's own steps on it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from citycall.accounts import misses
from citycall.catalog.specs import ContactRequirement
from citycall.core import clock, numbers
from citycall.core.errors import DomainError, NotAllowed, NotFound
from citycall.feedback import actions as feedback
from citycall.feedback import ratings
from citycall.notifications import links, web_push
from citycall.pages import sentences
from citycall.service_requests import public
from citycall.service_requests.actions import close, tell_more
from citycall.service_requests.models import Report, Status
from citycall.service_requests.public import PublicRequest
from citycall.web import answers, outlook, verdicts, visits
from citycall.web.forms import ContactForm, RatingForm, TrackForm, WordsForm

# What one reader may see of a request must not be shown to the next from any cache.
private = cache_control(private=True, no_cache=True)


@private
@require_safe
def track(request: HttpRequest) -> HttpResponse:
    """I have a number: what became of it?"""
    typed = request.GET.get("number")
    if typed is None:
        return render(request, "web/track.html", {"form": TrackForm(typed={})})
    try:
        number = numbers.read(typed)
    except numbers.BadNumber as error:
        return number_fault(request, typed, error)
    return redirect("web:request", number=numbers.show(number))


@private
@require_safe
def request_page(request: HttpRequest, number: str) -> HttpResponse:
    """What is happening with it? A link's key is kept in the session and leaves the address."""
    try:
        read = numbers.read(number)
    except numbers.BadNumber as error:
        return number_fault(request, number, error)
    if "key" in request.GET:
        take_key(request, request.GET["key"])
        return redirect("web:request", number=numbers.show(read))
    if number != numbers.show(read):
        return redirect("web:request", number=numbers.show(read))
    try:
        told = told_to(request, read)
    except NotFound as error:
        return number_fault(request, number, error)
    return show(request, told)


def show(
    request: HttpRequest,
    told: PublicRequest,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    contact: ContactForm | None = None,
) -> HttpResponse:
    """The request's page as its reader may see it; the forms as they came back with faults."""
    at = clock.now()
    own = told.own
    context = {
        "now": at,
        "told": told,
        "number": numbers.show(told.number),
        "label": _label(told),
        "state": sentences.state(told),
        "next_step": sentences.next_step(told),
        "late": _late(told),
        "moved_why": sentences.reason_in_words(
            told.moved_why, told.entry.spec if told.entry else None
        ),
        "entries": sentences.timeline(told, at=at),
        "answers": _own_answers(told),
        "may_dispute": told.answered_by is not None and may_dispute(told),
        **outlook.outlook(told, at=at),
        "rating": _rating(told),
        "contact_form": contact or _contact_form(told),
        "add_form": WordsForm(
            label=_("What would you like to add?"), typed=typed or {}, faults=faults
        ),
        "own_link": (
            links.address(number=numbers.show(own.report.number), report_id=own.report.pk)
            if own
            else ""
        ),
        "emergency": settings.CITYCALL_EMERGENCY_NUMBER,
        "push_key": web_push.public_key() if own else "",
    }
    return render(request, "web/request.html", context, status=422 if faults or contact else 200)


def may_dispute(told: PublicRequest) -> bool:
    """Whether a reporter can still say that it was not fixed."""
    if told.status is Status.COMPLETED:
        return True
    if told.status is not Status.CLOSED or told.completed_at is None or told.closed_at is None:
        return False
    return clock.now() <= told.closed_at + feedback.DISPUTE_WITHIN


@require_POST
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """The reporter says that it is fixed."""
    told = told_to(request, numbers.read(number))
    report = answered_by(told)
    verdicts.count(request, told)
    feedback.confirm(report, by=visits.resident_of(request), at=clock.now())
    messages.success(request, _("Thank you. The request is closed as confirmed."))
    return redirect("web:request", number=numbers.show(told.number))


@require_POST
def add(request: HttpRequest, number: str) -> HttpResponse:
    """The reporter adds something."""
    told = told_to(request, numbers.read(number))
    words = request.POST.get("words", "")
    own_report(told)
    try:
        tell_more.add_information(
            told.request_id, words=words, by=visits.resident_of(request), at=clock.now()
        )
    except DomainError as error:
        if not error.field:
            raise
        return show(request, told, typed={"words": words}, faults={error.field: error.message})
    messages.success(request, _("Your information was added."))
    return redirect("web:request", number=numbers.show(told.number))


@method_decorator(private, name="dispatch")
class Reasoned(View):
    """A step that needs the reporter's words: GET asks for them, POST takes the step."""

    template: ClassVar[str] = "web/reasoned.html"
    title: ClassVar[Promise]
    intro: ClassVar[Promise]
    question: ClassVar[Promise]
    button: ClassVar[Promise]
    thanks: ClassVar[Promise]
    told: PublicRequest

    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        """Only for a reporter of the problem."""
        self.told = told_to(request, numbers.read(named["number"]))
        self.check()
        return super().dispatch(request, *arguments, **named)

    def check(self) -> None:
        """Raise ``NotAllowed`` for a visitor who may not take the step."""
        own_report(self.told)

    def get(self, request: HttpRequest, **_named: object) -> HttpResponse:
        """Ask for the words; nothing happens by looking at a page."""
        return self.page(request)

    def post(self, request: HttpRequest, **_named: object) -> HttpResponse:
        """Take the step, or say beside the field what is missing."""
        words = request.POST.get("words", "")
        try:
            self.act(request, words)
        except DomainError as error:
            fault = {error.field or "words": error.message}
            return self.page(request, typed={"words": words}, faults=fault)
        messages.success(request, str(self.thanks))
        return redirect("web:request", number=numbers.show(self.told.number))

    def act(self, request: HttpRequest, words: str) -> None:
        """Take the step."""
        raise NotImplementedError

    def page(
        self,
        request: HttpRequest,
        *,
        typed: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        """The question."""
        context = {
            "number": numbers.show(self.told.number),
            "title": self.title,
            "intro": self.intro,
            "button": self.button,
            "form": WordsForm(label=str(self.question), typed=typed or {}, faults=faults),
        }
        return render(request, self.template, context, status=422 if faults else 200)


class StillThere(Reasoned):
    """The reporter says that it was not fixed."""

    title = gettext_lazy("It is still there")
    intro = gettext_lazy(
        "Thank you for telling us. The request is opened again, under the same number, "
        "and the agency reads what you write."
    )
    question = gettext_lazy("What is still wrong?")
    button = gettext_lazy("Open the request again")
    thanks = gettext_lazy("The request is open again. Thank you for telling us.")

    def check(self) -> None:
        """Also for one whose number is the proof."""
        answered_by(self.told)

    def act(self, request: HttpRequest, words: str) -> None:
        """Dispute the completion."""
        verdicts.count(request, self.told)
        by = visits.resident_of(request)
        feedback.dispute(answered_by(self.told), by=by, at=clock.now(), words=words)


class Withdraw(Reasoned):
    """The only reporter takes the report back."""

    title = gettext_lazy("Withdraw your report")
    intro = gettext_lazy("The city then stops working on it. This cannot be undone here.")
    question = gettext_lazy("Why do you withdraw it?")
    button = gettext_lazy("Withdraw the report")
    thanks = gettext_lazy("Your report was withdrawn.")

    def act(self, request: HttpRequest, words: str) -> None:
        """Cancel the request."""
        by = visits.resident_of(request)
        close.cancel(self.told.request_id, reason=words, by=by, at=clock.now())


def told_to(request: HttpRequest, number: int) -> PublicRequest:
    """What this visitor may know; numbers that lead nowhere are counted against them.

    After too many of those only the visitor's own reports are shown.
    """
    waiting = misses.too_many(request)
    try:
        told = public.by_number(number, by=visits.resident_of(request))
    except NotFound:
        if waiting:
            raise misses.TooManyMisses from None
        misses.count(request)
        raise
    if waiting and told.own is None:
        raise misses.TooManyMisses
    return told


def own_report(told: PublicRequest) -> Report:
    """The report that the visitor has proven to be theirs; raises ``NotAllowed``."""
    return _proven(told.own.report if told.own else None)


def answered_by(told: PublicRequest) -> Report:
    """The report in whose name the visitor may answer; raises ``NotAllowed``."""
    return _proven(told.answered_by)


def _proven(report: Report | None) -> Report:
    if report is None:
        raise NotAllowed(
            _("Please open this page from the link in your message, so that we know it is yours.")
        )
    return report


def take_key(request: HttpRequest, key: str) -> None:
    """Keep in the session what the key of a link proves; a key that is not good is told."""
    try:
        report_id = links.read(key)
    except links.BadLink as error:
        messages.warning(request, error.message)
        return
    # The session that proves something gets a key that nobody can have planted.
    request.session.cycle_key()
    visits.prove(request, report_id)


def number_fault(request: HttpRequest, typed: str, error: DomainError) -> HttpResponse:
    """The page that asks for a number, with what is wrong with this one."""
    form = TrackForm(typed={"number": typed[:80]}, faults={"number": error.message})
    status = 404 if isinstance(error, NotFound) else 422
    return render(request, "web/track.html", {"form": form}, status=status)


def _rating(told: PublicRequest) -> RatingForm | None:
    """The two questions, for a reporter who has not answered them after the work has ended."""
    if told.own is None or told.status not in ratings.ENDED or ratings.is_rated(told.own.report):
        return None
    return RatingForm(typed={})


def _contact_form(told: PublicRequest) -> ContactForm | None:
    """For a reporter whom the city could not tell any news so far, where it asks who reports."""
    if told.own is None or told.entry is None or not told.open:
        return None
    asked = told.entry.spec.contact != ContactRequirement.NOT_ASKED
    return ContactForm(typed={}) if asked and told.own.report.contact_id is None else None


def _label(told: PublicRequest) -> str:
    if told.status is Status.COMPLETED and told.own is not None:
        return _("Completed, awaiting your confirmation")
    return str(told.status.label)


def _late(told: PublicRequest) -> bool:
    due = told.due_at
    return told.open and not told.clock_stopped and due is not None and due < clock.now()


def _own_answers(told: PublicRequest) -> list[dict[str, str]]:
    if told.own is None or told.entry is None:
        return []
    return [
        {"label": question.text, "value": words}
        for question, words in answers.in_words(told.entry.spec, told.own.answers)
    ]
