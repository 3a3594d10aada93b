"""How every step begins and ends: locked, permitted, allowed by the table, saved, recorded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from citycall.contacts.in_words import hide_of
from citycall.contacts.models import Contact
from citycall.core import events as core_events
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import Conflict, DomainError, NotFound
from citycall.core.models import Event, Visibility
from citycall.core.permissions import require
from citycall.service_requests import policies, queries, rules
from citycall.service_requests.drafts import LONGEST_WORDS
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import ServiceRequest, Status
from citycall.service_requests.rules import Step

# What a reporter may do to their own problem, without being staff.
REPORTERS_STEPS = frozenset({Step.CONFIRM, Step.CANCEL, Step.REOPEN})


class Changed(Conflict):
    """Somebody else changed the request after the page was shown."""

    code = "changed_meanwhile"


class WordsMissing(DomainError):
    """A step that must be explained came without words, or with too many."""

    code = "words_missing"


def begin(
    request_id: int, *, step: Step, by: Actor, seen: datetime | None = None
) -> ServiceRequest:
    """Lock the request and set the state that the step leads to, if actor and table allow it.

    ``seen`` is the ``updated_at`` that the actor decided upon; ``Changed`` is raised when it is
    older than the row. Must run inside a transaction.
    """
    request = lock(request_id)
    if not (step in REPORTERS_STEPS and queries.is_reporter(by, request)):
        require(policies.PERMISSIONS, step.value, by=by, agency_id=request.agency_id)
    if seen is not None and seen != request.updated_at:
        raise Changed(_("Somebody else has just changed this request. Please look again."))
    target = rules.target_of(step, status=Status(request.status))
    if target is not None:
        request.status = target
    return request


def lock(request_id: int) -> ServiceRequest:
    """The request, held against other changes until the transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("A request is changed inside a transaction.")
    try:
        return ServiceRequest.objects.select_for_update().get(pk=request_id)
    except ServiceRequest.DoesNotExist:
        raise NotFound(_("There is no such request.")) from None


def finish(
    request: ServiceRequest,
    kind: Kind,
    *,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    words: str | None = None,
    visibility: Visibility = Visibility.PUBLIC,
) -> Event:
    """Save the request and append what happened to it."""
    request.updated_at = at
    request.save()
    # A dispute is in the words of whoever reported it, which nobody else reads.
    if words and by.kind is not ActorKind.RESIDENT and visibility is Visibility.PUBLIC:
        words = words if kind is Kind.DISPUTED else for_everyone(request, words)
    return tell(
        request,
        kind,
        by=by,
        at=at,
        data={"status": str(request.status), **(data or {})},
        words=words,
        visibility=visibility,
    )


def tell(
    request: ServiceRequest,
    kind: Kind,
    *,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    words: str | None = None,
    visibility: Visibility = Visibility.PUBLIC,
) -> Event:
    """Append an event to the request's life."""
    return core_events.record(
        kind=kind.value,
        subject_kind=SUBJECT,
        subject_id=request.pk,
        by=by,
        at=at,
        visibility=visibility,
        data=data,
        words=words,
    )


def for_everyone(request: ServiceRequest, words: str) -> str:
    """What staff write for everyone, without the reporters' own phone numbers and addresses.

    Numbers of the city and of other bodies stay: they say whom to call.
    """
    told_by = Contact.objects.filter(report__service_request__in=queries.family_ids(request.pk))
    pairs = told_by.values_list("email", "phone")
    return hide_of(words, reached_at={reach for pair in pairs for reach in pair if reach})


def need_words(text: str, *, field: str, sentence: str) -> str:
    """The trimmed words; raises ``WordsMissing`` with the sentence when there are none."""
    words = text.strip()
    if not words:
        raise WordsMissing(sentence, field=field)
    if len(words) > LONGEST_WORDS:
        raise WordsMissing(
            _("Please keep this under %(n)s characters.") % {"n": LONGEST_WORDS}, field=field
        )
    return words
