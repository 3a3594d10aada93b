"""Who is at this door: staff, signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from citycall.accounts.models import Role
from citycall.accounts.queries import actor_of
from citycall.catalog.queries import catalog
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed

P = ParamSpec("P")


def staff_only(
    view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Ask for a sign-in, refuse residents, and hand the view its actor."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _sign_in(request)
        actor = actor_of(request.user)
        if actor.kind is not ActorKind.STAFF:
            raise NotAllowed(_("This page is for city staff."))
        response = view(request, actor, *args, **kwargs)
        # Contact data stays in no browser's store after its reader has left.
        add_never_cache_headers(response)
        return response

    return guarded


def _sign_in(request: HttpRequest) -> HttpResponse:
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    messages.warning(
        request, _("You had been signed out, so nothing was done. Please sign in and try again.")
    )
    return redirect_to_login(request.path.rpartition("/")[0])


def links_for(actor: Actor) -> list[tuple[str, str]]:
    """The navigation of this door: administrators find theirs beside it."""
    links = [(reverse("workbench:list"), _("Requests"))]
    if any(entry.spec.booking is not None for entry in catalog().services):
        links.append((reverse("workbench:day"), _("Appointments")))
    if actor.holds_anywhere({Role.ADMINISTRATOR.value}):
        links.append((reverse("admin:index"), _("Manage")))
    return links
