"""Contacts: opened with a reason, and the list of who opened which and why."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.pages.staff import links_for, staff_only
from citycall.privacy import openings
from citycall.privacy.openings import ReasonMissing
from citycall.service_requests import queries
from citycall.workbench.forms import OpeningForm
from citycall.workbench.page import request_context


@require_POST
@staff_only
def open_contacts(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Say why, and see the contacts of this request for an hour."""
    problem = queries.get_for(actor, numbers.read(number))
    form = OpeningForm(request.POST, prefix="opening")
    if form.is_valid():
        typed = form.cleaned_data
        try:
            openings.open_contacts(
                problem, reason=typed["reason"], words=typed["words"], by=actor, at=clock.now()
            )
        except ReasonMissing as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("The contacts are shown for an hour. That was recorded."))
            return redirect("workbench:request", number=numbers.show(problem.number))
    context = request_context(problem, actor=actor, bound={"opening": form})
    context["staff_links"] = links_for(actor)
    return render(request, "workbench/request.html", context, status=422)


@require_safe
@staff_only
def access(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who opened contacts, and why."""
    page = openings.page(
        actor,
        older_than=request.GET.get("older", ""),
        newer_than=request.GET.get("newer", ""),
    )
    context = {
        "page": page,
        "rows": [(row, numbers.show(row.service_request.number)) for row in page.rows],
        "staff_links": links_for(actor),
    }
    return render(request, "workbench/access.html", context)
