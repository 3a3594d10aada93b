"""Council offices speak for residents: a report filed, one followed by its number, one let go."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.council import cases, queries
from citycall.pages import questions
from citycall.pages.staff import links_for, staff_only
from citycall.places.index import AreaRef
from citycall.workbench import council_report
from citycall.workbench.council_report import ReportForm


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def report(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Report for a resident: GET and a choice of service show the form, POST hands it in."""
    sent = request.POST if request.method == "POST" else request.GET
    district = queries.district(actor, sent.get("district", ""))
    if request.method != "POST":
        typed = council_report.begun(district=queries.code_of(district))
        return _page(request, actor, ReportForm(typed))
    typed = questions.typed_in(request.POST)
    if "show" in request.POST:
        return _page(request, actor, ReportForm(typed))
    ready = council_report.read(typed)
    if isinstance(ready, ReportForm):
        return _page(request, actor, ready, status=422)
    try:
        receipt = cases.file(
            ready.draft, district=district, by=actor, at=clock.now(), reference=ready.reference
        )
    except DomainError as error:
        return _page(request, actor, council_report.refused(typed, error), status=error.status)
    sentence = _("Reported. Please give the resident this number: %(number)s")
    messages.success(request, sentence % {"number": numbers.show(receipt.number)})
    return _back(district)


@require_POST
@staff_only
def link(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Follow the report of a number that a resident gave."""
    district = queries.district(actor, request.POST.get("district", ""))
    typed, reference = request.POST.get("number", ""), request.POST.get("reference", "")
    try:
        cases.link(typed, district=district, by=actor, at=clock.now(), reference=reference)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Your office follows this report now."))
    return _back(district)


@require_POST
@staff_only
def end(request: HttpRequest, actor: Actor, case_id: int) -> HttpResponse:
    """Follow a report no longer."""
    cases.end(case_id, by=actor)
    messages.success(request, _("Your office does not follow this report any more."))
    return redirect("workbench:council")


def _back(district: AreaRef) -> HttpResponse:
    return redirect(f"{reverse('workbench:council')}?district={queries.code_of(district)}")


def _page(
    request: HttpRequest, actor: Actor, form: ReportForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "staff_links": links_for(actor)}
    return render(request, "workbench/council_report.html", context, status=status)
