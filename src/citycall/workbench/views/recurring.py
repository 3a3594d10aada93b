"""Work that comes again: what there is, saying it, and stopping it."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed
from citycall.pages.staff import links_for, staff_only
from citycall.work_orders import queries
from citycall.work_orders.actions import recurring
from citycall.work_orders.recurrence import Rule
from citycall.workbench.order_page import put_on_form
from citycall.workbench.recurring_form import RecurringForm

# As far as one looks to see when it comes next.
_AHEAD = timedelta(days=400)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def recurring_work(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All recurring work of the actor's agencies with its next date, and a form for more."""
    if not queries.may_plan_somewhere(actor):
        raise NotAllowed(_("You do not have permission to do this."))
    at, status = clock.now(), 200
    today = at.astimezone(clock.city_zone()).date()
    crews = queries.crews(actor, action="plan")
    form = RecurringForm(crews=crews, today=today)
    if request.method == "POST":
        form, status = RecurringForm(request.POST, crews=crews, today=today), 422
        if form.is_valid() and _saved(form, actor):
            messages.success(request, _("The work orders of the next four weeks are made."))
            return redirect("workbench:recurring")
    rows = queries.recurring_work(actor)
    context = {
        "form": form,
        "rows": [
            {
                "row": row,
                "next": next(Rule.model_validate(row.rule).dates(today, today + _AHEAD), None),
            }
            for row in rows
        ],
        "staff_links": links_for(actor),
        "now": at,
    }
    return render(request, "workbench/recurring.html", context, status=status)


def _saved(form: RecurringForm, actor: Actor) -> bool:
    told = form.cleaned_data
    crew = next(c for c in queries.crews(actor, action="plan") if str(c.pk) == told["crew"])
    try:
        recurring.save(
            form.draft(),
            told["rule"],
            form.spots(),
            agency_id=crew.agency_id,
            crew_id=crew.pk,
            by=actor,
            at=clock.now(),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        put_on_form(error, form)
        return False
    return True


@require_POST
@staff_only
def stop(request: HttpRequest, actor: Actor, recurring_id: int) -> HttpResponse:
    """It does not come again."""
    recurring.stop(recurring_id, by=actor, at=clock.now())
    messages.success(request, _("It does not come again. Its coming work orders are cancelled."))
    return redirect("workbench:recurring")
