"""The one road: a report becomes a request, or joins one, in one durable step."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import Catalog, catalog, written
from citycall.core import clock, numbers
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import Conflict
from citycall.core.events import REACT_QUEUE, REACT_TASK
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.places.models import LocationKind
from citycall.places.queries import areas
from citycall.routing.queries import Decision, routing
from citycall.service_requests import cells, checks, events, policies
from citycall.service_requests.drafts import Draft, Receipt
from citycall.service_requests.models import Channel, Report, Status
from citycall.service_requests.rules import USUAL_PRIORITY

# One statement, so that number, request, report, contact, event and job are durable together
# and cost one round trip. Each later part names an earlier one, or PostgreSQL would skip it.
_INSERT = """
WITH contact AS (
    INSERT INTO contacts_contact (name, email, phone, language, created_at)
    SELECT %(name)s::text, %(email)s::text, %(phone)s::text, %(language)s::text,
           %(at)s::timestamptz
    WHERE %(has_contact)s::boolean
    RETURNING id
), request AS (
    INSERT INTO service_requests_servicerequest (
        number, service_id, agency_id, team_id, rule_id, status, status_before_merge, priority,
        report_count, requested_at, updated_at, promised_at, due_at, hold_reason, explanation,
        referred_to, verification, reopened_count, location_kind, longitude, latitude, place,
        directions, accuracy_m, areas, h3_cell, source, source_id)
    VALUES (
        %(number)s, %(service)s, %(agency)s, %(team)s, %(rule)s, 'new', '', %(priority)s,
        1, %(at)s, %(recorded_at)s, %(due)s, %(due)s, '', '', '', '', 0, %(kind)s, %(longitude)s,
        %(latitude)s, %(place)s, %(directions)s, %(accuracy)s, %(areas)s::int[], %(cell)s,
        '', '')
    RETURNING id
), report AS (
    INSERT INTO service_requests_report (
        service_request_id, number, contact_id, channel, words, wanted, answers, language,
        reported_at, idempotency_key)
    SELECT request.id, %(number)s::bigint, (SELECT id FROM contact), %(channel)s::text,
           %(words)s::text, %(wanted)s::text, %(answers)s::jsonb, %(language)s::text,
           %(at)s::timestamptz, %(key)s::text
    FROM request
    RETURNING id, service_request_id
), event AS (
    INSERT INTO core_event (
        kind, at, actor_kind, actor_id, actor_name, subject_kind, subject_id, visibility, data)
    SELECT %(event_kind)s::text, %(at)s::timestamptz, %(actor_kind)s::text, %(actor_id)s::bigint,
           %(actor_name)s::text, %(subject_kind)s::text, report.service_request_id,
           %(visibility)s::text, %(data)s::jsonb || jsonb_build_object('report', report.id)
    FROM report
    RETURNING id
), job AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, args)
    SELECT %(queue)s::text, %(task)s::text, jsonb_build_object('event_id', event.id) FROM event
    RETURNING id
)
SELECT report.service_request_id, report.id FROM report, job
"""

_NUMBER_TRIES = 5


class KeyUsedOtherwise(Conflict):
    """The idempotency key came with another report before."""

    code = "idempotency_key_reused"


class NumberTaken(Conflict):
    """The number that was given already is another report's."""

    code = "number_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenEarlier:
    """A report that was taken, and given its number, before the system could hear of it.

    ``number`` is none where the number cannot stay. ``recorded_at`` is when it is told of at last;
    ``event`` is what the event says besides.
    """

    number: int | None
    recorded_at: datetime
    event: Mapping[str, Any]


def submit(
    draft: Draft,
    *,
    by: Actor,
    at: datetime,
    agreed_at: datetime | None = None,
    earlier: TakenEarlier | None = None,
) -> Receipt:
    """Take one report of a new problem; durable when this returns.

    A date that was agreed upon, as an appointment is, takes the place of the target's. Sent again
    with the same idempotency key, it returns the first receipt. A report that was ``earlier`` given
    its number keeps that; ``at`` is when it was made, from which its target counts. Raises
    ``Faults`` with every field at fault, ``checks.Stopped`` when an answer calls for advice or 911
    first, ``UnknownService``, ``NotAllowed``, ``KeyUsedOtherwise`` and ``NumberTaken``.
    """
    allow(by)
    book = catalog()
    checked = checks.check(draft, catalog=book, areas=areas())
    entry = written().service_by_id(checked.entry.id)
    decision = routing().choose(entry, checked.area_ids, at)
    due = agreed_at or _due_at(checked, decision, book=book, at=at)
    row = _row(draft, checked, decision, due=due, by=by, at=at, earlier=earlier)
    for number in _numbers(at, earlier):
        row["number"] = number
        try:
            with _own_transaction():
                return _insert(row)
        except IntegrityError as error:
            again = found_again(error, draft, by=by)
            if again is not None:
                return again
    if earlier is not None and earlier.number is not None:
        raise NumberTaken(_("This confirmation number is another report's already."))
    raise Conflict(_("No confirmation number could be drawn. Please try again."))


def _numbers(at: datetime, earlier: TakenEarlier | None) -> Iterator[int]:
    """The numbers to try: the one that was given, or some new ones."""
    if earlier is not None and earlier.number is not None:
        yield earlier.number
        return
    for _attempt in range(_NUMBER_TRIES):
        yield numbers.draw(year=at.astimezone(clock.city_zone()).year)


