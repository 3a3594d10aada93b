"""Why somebody of the city looked at how a reporter is reached: asked before, recorded, listed."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from citycall.accounts.models import Role
from citycall.calls import queries as calls
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import DomainError, NotAllowed
from citycall.core.paging import Page, page_by_time
from citycall.core.permissions import Grant, require
from citycall.privacy.models import ContactOpening
from citycall.service_requests import policies
from citycall.service_requests.models import ServiceRequest

# Long enough for a conversation and what is written about it; a new day asks anew.
OPEN_FOR: Final = timedelta(hours=1)
KEPT_FOR: Final = timedelta(days=3 * 365)
LONGEST_WORDS: Final = 500
SIZE: Final = 50
_MANAGERS: Final = Grant(
    everywhere=frozenset({Role.SUPERVISOR.value, Role.ADMINISTRATOR.value}),
    own_agency=frozenset({Role.AGENCY_MANAGER.value}),
)


class ReasonMissing(DomainError):
    """Contacts are not opened without a reason."""

    code = "reason_missing"


@transaction.atomic
def open_contacts(
    request: ServiceRequest, *, reason: str, words: str, by: Actor, at: datetime
) -> ContactOpening:
    """Let the actor see the contacts of this request for an hour, and record why.

    Raises ``NotAllowed`` for those who may never see them, and ``ReasonMissing``.
    """
    require(policies.PERMISSIONS, "read_contact", by=by, agency_id=request.agency_id)
    said = words.strip()
    if reason not in set(ContactOpening.CHOSEN):
        raise ReasonMissing(_("Please choose why you need the contact."), field="reason")
    if reason == ContactOpening.Reason.OTHER and not said:
        raise ReasonMissing(_("Please say why you need the contact."), field="words")
    if len(said) > LONGEST_WORDS:
        sentence = _("Please keep this under %(n)s characters.") % {"n": LONGEST_WORDS}
        raise ReasonMissing(sentence, field="words")
    return _record(request, reason=reason, words=said, by=by, at=at)


def may_see(request: ServiceRequest, *, by: Actor, at: datetime) -> bool:
    """Whether the actor sees the contacts now: opened within the hour, or in conversation."""
    if not policies.PERMISSIONS["read_contact"].allows(by, agency_id=request.agency_id):
        return False
    if by.kind is ActorKind.SYSTEM:
        return True
    return is_open(request, by=by, at=at) or calls.talks_about(by, request.pk)


def is_open(request: ServiceRequest, *, by: Actor, at: datetime) -> bool:
    """Whether the actor said within the hour why they need the contacts of this request."""
    found = ContactOpening.objects.filter(
        service_request=request, by_kind=by.kind.value, by_id=by.id, until__gt=at
    )
    return found.exists()


def read_by_program(request: ServiceRequest, *, by: Actor, at: datetime) -> None:
    """Record that a program with the right to it read the contacts; once within an hour."""
    if by.kind is ActorKind.KEY and not is_open(request, by=by, at=at):
        _record(request, reason=ContactOpening.Reason.PROGRAM, words="", by=by, at=at)


def page(actor: Actor, *, older_than: str = "", newer_than: str = "") -> Page[ContactOpening]:
    """Who opened contacts and why, latest first, for those who answer for it.

    Raises ``NotAllowed`` for everybody else.
    """
    rows = _listed(actor).select_related("service_request__service")
    return page_by_time(rows, column="at", older_than=older_than, newer_than=newer_than, size=SIZE)


def may_list(actor: Actor) -> bool:
    """Whether the actor answers for what others opened."""
    return actor.holds_anywhere(_MANAGERS.everywhere | _MANAGERS.own_agency)


def forget(*, before: datetime) -> int:
    """Remove what was recorded so long ago; returns how much."""
    return ContactOpening.objects.filter(at__lt=before).delete()[0]


def _listed(actor: Actor) -> QuerySet[ContactOpening]:
    if actor.holds_anywhere(_MANAGERS.everywhere):
        return ContactOpening.objects.all()
    agencies = actor.agencies_as(_MANAGERS.own_agency)
    if agencies is None:
        return ContactOpening.objects.all()
    if not agencies:
        raise NotAllowed(_("You do not have permission to do this."))
    return ContactOpening.objects.filter(Q(agency_id__in=agencies))


def _record(
    request: ServiceRequest, *, reason: str, words: str, by: Actor, at: datetime
) -> ContactOpening:
    return ContactOpening.objects.create(
        service_request=request,
        agency_id=request.agency_id,
        by_kind=by.kind.value,
        by_id=by.id,
        by_name=by.name,
        reason=reason,
        words=words,
        at=at,
        until=at + OPEN_FOR,
    )
