"""The last step: all that was told, once more, and sending it."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.appointments import rules as dates
from citycall.appointments.actions import book
from citycall.appointments.actions.seats import DateGone, TooOften
from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.core.errors import DomainError, Faults
from citycall.places.locations import describe
from citycall.service_requests import checks
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.submit import received, submit
from citycall.service_requests.actions.tell_more import NotOpen
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Attachment
from citycall.web import answers, booked_dates, signed_in, steps, telling, visits
from citycall.web.steps import Step
from citycall.web.telling import Telling
from citycall.web.views.dates import gone
from citycall.web.views.telling import StepView

# Which step can put a fault right.
_STEP_OF = {
    "service": Step.WHAT,
    "location": Step.WHERE,
    "place": Step.WHERE,
    "directions": Step.WHERE,
    "kind": Step.WHERE,
    "words": Step.DETAILS,
    "wanted": Step.DETAILS,
    "contact": Step.CONTACT,
    "email": Step.CONTACT,
    "day": Step.DATE,
    "phone": Step.CONTACT,
}


class Review(StepView):
    """All of it on one page, each part with its way to change it, and the one button to send."""

    step: ClassVar[Step] = Step.REVIEW
    template: ClassVar[str] = "web/report/review.html"
    changed = False

    def get(self, request: HttpRequest) -> HttpResponse:
        """The whole report; a stop that was not read yet comes first."""
        if self.telling.halted:
            return redirect("web:report-stop")
        return self.page(request)

    def take(self, request: HttpRequest) -> dict[str, str]:
        """Nothing is typed here; but what is sent must be what was seen."""
        self.changed = request.POST.get("seen") != self.telling.fingerprint()
        return {}

    def interrupt(self) -> HttpResponse | None:
        """A report that was changed on another page meanwhile is shown again first."""
        return self.page(self.request) if self.changed else None

    def passed(self, request: HttpRequest) -> HttpResponse:
        """Send it; the number is shown once the report is durable."""
        try:
            return deliver(request, self.telling)
        except NotOpen as error:
            self.telling.joins = ""
            telling.save(request, self.telling)
            return self.page(request, faults={"joins": error.message})
        except (DateGone, TooOften) as error:
            return _choose_again(request, self.telling, error)
        except Faults as error:
            return self.page(request, faults=error.faults)

    def sending_key(self) -> str:
        """It is sent from here."""
        return self.telling.idempotency_key

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """The parts of the report in rows, and any fault with the way to its step."""
        return {
            "rows": list(_rows(self.telling)),
            "seen": self.telling.fingerprint(),
            "changed": self.changed,
            "faults": [
                {"text": sentence, "href": steps.address(_step_of(name))}
                for name, sentence in faults.items()
            ],
        }


def deliver(request: HttpRequest, told: Telling) -> HttpResponse:
    """Hand the report in, remember that it is this visitor's, and lead to its number.

    Raises ``Faults`` for what has to be changed, and ``NotOpen`` where the known problem that it
    should join has ended meanwhile. Nothing is sent before a stop that it calls for was read.
    """
    if told.halted:
        telling.save(request, told)
        return redirect("web:report-stop")
    try:
        receipt = signed_in.sent(request, lambda: _sent_elsewhere(told) or _send(told))
    except checks.Stopped:
        return redirect("web:report-stop")
    _keep_photos(request, told, receipt)
    visits.prove(request, receipt.report_id)
    telling.sent(request, told, receipt)
    messages.success(request, _thanks(told))
    return redirect("web:request", number=numbers.show(receipt.number))


def _thanks(told: Telling) -> str:
    if told.joins:
        return _("Thank you. Your report was added to the one that the city works on.")
    return _("Thank you. Your report was received.")


def _sent_elsewhere(told: Telling) -> Receipt | None:
    """What the page for reporting without a connection has sent of this report meanwhile.

    It was given the key of joining where a known problem was offered, and nowhere else.
    """
    return received(told.joining_key, by=resident()) if told.asked_at else None


def _send(told: Telling) -> Receipt:
    draft, at = told.draft(), clock.now()
    if told.joins:
        return tell_more.join(int(told.joins), draft, by=resident(), at=at)
    if told.date is not None and told.entry().spec.booking is not None:
        return book.submit(draft, day=told.date, by=resident(), at=at, holder=told.key)
    return submit(draft, by=resident(), at=at)


def _choose_again(request: HttpRequest, told: Telling, error: DateGone | TooOften) -> HttpResponse:
    """The date cannot be had any more: back to the dates, with everything else as it was."""
    told.done = [step for step in told.done if step != Step.DATE]
    told.day = ""
    telling.save(request, told)
    messages.warning(request, gone() if isinstance(error, DateGone) else error.message)
    return redirect(steps.address(Step.DATE))


def _keep_photos(request: HttpRequest, told: Telling, receipt: Receipt) -> None:
    """The report is durable already: a photo that cannot be kept must not hide its number."""
    lost = 0
    for photo in told.kept_photos:
        try:
            tell_more.add_photo(
                receipt.request_id,
                photo=photo,
                stage=Attachment.Stage.REPORT,
                by=resident(reports=[receipt.report_id]),
                at=clock.now(),
                report_id=receipt.report_id,
            )
        except DomainError:
            lost += 1
    if lost:
        sentence = ngettext(
            "%(n)s photo could not be kept.", "%(n)s photos could not be kept.", lost
        )
        messages.warning(request, sentence % {"n": lost})


def _step_of(name: str) -> Step:
    return _STEP_OF.get(name, Step.KNOWN if name == "joins" else Step.DETAILS)


def _rows(told: Telling) -> Iterator[dict[str, str]]:
    entry = told.entry()
    spec = entry.spec
    course = steps.course(spec)
    first = {question.code for question in steps.safety_questions(spec)}
    yield _row(_("What"), entry.name, Step.WHAT)
    if Step.WHERE in course:
        yield _row(_("Where"), _place(told), Step.WHERE)
    for question, words in answers.in_words(spec, told.own_answers()):
        yield _row(question.text, words, Step.SAFETY if question.code in first else Step.DETAILS)
    yield _row(_("In your words"), told.words, Step.DETAILS)
    if told.wanted.strip():
        yield _row(_("What you would like done"), told.wanted, Step.DETAILS)
    if told.photos:
        count = len(told.photos)
        words = ngettext("%(n)s photo", "%(n)s photos", count) % {"n": count}
        yield _row(_("Photos"), words, Step.DETAILS)
    if told.joins:
        yield _row(_("Known problem"), _("Yours is added to it"), Step.KNOWN)
    if Step.DATE in course:
        yield _row(_("When we come"), _date(told), Step.DATE)
    if Step.CONTACT in course:
        reach = "\n".join(filter(None, (told.name, told.email, told.phone)))
        yield _row(_("How to reach you"), reach or _("Not given"), Step.CONTACT)


def _row(label: str, value: str, step: Step) -> dict[str, str]:
    return {"label": label, "value": value, "href": steps.address(step)}


def _date(told: Telling) -> str:
    booking, day = told.entry().spec.booking, told.date
    if booking is None or day is None:
        return _("Without a date so far")
    window = dates.window(booking, day, zone=clock.city_zone())
    return booked_dates.capital(booked_dates.window_in_words(*window, at=clock.now()))


def _place(told: Telling) -> str:
    try:
        location = told.location()
    except Faults as error:
        return error.message
    return describe(location) if location is not None else _("Not given")
