"""Who is at a staff's door, and where they can go from there."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citycall.accounts.models import Role
from citycall.accounts.queries import actor_of
from citycall.catalog.queries import catalog
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed

P = ParamSpec("P")


def staff_only(
    view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Ask for a sign-in, refuse residents, and hand the view its actor."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
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


def _sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    messages.warning(
        request, _("You had been signed out, so nothing was done. Please sign in and try again.")
    )
    return redirect_to_login(request.path.rpartition("/")[0] or "/")


# The call centre's pages: name of the address, what it is called, who has it in the navigation.
_TAKERS: Final = frozenset({Role.CALL_TAKER.value, Role.SUPERVISOR.value})
_SUPERVISORS: Final = frozenset({Role.SUPERVISOR.value})
_CALL_CENTRE: Final[Sequence[tuple[str, Promise, frozenset[str]]]] = (
    ("console:desk", gettext_lazy("Calls"), _TAKERS),
    ("console:find", gettext_lazy("Find"), _TAKERS),
    ("console:continuity", gettext_lazy("Systems down"), _SUPERVISORS),
    ("console:queue", gettext_lazy("Queue"), _TAKERS),
    ("console:wall", gettext_lazy("Wallboard"), _TAKERS),
    ("console:own", gettext_lazy("My work"), frozenset({Role.CALL_TAKER.value})),
    ("console:reports", gettext_lazy("Reports"), _SUPERVISORS),
    ("console:quality", gettext_lazy("Quality"), _SUPERVISORS),
    ("console:staffing", gettext_lazy("Staffing"), _SUPERVISORS),
    ("console:knowledge", gettext_lazy("Knowledge"), _TAKERS),
)

_OTHERS: Final = frozenset(set(Role.values) - {Role.COUNCIL.value})
_DISPATCH: Final = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})
_ADMIN: Final = frozenset({Role.ADMINISTRATOR.value})
_MANAGERS: Final = frozenset({Role.AGENCY_MANAGER.value}) | _ADMIN
# The agencies' pages beside the list of requests, in the same way.
_AGENCY: Final[Sequence[tuple[str, Promise, frozenset[str]]]] = (
    ("workbench:crew", gettext_lazy("My stops"), frozenset({Role.CREW.value})),
    ("workbench:sort", gettext_lazy("To sort"), _DISPATCH | _ADMIN),
    ("workbench:duplicates", gettext_lazy("Duplicates"), _DISPATCH | _ADMIN),
    ("workbench:orders", gettext_lazy("Work orders"), _DISPATCH | {Role.CREW.value}),
    ("workbench:plan", gettext_lazy("Day plan"), _DISPATCH),
    ("workbench:closures", gettext_lazy("Closures"), _DISPATCH | _ADMIN | {Role.ANALYST.value}),
)
_MANAGERS_DOOR: Final[Sequence[tuple[str, Promise, frozenset[str]]]] = (
    (
        "citistat:city",
        gettext_lazy("CitiStat"),
        _MANAGERS | _SUPERVISORS | {Role.ANALYST.value, Role.DISPATCHER.value},
    ),
)
# Those that are opened less often, from the list of requests.
_FROM_THE_LIST: Final[Sequence[tuple[str, Promise, frozenset[str]]]] = (
    ("workbench:sort", gettext_lazy("To sort"), _SUPERVISORS),
    ("workbench:closures", gettext_lazy("Closures"), _SUPERVISORS),
    ("workbench:rules", gettext_lazy("Rules"), _MANAGERS),
    ("workbench:texts", gettext_lazy("Texts that we often write"), _DISPATCH | _ADMIN),
    ("workbench:photos", gettext_lazy("Photos"), _DISPATCH | _ADMIN),
    ("workbench:inquiries", gettext_lazy("Council offices"), _DISPATCH | _ADMIN),
    ("workbench:access", gettext_lazy("Opened contacts"), _MANAGERS | _SUPERVISORS),
)


def is_only_an_office(actor: Actor) -> bool:
    """Whether the actor asks for a district and does nothing else here."""
    return bool(actor.districts) and not actor.holds_anywhere(_OTHERS)


def links_from_the_list(actor: Actor) -> list[tuple[str, str]]:
    """What the list of requests leads to besides what every page does."""
    return _of(actor, _FROM_THE_LIST)


def _of(
    actor: Actor, pages: Sequence[tuple[str, Promise, frozenset[str]]]
) -> list[tuple[str, str]]:
    return [(reverse(name), str(text)) for name, text, held in pages if actor.holds_anywhere(held)]


def links_for(actor: Actor) -> list[tuple[str, str]]:
    """The navigation of the staff's doors: each finds what their roles are for."""
    links = _of(actor, _CALL_CENTRE)
    if actor.districts:
        links.append((reverse("workbench:council"), _("District")))
        if is_only_an_office(actor):
            return links
    links.append((reverse("workbench:list"), _("Requests")))
    links += _of(actor, _AGENCY)
    links += _of(actor, _MANAGERS_DOOR)
    if any(entry.spec.booking is not None for entry in catalog().services):
        links.append((reverse("workbench:day"), _("Appointments")))
    if actor.holds_anywhere({Role.ADMINISTRATOR.value}):
        links.append((reverse("admin:index"), _("Manage")))
    return links
