"""Reading saved views: a person's own, and those that are shared with their agency."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.service_requests import policies
from citycall.service_requests.views_models import FirstView, SavedView

# A list of more is a list that nobody reads.
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A named question to the list; ``query`` is what stands after the address's question mark."""

    id: int
    name: str
    query: str
    shared: bool
    own: bool
    first: bool


def views_of(actor: Actor) -> Sequence[View]:
    """The views that a person finds on their list, their first page's on top, then by name."""
    begins = FirstView.objects.filter(user_id=actor.id, view_id=OuterRef("pk"))  # type: ignore[misc]
    rows = SavedView.objects.filter(_visible(actor), removed_at__isnull=True)
    rows = rows.annotate(begins=Exists(begins)).order_by("name")[:MOST_SHOWN]
    found = [_view(row, actor, first=row.begins) for row in rows]
    return sorted(found, key=lambda view: (not view.first, view.name.casefold()))


def get_for(actor: Actor, view_id: int) -> SavedView:
    """A view that the actor may see, removed ones too; raises ``NotFound``."""
    found = SavedView.objects.filter(_visible(actor), pk=view_id).first()
    if found is None:
        raise NotFound(_("There is no such view."))
    return found


def sharing_agencies(actor: Actor) -> list[int]:
    """The ids of the agencies with which the actor may share a view."""
    held = actor.agencies_as(policies.PERMISSIONS["share_view"].own_agency)
    return sorted(held or ())


def _visible(actor: Actor) -> Q:
    read = policies.PERMISSIONS["read"]
    agencies = actor.agencies_as(read.own_agency | read.everywhere)
    shared = Q(agency__isnull=False) if agencies is None else Q(agency__in=agencies)
    return Q(owner_id=actor.id) | shared


def _view(row: SavedView, actor: Actor, *, first: bool) -> View:
    return View(
        id=row.pk,
        name=row.name,
        query=row.query,
        shared=row.agency_id is not None,
        own=row.owner_id == actor.id,
        first=first,
    )
