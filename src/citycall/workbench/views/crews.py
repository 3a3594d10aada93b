"""The crews of the actor's agencies: who they are, and changing them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed, NotFound
from citycall.pages.staff import links_for, staff_only
from citycall.work_orders import queries
from citycall.work_orders.actions import crews as actions
from citycall.work_orders.models import Crew
from citycall.workbench.crew_form import CrewForm, written
from citycall.workbench.order_page import put_on_form


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def crews(request: HttpRequest, actor: Actor, crew_id: int | None = None) -> HttpResponse:
    """All crews, and one of them or a new one to write."""
    own = queries.agencies_of(actor, "plan")
    agencies = [a for a in catalog().agencies if own is None or a.id in own]
    crew = queries.crew_for(actor, crew_id) if crew_id is not None else None
    asked = request.GET.get("agency", "")
    chosen = next((a.id for a in agencies if a.spec.code == asked), None)
    if not agencies:
        raise NotFound(_("There is no such crew."))
    agency_id = crew.agency_id if crew is not None else chosen or agencies[0].id
    form, status = CrewForm(agency_id=agency_id, initial=written(crew) if crew else None), 200
    if request.method == "POST":
        form, status = CrewForm(request.POST, agency_id=agency_id), 422
        if form.is_valid() and _saved(form, crew, agency_id, actor):
            messages.success(request, _("The crew is saved."))
            return redirect("workbench:crews")
    context = {
        "form": form,
        "crew": crew,
        "crews": queries.crews(actor, action="plan", retired=True),
        "agencies": agencies if len(agencies) > 1 and crew is None else (),
        "agency_id": agency_id,
        "staff_links": links_for(actor),
        "now": clock.now(),
    }
    return render(request, "workbench/crews.html", context, status=status)


def _saved(form: CrewForm, crew: Crew | None, agency_id: int, actor: Actor) -> bool:
    try:
        actions.save(
            form.draft(crew),
            agency_id=agency_id,
            crew_id=crew.pk if crew else None,
            by=actor,
            at=clock.now(),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        put_on_form(error, form)
        return False
    return True