def allow(by: Actor) -> None:
    """Anyone may report; a program needs a key with the scope for it."""
    if by.kind is not ActorKind.RESIDENT:
        require(policies.PERMISSIONS, "submit", by=by)


def key_of(draft: Draft, *, by: Actor) -> str | None:
    """The stored form of a draft's key: one sender's keys never meet another's."""
    return _stored_key(draft.idempotency_key, by=by) if draft.idempotency_key else None


def _stored_key(idempotency_key: str, *, by: Actor) -> str:
    scope = f"{by.kind}:{by.id}:{idempotency_key}"
    return hashlib.sha256(scope.encode()).hexdigest()


def found_again(error: IntegrityError, draft: Draft, *, by: Actor) -> Receipt | None:
    """The receipt of the same submission, or none where only the number was taken."""
    message = str(error)
    if "idempotency_key" in message:
        reports = Report.objects.select_related("service_request")
        first = reports.get(idempotency_key=key_of(draft, by=by))
        if first.words != draft.words or first.channel != draft.channel:
            raise KeyUsedOtherwise(
                _("This submission's key was already used for a different report.")
            ) from error
        return _receipt_of(first)
    if "_number" in message:
        return None
    raise error


def received(idempotency_key: str, *, by: Actor) -> Receipt | None:
    """The receipt of whatever this sender handed in with the key before, or none.

    For a door whose sender may have changed the text since, or that asks again after the service
    has changed: ``submit`` would refuse what it had taken already.
    """
    key = _stored_key(idempotency_key, by=by)
    first = Report.objects.select_related("service_request").filter(idempotency_key=key).first()
    return _receipt_of(first) if first is not None else None


def _receipt_of(report: Report) -> Receipt:
    return Receipt(
        request_id=report.service_request_id,
        report_id=report.pk,
        number=report.number,
        promised_at=report.service_request.promised_at,
        again=True,
    )


def _own_transaction() -> AbstractContextManager[Any]:
    # Alone, the single statement is its own transaction and needs no BEGIN and COMMIT around it.
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _insert(row: dict[str, Any]) -> Receipt:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
        request_id, report_id = cursor.fetchone()
    return Receipt(
        request_id=request_id,
        report_id=report_id,
        number=row["number"],
        promised_at=row["due"],
    )


def _row(
    draft: Draft,
    checked: checks.Checked,
    decision: Decision,
    *,
    due: datetime | None,
    by: Actor,
    at: datetime,
    earlier: TakenEarlier | None,
) -> dict[str, Any]:
    entry, place, person = checked.entry, checked.location, checked.contact
    return {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "has_contact": bool(person),
        "language": draft.language,
        "at": at,
        "recorded_at": earlier.recorded_at if earlier is not None else at,
        "service": entry.id,
        "agency": decision.agency_id,
        "team": decision.team_id,
        "rule": decision.rule_id,
        "priority": USUAL_PRIORITY,
        "due": due,
        "kind": place.kind.value if place else LocationKind.WORDS.value,
        "longitude": place.longitude if place else None,
        "latitude": place.latitude if place else None,
        "place": place.place if place else "",
        "directions": place.directions if place else "",
        "accuracy": place.accuracy_m if place else None,
        "areas": list(checked.area_ids),
        "cell": cells.cell_of(*place.point) if place and place.point else None,
        "channel": draft.channel.value,
        "words": draft.words,
        "wanted": draft.wanted,
        "answers": json.dumps(checked.answers),
        "key": key_of(draft, by=by),
        "event_kind": events.Kind.SUBMITTED.value,
        "actor_kind": by.kind.value,
        "actor_id": by.id,
        "actor_name": by.name,
        "subject_kind": events.SUBJECT,
        "visibility": Visibility.PUBLIC.value,
        "data": json.dumps(_told(draft, checked, decision, due=due, earlier=earlier)),
        "queue": REACT_QUEUE,
        "task": REACT_TASK,
    }


def _due_at(
    checked: checks.Checked, decision: Decision, *, book: Catalog, at: datetime
) -> datetime | None:
    """When the work is due by the service's target, counted in its agency's working time."""
    target = checked.entry.spec.target
    return catalog_rules.due_at(
        target,
        start=at,
        working_time=book.working_time(
            decision.agency_id, target.calendar if target is not None else None
        ),
        zone=clock.city_zone(),
        priority=USUAL_PRIORITY,
        area_ids=checked.area_ids,
    )


def _told(
    draft: Draft,
    checked: checks.Checked,
    decision: Decision,
    *,
    due: datetime | None,
    earlier: TakenEarlier | None,
) -> dict[str, Any]:
    """What the event says of the new request."""
    told = {
        "status": Status.NEW.value,
        "service": checked.entry.spec.code,
        "team": decision.team_id,
        "reason": decision.reason_on_record,
        "due_at": due.isoformat() if due else None,
    }
    if checked.stop is not None:
        told["stop_read"] = checked.stop.kind.value
    if draft.channel is Channel.COUNCIL:
        told["channel"] = draft.channel.value
    if draft.no_danger:
        told["no_danger"] = draft.no_danger
    if earlier is not None:
        told |= earlier.event
    return told
