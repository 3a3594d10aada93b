"""Who is mailed the answer to a question, on which days, and owing them the messages."""

from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from citycall.accounts.models import User
from citycall.analytics.store import About
from citycall.analytics.watch import events, links, queries, rules
from citycall.analytics.watch.events import Kind
from citycall.analytics.watch.models import Rhythm, Subscription
from citycall.core import clock
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import Faults

TELL_TASK: Final = "citycall.mail_answer"
TELL_QUEUE: Final = "mail"
_AT_ONCE: Final = 200
_LAST_WEEKDAY: Final = 6


@transaction.atomic
def subscribe(
    question_id: int, rhythm: str, weekday: int | None, *, by: Actor, at: datetime
) -> Subscription:
    """Mail the actor the answer to an own or shared question, from the next day of sending on.

    Raises ``NotFound``, ``NotAllowed`` and ``Faults``.
    """
    row = queries.question_for(by, question_id, lock=True)
    faults = {}
    if rhythm not in Rhythm.values:
        faults["rhythm"] = _("Please choose how often.")
    if rhythm == Rhythm.WEEKLY and not 0 <= (-1 if weekday is None else weekday) <= _LAST_WEEKDAY:
        faults["weekday"] = _("Please choose a day of the week.")
    user = User.objects.get(pk=queries.account_of(by))
    if not user.email:
        faults["rhythm"] = _("Your account has no e-mail address. Please ask an administrator.")
    if faults:
        raise Faults(faults)
    told = rows_of = Subscription.objects.filter(question=row, user=user).first()
    if told is None:
        told = Subscription(question=row, user=user, made_at=at)
    told.rhythm, told.weekday = rhythm, weekday if rhythm == Rhythm.WEEKLY else None
    today = rules.day_of_sending(at, zone=clock.city_zone())
    told.owed_for = rules.last_sending(today, told.rhythm, told.weekday)
    told.save()
    events.tell(
        events.QUESTION,
        row.pk,
        Kind.MAIL_ASKED,
        by=by,
        at=at,
        rhythm=told.rhythm,
        weekday=told.weekday,
        again=rows_of is not None,
    )
    return told


@transaction.atomic
def unsubscribe(question_id: int, *, by: Actor, at: datetime) -> None:
    """Mail the actor no more of a question; nothing happens where they are not mailed."""
    _end(
        Subscription.objects.filter(
            question_id=question_id, user_id=queries.account_of(by)
        ).first(),
        by,
        at,
    )


def look_at_end(key: str) -> Subscription | None:
    """What a signed link ends; none where it has ended. Raises ``BadLink``."""
    rows = Subscription.objects.select_related("question")
    return rows.filter(pk=links.read_end(key)).first()


@transaction.atomic
def end(key: str, *, at: datetime) -> None:
    """End what a signed link is about, whoever opens it; raises ``BadLink``."""
    _end(Subscription.objects.filter(pk=links.read_end(key)).first(), SYSTEM, at)


def _end(row: Subscription | None, by: Actor, at: datetime) -> None:
    if row is not None:
        events.tell(events.QUESTION, row.question_id, Kind.MAIL_ENDED, by=by, at=at)
        row.delete()


def owe_due(about: About, *, at: datetime, most: int = _AT_ONCE) -> int:
    """Owe a message to everybody whose day has come; returns to how many. Safe to run again.

    Not before the facts know all of the day before. A day that was missed is made up for once,
    however many were; nobody is owed two messages for one day.
    """
    today = rules.day_of_sending(at, zone=clock.city_zone())
    if about.seen_until.astimezone(clock.city_zone()).date() < today:
        return 0
    with transaction.atomic():
        due = Subscription.objects.filter(_due(today), user__is_active=True)
        rows = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("id")[:most])
        for row in rows:
            row.owed_for = rules.last_sending(today, row.rhythm, row.weekday)
            row.save(update_fields=["owed_for"])
            task = jobs.configure_task(TELL_TASK, queue=TELL_QUEUE)
            task.defer(subscription_id=row.pk, day=row.owed_for.isoformat())
    return len(rows)


def _due(today: date) -> Q:
    found = Q(rhythm=Rhythm.DAILY, owed_for__lt=rules.last_sending(today, Rhythm.DAILY))
    found |= Q(rhythm=Rhythm.MONTHLY, owed_for__lt=rules.last_sending(today, Rhythm.MONTHLY))
    for weekday in range(_LAST_WEEKDAY + 1):
        last = rules.last_sending(today, Rhythm.WEEKLY, weekday)
        found |= Q(rhythm=Rhythm.WEEKLY, weekday=weekday, owed_for__lt=last)
    return found
