"""How every step begins and ends: locked, permitted, allowed by the table, saved, recorded."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from citycall.contacts.in_words import hide_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a step tells of a request: its first telling names the state that it led to.

    ``said`` has the words in other languages, by code, where a text of the agency's was chosen.
    """

    kind: Kind
    data: Mapping[str, Any] = field(default_factory=dict)
    words: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    said: Mapping[str, str] = field(default_factory=dict)


# Takes the reporters' phone numbers and addresses out of words for everyone.
Hide = Callable[[ServiceRequest, str], str]


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
    allow(request, step=step, by=by, seen=seen)
    return request


def allow(request: ServiceRequest, *, step: Step, by: Actor, seen: datetime | None = None) -> None:
    """Set the state that the step leads to on a locked request, as ``begin`` does."""
    if not (step in REPORTERS_STEPS and queries.is_reporter(by, request)):
        require(policies.PERMISSIONS, step.value, by=by, agency_id=request.agency_id)
    if seen is not None and seen != request.updated_at:
        raise Changed(_("Somebody else has just changed this request. Please look again."))
    target = rules.target_of(step, status=Status(request.status))
    if target is not None:
        request.status = target


def lock(request_id: int) -> ServiceRequest:
    """The request, held against other changes until the transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("A request is changed inside a transaction.")
    try:
        return ServiceRequest.objects.select_for_update().get(pk=request_id)
    except ServiceRequest.DoesNotExist:
        raise NotFound(_("There is no such request.")) from None


def lock_where_it_is(request_id: int) -> ServiceRequest:
    """The request that this one is part of by now, held: itself where it was not merged.

    Somebody may merge it while this waits: what is held in vain is let go before the next is
    taken, so that this and a merge never wait for each other.
    """
    while True:
        root_id = queries.root_id(request_id)
        point = transaction.savepoint()
        request = lock(root_id)
        if request.merged_into_id is None and root_id == queries.root_id(request_id):
            transaction.savepoint_commit(point)
            return request
        transaction.savepoint_rollback(point)


def keep(request: ServiceRequest, told: Sequence[Told], *, by: Actor, at: datetime) -> list[Event]:
    """Save the request and append everything that its step tells."""
    request.updated_at = at
    request.save()
    return [
        tell(
            request,
            each.kind,
            by=by,
            at=at,
            data=data_of(request, each, first=nth == 0, hide=for_everyone),
            words=public_words(request, each, by=by),
            visibility=each.visibility,
        )
        for nth, each in enumerate(told)
    ]


def data_of(request: ServiceRequest, told: Told, *, first: bool, hide: Hide) -> dict[str, Any]:
    """The facts of an event: those of the step, the state, and the words in other languages."""
    state = {"status": str(request.status)} if first else {}
    said = {language: hide(request, words) for language, words in told.said.items()}
    return {**state, **told.data, **({"said": said} if said else {})}


def public_words(
    request: ServiceRequest, told: Told, *, by: Actor, hide: Hide | None = None
) -> str | None:
    """The words as everyone may read them, where everyone can."""
    words, hidden = told.words, told.visibility is not Visibility.PUBLIC
    # A dispute is in the words of whoever reported it, which nobody else reads.
    if not words or hidden or by.kind is ActorKind.RESIDENT or told.kind is Kind.DISPUTED:
        return words
    return (hide or for_everyone)(request, words)


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
    told = Told(kind=kind, data=data or {}, words=words, visibility=visibility)
    return keep(request, [told], by=by, at=at)[0]


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
    return hide_of(words, reached_at=reached_at([request.pk]).get(request.pk, ()))


# Whoever reported each of these requests, or one that was merged into it.
_REACHED_AT = """
WITH RECURSIVE family AS (
    SELECT id AS root, id FROM unnest(%s::bigint[]) AS asked (id)
    UNION
    SELECT family.root, child.id FROM service_requests_servicerequest child
    JOIN family ON child.merged_into_id = family.id AND child.status = 'merged'
)
SELECT family.root, contact.email, contact.phone FROM family
JOIN service_requests_report report ON report.service_request_id = family.id
JOIN contacts_contact contact ON contact.id = report.contact_id
"""


def reached_at(request_ids: Collection[int]) -> dict[int, set[str]]:
    """The addresses and phone numbers of the people who reported each of these requests."""
    found: dict[int, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_REACHED_AT, [list(request_ids)])
        for root, email, phone in cursor.fetchall():
            found.setdefault(root, set()).update(reach for reach in (email, phone) if reach)
    return found


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
