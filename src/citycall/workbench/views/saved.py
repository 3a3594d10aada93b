"""Keeping views of the list: naming them, beginning with one, removing them and taking it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.pages.staff import links_for, staff_only
from citycall.service_requests import saved_views
from citycall.service_requests.actions import views
from citycall.workbench.chips import chips
from citycall.workbench.filters import Asked


@require_POST
@staff_only
def save(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keep the question that was on the list under a name."""
    asked = Asked.read(QueryDict(request.POST.get("asked", "")))
    question = asked.without(*asked.faults).query_string()
    agencies = saved_views.sharing_agencies(actor)
    shared = agencies[0] if request.POST.get("shared") and agencies else None
    try:
        view = views.save_view(
            name=request.POST.get("name", ""),
            query=question,
            agency_id=shared,
            by=actor,
            at=clock.now(),
        )
    except views.BadView as error:
        messages.error(request, error.message)
        return _to_list(question)
    if request.POST.get("first"):
        views.begin_with(view.pk, by=actor)
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return _to_list(question)


@require_safe
@staff_only
def kept(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All views that a person finds, to begin with one or to remove it."""
    found = [
        (view, chips(Asked.read(QueryDict(view.query)))) for view in saved_views.views_of(actor)
    ]
    removed = request.GET.get("removed", "")
    context = {
        "views": found,
        "begins": any(view.first for view, _chips in found),
        "removed": int(removed) if removed.isascii() and removed.isdigit() else None,
        "staff_links": links_for(actor),
    }
    return render(request, "workbench/views.html", context)


@require_POST
@staff_only
def begin(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Begin the list with a view from now on, or with all open work again."""
    chosen = request.POST.get("view", "")
    views.begin_with(int(chosen) if chosen.isascii() and chosen.isdigit() else None, by=actor)
    messages.success(request, _("Your list begins with this from now on."))
    return redirect("workbench:views")


@require_POST
@staff_only
def remove(request: HttpRequest, actor: Actor, view_id: int) -> HttpResponse:
    """Remove a view, with the way to take that back."""
    try:
        view = views.remove_view(view_id, by=actor, at=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("workbench:views")
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    return redirect(f"{reverse('workbench:views')}?removed={view.pk}")


@require_POST
@staff_only
def bring_back(request: HttpRequest, actor: Actor, view_id: int) -> HttpResponse:
    """Undo a removal."""
    view = views.bring_back(view_id, by=actor)
    messages.success(request, _("The view “%(name)s” is back.") % {"name": view.name})
    return redirect("workbench:views")


def _to_list(question: str) -> HttpResponse:
    return redirect(f"{reverse('workbench:list')}?{question or 'show=open'}")
