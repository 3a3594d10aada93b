"""Partners made, changed and ended; what is owed to each; and trying again what was refused."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from citycall.catalog.queries import UnknownService, catalog
from citycall.core import revisions
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotFound
from citycall.core.models import Event
from citycall.core.permissions import require
from citycall.core.reaching import check_address
from citycall.exchange import policies
from citycall.exchange.forwarding import composing, queries
from citycall.exchange.forwarding.queries import TAKERS, Taker
from citycall.exchange.forwarding.specs import PartnerSpec
from citycall.exchange.forwarding.waking import wake_poller, wake_sender
from citycall.exchange.models import Forward, ForwardedEvent, Partner
from citycall.exchange.open311.profiles import PROFILES, Updates
from citycall.service_requests import queries as service_requests
from citycall.service_requests.actions.change import lock
from citycall.service_requests.events import SUBJECT

PARTNER: Final = "partner"
FORWARD: Final = "forward"


class NothingToTry(Conflict):
    """What the partner has taken is not sent again."""

    code = "nothing_to_try"


# Partners.


def save_partner(*, spec: PartnerSpec, by: Actor, at: datetime) -> Partner:
    """Make or change the partner with the spec's code.

    What is owed already goes to where it is now. Requests that were reported before a service
    was named are not passed on. Raises ``NotAllowed``, ``BadAddress`` and ``Faults``. The
    address's name is looked up.
    """
    require(policies.PERMISSIONS, "manage_partners", by=by)
    if not spec.retired:
        check_address(spec.url)
        _check_services(spec)
    with transaction.atomic():
        row = Partner.objects.select_for_update().filter(code=spec.code).first()
        before = _document(row) if row is not None else None
        row = row or Partner(code=spec.code, created_at=at)
        if before is not None and before["url"] != spec.url:
            # Another server: its clock and its updates are others.
            row.updates_until = None
        row.name, row.url, row.jurisdiction_id = spec.name, spec.url, spec.jurisdiction_id
        row.profile, row.services = spec.profile, dict(spec.services)
        row.poll_every_seconds, row.active = spec.poll_every_seconds, not spec.retired
        row.resting_until, row.failures, row.problem = None, 0, ""
        row.save()
        _record(row, before=before, by=by, at=at)
        TAKERS.bump()
        if row.active:
            wake_sender(row.pk)
            wake_poller(row.pk)
    return row


def _check_services(spec: PartnerSpec) -> None:
    faults: dict[str, str] = {}
    for code in spec.services:
        try:
            catalog().service(code)
        except UnknownService as error:
            faults[f"services.{code}"] = error.message
    if faults:
        raise Faults(faults)


def end_partner(code: str, *, by: Actor, at: datetime) -> Partner:
    """Pass nothing more on to this partner and ask it nothing more; saving it begins again.

    What it is owed stays owed. Raises ``NotFound`` and ``NotAllowed``.
    """
    known = queries.partner_for(by, code)
    spec = PartnerSpec.model_validate(_document(known)).model_copy(update={"retired": True})
    return save_partner(spec=spec, by=by, at=at)


def _document(row: Partner) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "url": row.url,
        "jurisdiction_id": row.jurisdiction_id,
        "profile": row.profile,
        "services": dict(row.services),
        "poll_every_seconds": row.poll_every_seconds,
        "retired": not row.active,
    }


def _record(row: Partner, *, before: dict[str, Any] | None, by: Actor, at: datetime) -> None:
    revisions.record(
        subject_kind=PARTNER,
        subject_code=row.code,
        before=before,
        after=_document(row),
        by=by,
        at=at,
    )


# What is owed.


def forward(event: Event) -> None:
    """Owe a new request to each partner that takes its service; rows and jobs commit together.

    Again for the same event, nothing more is owed. A request that a partner has sent us is not
    sent back to it.
    """
    takers = [
        taker
        for taker in TAKERS.get()
        if event.data.get("service") in taker.services and not composing.is_theirs(event, taker)
    ]
    if not takers:
        return
    with transaction.atomic():
        # Held, so that no later event of the request is recorded while this is being done.
        lock(event.subject_id)
        for taker in takers:
            row, _new = Forward.objects.get_or_create(
                partner_id=taker.id,
                service_request_id=event.subject_id,
                defaults={"created_at": event.at},
            )
            _owe(row, taker, _events([event.subject_id], after=event.pk))
            wake_sender(taker.id)


def owe_update(event: Event) -> None:
    """Owe what happened to each partner that has the request and must know; once, and in order.

    Events of the request before this one are owed first, in case their own reactions are late.
    """
    takers = {taker.id: taker for taker in TAKERS.get() if composing.must_know(event, taker)}
    if not takers:
        return
    family = service_requests.family_ids(event.subject_id)
    rows = Forward.objects.filter(partner_id__in=takers, service_request_id__in=family)
    chosen: dict[int, Forward] = {}
    for row in rows.order_by("id"):
        # Of several that are one problem now, its own is told; else the one that was first.
        if row.partner_id not in chosen or row.service_request_id == event.subject_id:
            chosen[row.partner_id] = row
    for partner_id, row in chosen.items():
        with transaction.atomic():
            _owe(row, takers[partner_id], _events([event.subject_id], until=event.pk))
            wake_sender(partner_id)


def _events(request_ids: Sequence[int], *, after: int = 0, until: int | None = None) -> list[Event]:
    rows = Event.objects.filter(
        subject_kind=SUBJECT,
        subject_id__in=request_ids,
        kind__in=list(composing.TOLD),
        pk__gt=after,
    )
    return list((rows if until is None else rows.filter(pk__lte=until)).order_by("pk"))


def _owe(row: Forward, taker: Taker, events: Iterable[Event]) -> None:
    """Owe these events, unless they are owed already; a server without a feed takes none."""
    takes = PROFILES[taker.profile].updates is Updates.FEED
    states = ForwardedEvent.State
    ForwardedEvent.objects.bulk_create(
        (
            ForwardedEvent(
                forward=row,
                event=event,
                state=states.PENDING if takes else states.REFUSED,
                problem="" if takes else _("This kind of server takes no updates."),
                created_at=event.at,
            )
            for event in events
            if event.at >= row.created_at and composing.must_know(event, taker)
        ),
        ignore_conflicts=True,
    )


# Trying again.


@transaction.atomic
def try_again(forward_id: int, *, by: Actor, at: datetime) -> Forward:
    """Pass a request on once more, now: one that was refused, or that has waited long.

    Updates of it that were refused follow it. Raises ``NotAllowed``, ``NotFound``, and
    ``NothingToTry`` where the partner has taken everything.
    """
    require(policies.PERMISSIONS, "manage_partners", by=by)
    row = Forward.objects.select_for_update().filter(pk=forward_id).first()
    if row is None:
        raise NotFound(_("Nothing with this number was passed on."))
    before = {"state": str(row.state), "problem": row.problem}
    if not _again(Forward.objects.filter(pk=row.pk)):
        raise NothingToTry(_("The partner has taken this, and all that followed."))
    row.refresh_from_db()
    revisions.record(
        subject_kind=FORWARD,
        subject_code=str(row.pk),
        before=before,
        after={"state": str(row.state), "problem": row.problem},
        by=by,
        at=at,
        note="tried again",
    )
    wake_sender(row.partner_id)
    return row


@transaction.atomic
def try_all_again(code: str, *, by: Actor, at: datetime) -> int:
    """Try again, now, all that this partner has not taken; returns how many rows that are.

    It is not left alone any longer. Raises ``NotAllowed`` and ``NotFound``.
    """
    partner = queries.partner_for(by, code)
    before = {"failures": partner.failures, "problem": partner.problem}
    Partner.objects.filter(pk=partner.pk).update(resting_until=None, failures=0, problem="")
    count = _again(Forward.objects.filter(partner=partner))
    revisions.record(
        subject_kind=PARTNER,
        subject_code=partner.code,
        before=before,
        after={"failures": 0, "problem": "", "tried_again": count},
        by=by,
        at=at,
        note="tried again",
    )
    wake_sender(partner.pk)
    wake_poller(partner.pk)
    return count


def _again(forwards: QuerySet[Forward]) -> int:
    """Make what was refused pending, and what is pending due at once."""
    states, takes = Forward.State, [n for n, p in PROFILES.items() if p.updates is Updates.FEED]
    updates = ForwardedEvent.objects.filter(forward__in=forwards).exclude(
        state=ForwardedEvent.State.SENT
    )
    count = updates.filter(forward__partner__profile__in=takes).update(
        state=ForwardedEvent.State.PENDING, attempts=0, problem=""
    )
    count += forwards.filter(state=states.WAITING).update(attempts=0)
    return count + forwards.filter(state__in=[states.PENDING, states.REFUSED]).update(
        state=states.PENDING, attempts=0, problem=""
    )
