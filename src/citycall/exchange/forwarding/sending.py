"""What is owed to a partner, sent: new requests, then what happened to them, each in its order.

Every attempt is written down before it is made. So whatever dies between a call and the record
of its answer, the next attempt knows that the first one may have arrived.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from citycall.core import clock
from citycall.core.actors import Actor, ActorKind
from citycall.core.models import Visibility
from citycall.exchange.forwarding import arrived, composing, health
from citycall.exchange.forwarding.speaking import Line
from citycall.exchange.models import Forward, ForwardedEvent, Partner
from citycall.exchange.open311.failures import Limited, Rejected, TooMany, Unavailable
from citycall.exchange.open311.told import Created, NewRequest, RemoteDefinition
from citycall.service_requests.actions.change import tell
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest

# An attempt that failed is made again 5 seconds after the row was made, then 15, 35 … so that
# the age doubles. Where nothing lets the partner know a repeated request, what got lost is given
# time to appear in its lists before it is looked for.
_FIRST_WAIT: Final = timedelta(seconds=5)
_UNSURE_WAIT: Final = timedelta(seconds=60)
# News of a request whose id was not known yet was passed over; this long ago is read again anyway.
_READ_AGAIN: Final = timedelta(minutes=5)
_AT_ONCE: Final = 50
# Sooner than this no worker would look at a job that is meant for later.
_SHORT_REST: Final = timedelta(seconds=5)
_LONGEST_PROBLEM: Final = 500

_DUE: Final = "%(first)s * (power(2, least({row}.attempts, 24)) - 1)"
_WORK: Final = f"""
SELECT kind, id, due FROM (
    SELECT f.state AS kind, f.id, f.attempts,
           greatest(
               coalesce(f.sent_at, f.created_at) + {_DUE.format(row="f")},
               f.unsure_since + %(wait)s
           ) AS due
    FROM exchange_forward f
    WHERE f.partner_id = %(partner)s AND f.state IN ('pending', 'waiting')
    UNION ALL
    SELECT 'update', e.id, e.attempts, e.created_at + {_DUE.format(row="e")}
    FROM exchange_forwardedevent e JOIN exchange_forward f ON f.id = e.forward_id
    WHERE f.partner_id = %(partner)s AND f.state = 'sent' AND e.state = 'pending'
      AND NOT EXISTS (
          SELECT FROM exchange_forwardedevent earlier
          WHERE earlier.forward_id = e.forward_id AND earlier.state = 'pending'
            AND earlier.event_id < e.event_id)
) AS owed
ORDER BY due > %(at)s, CASE WHEN due > %(at)s THEN due END, attempts, id
LIMIT %(limit)s
"""  # noqa: S608  (constants of this code)


class _Owed(NamedTuple):
    """One thing to be done: ``kind`` is a forward's state, or ``update``."""

    kind: str
    id: int
    due: datetime


def has_unsettled(partner_id: int) -> bool:
    """Whether anything is owed to the partner."""
    return bool(_owed(partner_id, at=clock.now(), wait=timedelta(0), limit=1))


def send_owed(
    partner_id: int,
    *,
    line: Callable[[Partner], Line] = Line,
    now: Callable[[], datetime] = clock.now,
    sleep: Callable[[float], None] = time.sleep,
    seconds: float = 20.0,
) -> datetime | None:
    """Send what is due, for about so many seconds; when to come again, none if all is settled.

    A partner that rests is left alone; a short rest is waited for. Only one at a time may do
    this for a partner.
    """
    partner = Partner.objects.get(pk=partner_id)
    sender = _Sender(partner, line(partner), now)
    until = time.monotonic() + seconds
    while True:
        at = now()
        owed = _owed(partner_id, at=at, wait=sender.unsure_wait, limit=_AT_ONCE)
        if not owed or not partner.active:
            return None
        due = [each for each in owed if each.due <= at]
        if not due:
            partner.refresh_from_db()
            return max(owed[0].due, partner.resting_until or owed[0].due)
        for each in due:
            partner.refresh_from_db()
            rest = health.rest_of(partner, at=now())
            if rest > _SHORT_REST or not partner.active:
                return partner.resting_until if partner.active else None
            if time.monotonic() > until:
                return now()
            if rest:
                sleep(rest.total_seconds())
            sender.do(each)


