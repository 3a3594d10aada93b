"""After the work has ended: is it really fixed, with one tap, and two questions."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citycall.core import clock, numbers
from citycall.core.errors import DomainError, Faults, NotFound
from citycall.feedback import actions as feedback
from citycall.feedback import ratings
from citycall.pages import sentences
from citycall.service_requests.models import Status
from citycall.service_requests.public import PublicRequest
from citycall.web import verdicts, visits
from citycall.web.forms import RatingForm
from citycall.web.views.following import (
    answered_by,
    number_fault,
    own_report,
    private,
    take_key,
    told_to,
)

YES, NO = "yes", "no"


class NoSuchAnswer(DomainError):
    """The form was sent with neither of the two answers."""

    code = "no_such_answer"


@private
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Two buttons, one tap each. Looking changes nothing: mail programs look at links too."""
    try:
        read = numbers.read(number)
    except numbers.BadNumber as error:
        return number_fault(request, number, error)
    shown = numbers.show(read)
    if request.method != "POST" and "key" in request.GET:
        take_key(request, request.GET["key"])
        return redirect("web:request-answer", number=shown)
    try:
        told = told_to(request, read)
    except NotFound as error:
        return number_fault(request, number, error)
    if request.method == "POST":
        return _take(request, told)
    if told.answered_by is None or told.status is not Status.COMPLETED:
        # Answered before, or nothing to answer: the page says how things stand.
        return redirect("web:request", number=shown)
    context = {"told": told, "number": shown, "state": sentences.state(told)}
    return render(request, "web/answer.html", context)


def _take(request: HttpRequest, told: PublicRequest) -> HttpResponse:
    report = answered_by(told)
    given = request.POST.get("answer")
    by, at = visits.resident_of(request), clock.now()
    if given not in {YES, NO}:
        raise NoSuchAnswer(_("Please answer with one of the two buttons."))
    verdicts.count(request, told)
    if given == YES:
        feedback.confirm(report, by=by, at=at)
        messages.success(request, _("Thank you. The request is closed as confirmed."))
    else:
        with translation.override(settings.LANGUAGE_CODE):
            words = _("It is still there.")
        feedback.dispute(report, by=by, at=at, words=words)
        messages.success(
            request,
            _("The request is open again. Thank you. If you like, add below what is still wrong."),
        )
    return redirect("web:request", number=numbers.show(told.number))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """The two questions on a page of their own; answered once for each report."""
    told = told_to(request, numbers.read(number))
    report = own_report(told)
    back = redirect("web:request", number=numbers.show(told.number))
    if request.method != "POST":
        if told.status not in ratings.ENDED or ratings.is_rated(report):
            return back
        return _ask(request, told, typed={}, faults={})
    typed = {name: request.POST.get(name, "") for name in RatingForm.base_fields}
    chosen = typed["satisfied"]
    try:
        ratings.rate(
            report,
            satisfied=int(chosen) if chosen.isascii() and chosen.isdecimal() else None,
            better=typed["better"],
            by=visits.resident_of(request),
            at=clock.now(),
        )
    except Faults as error:
        return _ask(request, told, typed=typed, faults=error.faults)
    except ratings.RatedAlready as error:
        messages.info(request, error.message)
        return back
    messages.success(request, _("Thank you. Your answers help the city to do better."))
    return back


def _ask(
    request: HttpRequest,
    told: PublicRequest,
    *,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
) -> HttpResponse:
    context = {
        "number": numbers.show(told.number),
        "rating": RatingForm(typed=typed, faults=faults),
    }
    return render(request, "web/rate.html", context, status=422 if faults else 200)
