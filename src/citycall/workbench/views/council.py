"""Council offices: their district, a request as they may know it, and asking the agency."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.council import actions, queries
from citycall.council.actions import AnsweredAlready, Unasked
from citycall.pages.staff import links_for, staff_only
from citycall.workbench.council_forms import AnswerForm, InquiryForm


@require_safe
@staff_only
def overview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The district in numbers, what was asked, and its latest requests."""
    asked, at = request.GET, clock.now()
    district = queries.district(actor, asked.get("district", ""))
    only_open = asked.get("show") == "open"
    rows, older = queries.latest(district, older_than=asked.get("older", ""), only_open=only_open)
    cases, older_cases = queries.cases_of(actor, district, older_than=asked.get("followed", ""))
    context = {
        "district": district,
        "code": queries.code_of(district),
        "districts": queries.districts_of(actor),
        "months": queries.months(at),
        "lines": queries.trend(district, at=at),
        "counted_at": queries.counted_at(district),
        "inquiries": queries.inquiries_of(actor, district),
        "followed": cases,
        "older_followed": older_cases,
        "filed": queries.filed_of(district, at=at),
        "rows": [(row, name, catalog().agency(row.agency_id).name) for row, name in rows],
        "older": older,
        "only_open": only_open,
        "now": at,
        "staff_links": links_for(actor),
    }
    return render(request, "workbench/council.html", context)


@require_safe
@staff_only
def find(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Open the request that a resident's confirmation number leads to, if it is the district's."""
    try:
        return redirect(
            "workbench:council-request", queries.by_number(actor, request.GET["number"])
        )
    except (DomainError, KeyError):
        queries.districts_of(actor)
        messages.error(request, _("There is no request with this number in your district."))
        return redirect("workbench:council")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def one(request: HttpRequest, actor: Actor, public_id: int) -> HttpResponse:
    """A request as an office may know it: GET shows, POST asks the agency."""
    seen = queries.get_for(actor, public_id)
    form = InquiryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(public_id, by=actor, at=clock.now(), **form.cleaned_data)
        except Unasked as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("The agency was asked."))
            return redirect("workbench:council-request", public_id)
    context = {
        "seen": seen,
        "form": form,
        "now": clock.now(),
        "staff_links": links_for(actor),
    }
    status = 422 if form.errors else 200
    return render(request, "workbench/council_request.html", context, status=status)


@require_safe
@staff_only
def inquiries(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What council offices wait for, by date."""
    return _inquiries(request, actor)


@require_http_methods(["POST"])
@staff_only
def answer(request: HttpRequest, actor: Actor, inquiry_id: int) -> HttpResponse:
    """Answer an office."""
    form = AnswerForm(request.POST, prefix=str(inquiry_id))
    if form.is_valid():
        try:
            words = form.cleaned_data["answer"]
            actions.answer(inquiry_id, words=words, by=actor, at=clock.now())
        except (AnsweredAlready, Unasked) as error:
            form.add_error("answer", error.message)
        else:
            messages.success(request, _("The office has your answer."))
            return redirect("workbench:inquiries")
    return _inquiries(request, actor, bound=(inquiry_id, form))


def _inquiries(
    request: HttpRequest, actor: Actor, *, bound: tuple[int, AnswerForm] | None = None
) -> HttpResponse:
    rows = queries.to_answer(actor)
    forms = {row.pk: AnswerForm(prefix=str(row.pk)) for row in rows}
    if bound is not None:
        forms[bound[0]] = bound[1]
    context = {
        "rows": [(row, queries.district_name(row.district), forms[row.pk]) for row in rows],
        "form": bound[1] if bound is not None else None,
        "now": clock.now(),
        "staff_links": links_for(actor),
    }
    status = 422 if bound is not None else 200
    return render(request, "workbench/inquiries.html", context, status=status)
