"""Who is at this door: staff, signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from citycall.accounts.models import Role
from citycall.accounts.queries import actor_of
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
            return redirect_to_login(request.get_full_path())
        actor = actor_of(request.user)
        if actor.kind is not ActorKind.STAFF:
            raise NotAllowed(_("This page is for city staff."))
        return view(request, actor, *args, **kwargs)

    return guarded


def links_for(actor: Actor) -> list[tuple[str, str]]:
    """The navigation of this door: administrators find theirs beside it."""
    links = [(reverse("workbench:list"), _("Requests"))]
    if actor.holds_anywhere({Role.ADMINISTRATOR.value}):
        links.append((reverse("admin:index"), _("Manage")))
    return links
