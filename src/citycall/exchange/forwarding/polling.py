"""News from a partner, asked for in windows that overlap, and each applied once.

How far the news have been read is told by the news' own times, never by our clock: the cursor
stands at the latest that was seen, and each window begins a while before it. So clocks may
differ, and what appears a little late is still found.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Min, Q, QuerySet

from citycall.core import clock
from citycall.core.actors import Actor, ActorKind
from citycall.exchange.forwarding import composing, health
from citycall.exchange.forwarding.speaking import Line
from citycall.exchange.models import Forward, ForwardedEvent, Partner, ReceivedUpdate
from citycall.exchange.open311 import following
from citycall.exchange.open311.applying import ToldUpdate, apply_update, stored_id
from citycall.exchange.open311.failures import Limited, Rejected, TooMany, Unavailable
from citycall.exchange.open311.profiles import Updates
from citycall.exchange.open311.told import RemoteUpdate

OVERLAP: Final = timedelta(minutes=10)
# Beyond the partner's own time nothing has happened yet, but its updates may be dated otherwise.
AHEAD: Final = timedelta(days=1)
# Where nothing happens, no longer stretch than this is asked for again and again.
QUIET: Final = timedelta(days=1)
# Where requests can only be asked for one by one, those that ended long ago are not.
_STILL_ASKED: Final = timedelta(days=30)
_LONGEST_STATUS: Final = 60
_LONGEST_PROBLEM: Final = 500


def poll(
    partner_id: int,
    *,
    line: Callable[[Partner], Line] = Line,
    now: Callable[[], datetime] = clock.now,
) -> int:
    """Ask a partner for news of what it was passed, and apply what is new; returns how many.

    A partner that rests, or has nothing of ours, is left alone. Where it cannot be asked, or its
    answer was not whole, the next time begins where this one did.
    """
    partner = Partner.objects.get(pk=partner_id)
    at = now()
    sent = Forward.objects.filter(partner=partner, state=Forward.State.SENT)
    began = sent.aggregate(first=Min("created_at"))["first"]
    if began is None or health.is_resting(partner, at=at):
        return 0
    speaker = line(partner)
    ids: Sequence[str] = ()
    if speaker.client.profile.updates is Updates.BY_ID:
        ids = _worth_asking(sent, at=at)
    try:
        told = _news(partner, speaker, began, ids, at=at)
    except (Limited, Rejected, Unavailable, TooMany) as error:
        _not_asked(partner, error, at=now())
        return 0
    health.answered(partner)
    applied = _apply(partner, told, now=now)
    _move_on(partner, told, speaker, at=at)
    return applied


def _not_asked(
    partner: Partner, error: Limited | Rejected | Unavailable | TooMany, *, at: datetime
) -> None:
    if isinstance(error, TooMany) or (isinstance(error, Rejected) and not error.key_refused):
        # It does not take this question; what is owed to it can be sent all the same.
        rows = Partner.objects.filter(pk=partner.pk)
        rows.update(problem=error.message[:_LONGEST_PROBLEM], polled_at=at)
    else:
        health.failed(partner, error, at=at)


def _news(
    partner: Partner, line: Line, began: datetime, ids: Sequence[str], *, at: datetime
) -> Sequence[RemoteUpdate]:
    """Everything since the cursor, or since the partner got its first request."""

    def asked() -> Sequence[RemoteUpdate]:
        since = partner.updates_until or line.their_time(began)
        until = max(line.their_time(at), since) + AHEAD
        return line.client.updates(since - OVERLAP, until, ids=ids)

    told = asked()
    # The first answer has told how late it is there: with a clock far from ours, it was asked
    # for the wrong time.
    return asked() if abs(line.ahead or timedelta(0)) > OVERLAP / 2 and not ids else told


def _worth_asking(sent: QuerySet[Forward], *, at: datetime) -> list[str]:
    ended = [status for status in following.MEANINGS if following.is_end(status)]
    rows = sent.filter(
        ~Q(remote_status__in=ended)
        | Q(remote_updated_at__isnull=True)
        | Q(remote_updated_at__gt=at - _STILL_ASKED)
    )
    return [remote for remote in rows.values_list("remote_id", flat=True) if remote]


def _move_on(partner: Partner, told: Sequence[RemoteUpdate], line: Line, *, at: datetime) -> None:
    """Put the cursor at the latest news; unless it was put back meanwhile, to read again."""
    theirs = line.their_time(at)
    seen = [min(update.at, theirs + OVERLAP) for update in told]
    cursor = max([*seen, theirs - QUIET, *filter(None, [partner.updates_until])])
    rows = Partner.objects.filter(pk=partner.pk, updates_until=partner.updates_until)
    if partner.updates_until is None:
        rows = Partner.objects.filter(pk=partner.pk, updates_until__isnull=True)
    rows.update(updates_until=cursor)
    Partner.objects.filter(pk=partner.pk).update(polled_at=at)


def _apply(partner: Partner, told: Sequence[RemoteUpdate], *, now: Callable[[], datetime]) -> int:
    source = f"partner:{partner.pk}"
    new = _new(source, told)
    remote = {update.service_request_id for update in new}
    rows = Forward.objects.filter(partner=partner, remote_id__in=remote)
    forwards = {row.remote_id: row for row in rows if row.remote_id}
    own = _own_updates(forwards.values())
    applied = 0
    for update in sorted(new, key=lambda each: each.at):
        forward = forwards.get(update.service_request_id)
        if forward is None:
            continue  # Somebody else's request, or one whose answer we have not had yet.
        _receive(partner, forward, update, own.get(forward.pk, []), source=source, at=now())
        applied += 1
    return applied


def _new(source: str, told: Sequence[RemoteUpdate]) -> list[RemoteUpdate]:
    """Those that have not been received before."""
    ids = {stored_id(update.update_id): update for update in told}
    rows = ReceivedUpdate.objects.filter(source=source, update_id__in=list(ids))
    known = set(rows.values_list("update_id", flat=True))
    return [update for stored, update in ids.items() if stored not in known]


def _own_updates(forwards: Iterable[Forward]) -> Mapping[int, list[ForwardedEvent]]:
    """What we have told of these requests, or tried to."""
    found: dict[int, list[ForwardedEvent]] = {}
    rows = ForwardedEvent.objects.filter(
        forward__in=[forward.pk for forward in forwards], attempts__gt=0
    )
    for row in rows.select_related("event"):
        found.setdefault(row.forward_id, []).append(row)
    return found


def _receive(
    partner: Partner,
    forward: Forward,
    update: RemoteUpdate,
    own: Sequence[ForwardedEvent],
    *,
    source: str,
    at: datetime,
) -> None:
    if update.update_id in {each.remote_update_id for each in own} or composing.says_the_same(
        update.description, own
    ):
        # Our own words, come back: kept, so that they are known, and nothing done.
        ReceivedUpdate.objects.get_or_create(
            source=source,
            update_id=stored_id(update.update_id),
            defaults={
                "service_request_id": forward.service_request_id,
                "status": update.status[:_LONGEST_STATUS],
                "told_at": update.at,
                "received_at": at,
            },
        )
    else:
        apply_update(
            forward.service_request_id,
            ToldUpdate(
                update.update_id,
                update.status,
                update.at,
                update.description,
                update.media_urls,
                update.external_status_code,
            ),
            source=source,
            by=Actor(kind=ActorKind.SYSTEM, name=partner.name),
            at=at,
        )
    if forward.remote_updated_at is None or update.at >= forward.remote_updated_at:
        forward.remote_updated_at = update.at
        forward.remote_status = update.status[:_LONGEST_STATUS] or forward.remote_status
        forward.save(update_fields=["remote_updated_at", "remote_status"])
