"""Keeping a question to the list under a name, sharing it, beginning with it, removing it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed
from citycall.core.permissions import require
from citycall.service_requests import policies, queries, saved_views
from citycall.service_requests.views_models import FirstView, SavedView

LONGEST_NAME = 60
LONGEST_QUERY = 4_000
MOST_OWN = 100


class BadView(DomainError):
    """The view has no name, or there are too many."""

    code = "bad_view"
    status = 422


@transaction.atomic
def save_view(
    *, name: str, query: str, agency_id: int | None, by: Actor, at: datetime
) -> SavedView:
    """Keep a question under a name, for oneself, or for everybody of an agency.

    The same name by the same person says anew what it means. Raises ``BadView``, ``NotAllowed``.
    """
    # Who may read nothing has nothing to ask.
    queries.readable(by)
    if agency_id is not None:
        require(policies.PERMISSIONS, "share_view", by=by, agency_id=agency_id)
    called = _name(name)
    if len(query) > LONGEST_QUERY:
        raise BadView(_("This view has too many filters to be kept."), field="name")
    own = SavedView.objects.filter(owner_id=by.id, removed_at__isnull=True)
    kept = own.filter(name=called).first()
    if kept is None:
        if own.count() >= MOST_OWN:
            raise BadView(
                _("You have %(n)d views. Please remove one first.") % {"n": MOST_OWN}, field="name"
            )
        kept = SavedView(owner_id=by.id, name=called, created_at=at)  # type: ignore[misc]
    kept.query, kept.agency_id = query, agency_id
    kept.save()
    return kept


def _name(text: str) -> str:
    name = " ".join(text.replace("\x00", "").split())
    if not name:
        raise BadView(_("Please give the view a name."), field="name")
    if len(name) > LONGEST_NAME:
        raise BadView(
            _("Please keep this under %(n)s characters.") % {"n": LONGEST_NAME + 1}, field="name"
        )
    return name


@transaction.atomic
def begin_with(view_id: int | None, *, by: Actor) -> None:
    """Let the actor's list begin with a view that they see; none: with all open work again."""
    FirstView.objects.filter(user_id=by.id).delete()  # type: ignore[misc]
    if view_id is not None:
        view = saved_views.get_for(by, view_id)
        FirstView.objects.create(user_id=by.id, view=view)  # type: ignore[misc]


def remove_view(view_id: int, *, by: Actor, at: datetime) -> SavedView:
    """Take a view away from everybody's list; ``bring_back`` undoes it."""
    return _set_removed(view_id, at, by=by)


def bring_back(view_id: int, *, by: Actor) -> SavedView:
    """Undo a removal."""
    return _set_removed(view_id, None, by=by)


@transaction.atomic
def _set_removed(view_id: int, removed_at: datetime | None, *, by: Actor) -> SavedView:
    view = saved_views.get_for(by, view_id)
    may = policies.PERMISSIONS["remove_view"]
    if view.owner_id != by.id and not may.allows(by, agency_id=view.agency_id):
        raise NotAllowed(_("Only who made this view, or an agency manager, can remove it."))
    view.removed_at = removed_at
    view.save(update_fields=["removed_at"])
    return view