def _owed(partner_id: int, *, at: datetime, wait: timedelta, limit: int) -> list[_Owed]:
    values: dict[str, Any] = {
        "partner": partner_id,
        "at": at,
        "first": _FIRST_WAIT,
        "wait": wait,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WORK, values)
        return [_Owed(*row) for row in cursor.fetchall()]


class _Sender:
    """Sends to one partner, and writes down what became of each attempt."""

    def __init__(self, partner: Partner, line: Line, now: Callable[[], datetime]) -> None:
        self.partner, self.line, self.now = partner, line, now
        self.once = bool(line.client.profile.once)
        self.unsure_wait = timedelta(0) if self.once else _UNSURE_WAIT
        self._definitions: dict[str, RemoteDefinition | None] = {}

    @property
    def by(self) -> Actor:
        """Who notes for staff what the partner did."""
        return Actor(kind=ActorKind.SYSTEM, name=self.partner.name)

    def do(self, owed: _Owed) -> None:
        """Make one attempt."""
        doing: Mapping[str, Callable[[int], None]] = {
            Forward.State.PENDING: self.pass_on,
            Forward.State.WAITING: self.ask_for_id,
            "update": self.tell,
        }
        doing[owed.kind](owed.id)

    # A new request.

    def pass_on(self, forward_id: int) -> None:
        """Make the request at the partner, once."""
        with transaction.atomic():
            row = _locked(forward_id, Forward.State.PENDING)
            if row is None:
                return
            unsure_since = row.unsure_since
            row.attempts += 1
            row.unsure_since = unsure_since or self.now()
            row.save(update_fields=["attempts", "unsure_since"])
        code = composing.service_code_of(row.service_request, self.partner.services)
        if not code:
            self.refuse(row, _("This service is not passed on to it any longer."))
            return
        try:
            created = self.made(row, code, sought=unsure_since is not None and not self.once)
        except (Limited, Rejected, Unavailable, TooMany) as error:
            self.not_made(row, error, unsure_since)
        else:
            health.answered(self.partner)
            self.made_known(row, created)

    def made(self, row: Forward, code: str, *, sought: bool) -> Created:
        new = self.composed(row, code)
        if sought:
            known = self.found(row, new)
            if known is not None:
                return Created(service_request_id=known)
        return self.line.client.create(new)

    def found(self, row: Forward, new: NewRequest) -> str | None:
        try:
            return arrived.find(row, new, self.line, at=self.now())
        except Rejected as error:
            if error.key_refused:
                raise
            told = _("It may have arrived, but could not be looked for: %(why)s")
            raise Rejected(error.http_status, [told % {"why": error.message}]) from None

    def composed(self, row: Forward, code: str) -> NewRequest:
        answers = composing.report_of(row.service_request).answers
        definition = self.definition(code) if answers else None
        return composing.new_request(row, service_code=code, definition=definition)

    def definition(self, code: str) -> RemoteDefinition | None:
        if code not in self._definitions:
            try:
                self._definitions[code] = self.line.client.definition(code)
            except Rejected as error:
                if error.key_refused:
                    raise
                self._definitions[code] = None
        return self._definitions[code]

    def not_made(
        self,
        row: Forward,
        error: Limited | Rejected | Unavailable | TooMany,
        unsure_since: datetime | None,
    ) -> None:
        """Write down why there is no answer; the request stays owed unless it was refused."""
        if isinstance(error, Rejected) and not error.key_refused:
            health.answered(self.partner)
            self.refuse(row, error.message)
            return
        if isinstance(error, Limited | Rejected) or (
            isinstance(error, Unavailable) and not error.sent
        ):
            # This attempt is sure to have made nothing; an earlier one may have.
            row.unsure_since = unsure_since
        if isinstance(error, Limited):
            row.attempts -= 1
        row.problem = error.message[:_LONGEST_PROBLEM]
        row.save(update_fields=["attempts", "unsure_since", "problem"])
        if not isinstance(error, TooMany):
            health.failed(self.partner, error, at=self.now())

    def made_known(self, row: Forward, created: Created) -> None:
        """Keep the id, or the token to ask for it with."""
        at = self.now()
        first = row.unsure_since or at
        row.unsure_since, row.problem, row.sent_at = None, "", row.sent_at or at
        if not created.service_request_id:
            row.state, row.token, row.attempts = Forward.State.WAITING, created.token, 0
            row.save()
            return
        row.state, row.remote_id = Forward.State.SENT, created.service_request_id
        told = _("Passed on to %(partner)s, where it is number %(id)s.")
        try:
            with transaction.atomic():
                row.save()
                self.note(row, told % {"partner": self.partner.name, "id": row.remote_id})
                self.read_again(min(first, row.sent_at), at)
        except IntegrityError:
            row.remote_id = None
            sentence = _("It answered with the number %(id)s, which another request has there.")
            self.refuse(row, sentence % {"id": created.service_request_id})

    def read_again(self, since: datetime, at: datetime) -> None:
        """Have news read from ``since``: while the id was not known, they were passed over."""
        if at - since < _READ_AGAIN:
            return
        theirs = self.line.their_time(since)
        rows = Partner.objects.filter(pk=self.partner.pk, updates_until__gt=theirs)
        rows.update(updates_until=theirs)

    def refuse(self, row: Forward, why: str) -> None:
        """The partner does not take it: staff see that, and can try again."""
        row.state, row.problem, row.unsure_since = (
            Forward.State.REFUSED,
            why[:_LONGEST_PROBLEM],
            None,
        )
        told = _("This was not passed on to %(partner)s: %(why)s")
        with transaction.atomic():
            row.save()
            self.note(row, told % {"partner": self.partner.name, "why": why})

    def note(self, row: Forward, words: str) -> None:
        # Told, not saved: a note by the way must not stop somebody's step on the same request.
        tell(
            ServiceRequest(pk=row.service_request_id),
            Kind.NOTE_ADDED,
            by=self.by,
            at=self.now(),
            words=words,
            visibility=Visibility.INTERNAL,
        )

    # The id of a request that was taken for later.

    def ask_for_id(self, forward_id: int) -> None:
        """Ask whether there is an id for the token by now."""
        with transaction.atomic():
            row = _locked(forward_id, Forward.State.WAITING)
            if row is None:
                return
            row.attempts += 1
            row.save(update_fields=["attempts"])
        try:
            known = self.line.client.token(row.token)
        except (Limited, Rejected, Unavailable) as error:
            row.problem = error.message[:_LONGEST_PROBLEM]
            row.save(update_fields=["problem"])
            health.failed(self.partner, error, at=self.now())
            return
        health.answered(self.partner)
        if known:
            self.made_known(row, Created(service_request_id=known))

    # What happened to it since.

    def tell(self, owed_id: int) -> None:
        """Tell the partner of one event."""
        states = ForwardedEvent.State
        with transaction.atomic():
            owed = (
                ForwardedEvent.objects.select_for_update(of=("self",))
                .select_related("forward", "event")
                .filter(pk=owed_id, state=states.PENDING)
                .first()
            )
            if owed is None:
                return
            owed.attempts += 1
            owed.save(update_fields=["attempts"])
        try:
            known_as = self.line.client.post_update(composing.update(owed))
        except Rejected as error:
            self.not_told(owed, error)
        except (Limited, Unavailable) as error:
            if isinstance(error, Limited):
                owed.attempts -= 1
            owed.problem = error.message[:_LONGEST_PROBLEM]
            owed.save(update_fields=["attempts", "problem"])
            health.failed(self.partner, error, at=self.now())
        else:
            health.answered(self.partner)
            owed.state, owed.remote_update_id, owed.problem = states.SENT, known_as[:200], ""
            owed.sent_at = self.now()
            owed.save()

    def not_told(self, owed: ForwardedEvent, error: Rejected) -> None:
        if error.key_refused:
            owed.problem = error.message[:_LONGEST_PROBLEM]
            owed.save(update_fields=["problem"])
            health.failed(self.partner, error, at=self.now())
            return
        health.answered(self.partner)
        owed.state, owed.problem = ForwardedEvent.State.REFUSED, error.message[:_LONGEST_PROBLEM]
        told = _("%(partner)s could not be told what happened here: %(why)s")
        with transaction.atomic():
            owed.save(update_fields=["state", "problem"])
            self.note(owed.forward, told % {"partner": self.partner.name, "why": error.message})


def _locked(forward_id: int, state: Forward.State) -> Forward | None:
    return (
        Forward.objects.select_for_update(of=("self",))
        .select_related("service_request")
        .filter(pk=forward_id, state=state)
        .first()
    )
