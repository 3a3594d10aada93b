"""Jobs: one mailed answer, one mailed alert, each as its receiver may see it at that moment."""

from datetime import date

import duckdb
from django.db import Error as DatabaseProblem
from django.db import transaction
from django.utils import translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.accounts.queries import actor_of
from citycall.analytics.store import NoFactsYet, current
from citycall.analytics.watch import answering, links, queries
from citycall.analytics.watch.actions import judge, mail
from citycall.analytics.watch.models import Alert, Subscription
from citycall.core import clock
from citycall.core.errors import NotAllowed, NotFound
from citycall.notifications import delivery, messages

# After 6 seconds, 36, then 4 minutes, 22, 2 hours and 13.
_AGAIN_LATER = RetryStrategy(
    max_attempts=6,
    exponential_wait=6,
    retry_exceptions=(delivery.TryAgainLater, DatabaseProblem, duckdb.Error),
)


@jobs.task(name=mail.TELL_TASK, queue=mail.TELL_QUEUE, retry=_AGAIN_LATER)
def mail_answer(subscription_id: int, day: str) -> None:
    """Mail one answer, once; nothing to whoever may not see it any more or has ended it."""
    with transaction.atomic():
        row = _still_wanted(subscription_id, date.fromisoformat(day))
        if row is None:
            return
        language = messages.spoken(row.user.language)
        try:
            actor = actor_of(row.user)
            question = queries.question_for(actor, row.question_id)
            with current() as facts, translation.override(language):
                from citycall.citistat import letters

                told = letters.of_answer(question, facts, by=actor)
        except (NotAllowed, NotFound, NoFactsYet):
            return
        end = links.end_address(row.pk)
        message = messages.render_alone("answer", told | {"end": end}, language=language)
        delivery.send_alone(
            message,
            to=row.user.email,
            mark=f"answer:{row.pk}:{row.made_at.isoformat()}:{day}",
            headers={
                "List-Unsubscribe": f"<{end}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        row.mailed_for = date.fromisoformat(day)
        row.save(update_fields=["mailed_for"])


def _still_wanted(subscription_id: int, day: date) -> Subscription | None:
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("user")
    row = rows.filter(pk=subscription_id, user__is_active=True).exclude(user__email="").first()
    if row is None or (row.mailed_for is not None and row.mailed_for >= day):
        return None
    return row


@jobs.task(name=judge.TELL_TASK, queue=judge.TELL_QUEUE, retry=_AGAIN_LATER)
def mail_alert(alert_id: int) -> None:
    """Mail that a rule found something, once; nothing of what has ended, or may not be seen now."""
    with transaction.atomic():
        rows = Alert.objects.select_for_update(of=("self",)).select_related(
            "rule__user", "rule__question"
        )
        alert = rows.filter(pk=alert_id, ended_at__isnull=True, mailed_at__isnull=True).first()
        if alert is None or not _may_be_told(alert):
            return
        language = messages.spoken(alert.rule.user.language)
        with translation.override(language):
            from citycall.citistat import letters

            told = letters.of_alert(alert)
        message = messages.render_alone("alert", told, language=language)
        mark = f"alert:{alert.pk}:{alert.began_at.isoformat()}"
        delivery.send_alone(message, to=alert.rule.user.email, mark=mark)
        alert.mailed_at = clock.now()
        alert.save(update_fields=["mailed_at"])


def _may_be_told(alert: Alert) -> bool:
    user = alert.rule.user
    if not user.is_active or not user.email:
        return False
    actor = actor_of(user)
    try:
        if not queries.readable(actor).filter(pk=alert.pk).exists():
            return False
        row = queries.question_for(actor, alert.rule.question_id)
        with current() as facts:
            return queries.may_watch(actor, answering.question_of(row, facts, by=actor))
    except (NotAllowed, NotFound, NoFactsYet, answering.CannotAnswer):
        return False
