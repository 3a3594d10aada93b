"""Judging what is watched, when new periods have become ripe; nobody is told twice."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import nan
from typing import Any, Final

import duckdb
from django.db import transaction
from procrastinate.contrib.django import app as jobs

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.analytics.measures.asking import Question, answer
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.judged import judged, seen_until
from citycall.analytics.measures.measure import Unit
from citycall.analytics.measures.series import begin, later, periods_between
from citycall.analytics.store import Facts
from citycall.analytics.watch import answering, events, queries
from citycall.analytics.watch.events import Kind
from citycall.analytics.watch.models import Alert, Rule
from citycall.analytics.watch.rules import Begins, Ends, Seen, crossings
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import DomainError, NotAllowed

TELL_TASK: Final = "citycall.mail_alert"
TELL_QUEUE: Final = "mail"
# What was not judged for longer is judged from here on: older news is none.
MOST_PERIODS: Final = 26

logger = logging.getLogger(__name__)


def judge_all(facts: Facts, *, at: datetime) -> int:
    """Judge every rule that has something new; returns how many. Safe to run again.

    Rules that ask alike, whoever set them, are answered by one question. A rule whose maker may
    not see the numbers any more, or whose question cannot be answered, waits; what it found of
    numbers that its maker may not have watched any more is over.
    """
    rows = Rule.objects.filter(user__is_active=True, question__last__isnull=False)
    actors: dict[int, Actor] = {}
    alike = defaultdict[tuple[Any, ...], list[tuple[Rule, Question]]](list)
    for rule in rows.select_related("question", "user").order_by("id").iterator(chunk_size=500):
        question = _asked(rule, facts, actors)
        if question is not None and _has_news(rule, question, facts):
            key = answering.asked_alike(question)
            if stands_as_of_now(question):
                key = (*key, question.since, question.until)
            alike[key].append((rule, question))
    _end_lost(facts, actors, at=at)
    for same in alike.values():
        try:
            seen = _seen(same, facts)
        except duckdb.Error:
            # One question that cannot be answered now keeps no other from being judged.
            logger.exception("Rule %s is not judged.", same[0][0].pk)
            continue
        for rule, question in same:
            agencies = question.where.get("agency")
            _judge(rule.pk, seen, agencies, last=last_to_judge(question, facts), at=at)
    return sum(len(same) for same in alike.values())


def _asked(rule: Rule, facts: Facts, actors: dict[int, Actor]) -> Question | None:
    """The question as the rule's maker may ask it today, or none where they may not any more."""
    user: User = rule.user
    if user.pk not in actors:
        actors[user.pk] = actor_of(user)
    try:
        row = queries.question_for(actors[user.pk], rule.question_id)
        question = answering.question_of(row, facts, by=actors[user.pk])
    except DomainError as fault:
        logger.info("Rule %s is not judged: %s", rule.pk, fault.code)
        return None
    return replace(question, by=()) if queries.may_watch(actors[user.pk], question) else None


def stands_as_of_now(question: Question) -> bool:
    """Whether it is a number that only stands as of now, so that no period of it is ever ripe."""
    return MEASURES[question.measure].ripens_weeks is None


def last_to_judge(question: Question, facts: Facts) -> date:
    """The first day of the last period that can be judged, or the day as of which a number stands.

    A period is ripe when it is over and nothing more comes in of it.
    """
    today = seen_until(facts)
    ripens = MEASURES[question.measure].ripens_weeks
    if ripens is None:
        return today
    assert question.period is not None
    over = begin(today - timedelta(weeks=ripens), question.period)
    return later(over, question.period, -1)


def _has_news(rule: Rule, question: Question, facts: Facts) -> bool:
    return rule.judged_for is None or rule.judged_for < last_to_judge(question, facts)


def _seen(same: Sequence[tuple[Rule, Question]], facts: Facts) -> list[Seen]:
    """What has become ripe since the longest of these rules was judged; one question."""
    question = same[0][1]
    last = last_to_judge(question, facts)
    if stands_as_of_now(question):
        told = answer(replace(question, period=None), facts).to_pylist()
        value = told[0]["value"] if told else None
        return [Seen(last, nan if value is None else float(value))]
    assert question.period is not None
    earliest = later(last, question.period, 1 - MOST_PERIODS)
    since = min(max(rule.judged_for or last, earliest) for rule, _question in same)
    asked = replace(question, since=since, until=later(last, question.period))
    told = judged(asked, facts)
    if not told and MEASURES[question.measure].unit is Unit.COUNT:
        # Nothing at all was counted, which is a number too.
        periods = periods_between(since, later(last, question.period), question.period)
        return [Seen(first, 0.0) for first in periods]
    return [
        Seen(each.first, each.value, each.low, each.high, each.outside)
        for each in told
        if each.ripe
    ]


@transaction.atomic
def _judge(
    rule_id: int,
    seen: Sequence[Seen],
    agencies: Sequence[int] | None,
    *,
    last: date,
    at: datetime,
) -> None:
    """Let one rule know what has become ripe since it was judged, up to the period ``last``."""
    rule = Rule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None or (rule.judged_for is not None and rule.judged_for >= last):
        return
    new = [each for each in seen if rule.judged_for is None or each.first > rule.judged_for]
    present = rule.alerts.filter(ended_at__isnull=True).first()
    found = crossings(new, bound=rule.bound, number=rule.number, open_already=present is not None)
    for each in found:
        if isinstance(each, Begins):
            present = _begin(rule, each, agencies, at=at)
        elif present is not None:
            _end(rule, present, each, at=at)
            present = None
    rule.judged_for = last
    rule.save(update_fields=["judged_for"])
    if present is not None and present.began_at == at:
        jobs.configure_task(TELL_TASK, queue=TELL_QUEUE).defer(alert_id=present.pk)


def _begin(rule: Rule, begins: Begins, agencies: Sequence[int] | None, *, at: datetime) -> Alert:
    seen = begins.seen
    limited = rule.bound == "outside"
    alert = Alert.objects.create(
        rule=rule,
        began_with=seen.first,
        began_at=at,
        value=seen.value,
        low=seen.low if limited else None,
        high=seen.high if limited else None,
        agencies=None if agencies is None else list(agencies),
    )
    _tell(rule, Kind.ALERT_BEGAN, seen, at=at)
    return alert


def _end(rule: Rule, alert: Alert, ends: Ends, *, at: datetime) -> None:
    alert.ended_with, alert.ended_at = ends.seen.first, at
    alert.save(update_fields=["ended_with", "ended_at"])
    _tell(rule, Kind.ALERT_ENDED, ends.seen, at=at)


@transaction.atomic
def _end_lost(facts: Facts, actors: Mapping[int, Actor], *, at: datetime) -> None:
    """End what rules found of numbers that their makers may not have watched any more."""
    still = Alert.objects.filter(ended_at__isnull=True).select_related("rule")
    for user_id, actor in actors.items():
        rows = still.filter(rule__user_id=user_id)
        try:
            rows = rows.exclude(pk__in=queries.readable(actor).values("pk"))
        except NotAllowed:
            logger.info("User %s may see no numbers any more", user_id)
        for alert in rows.select_for_update(of=("self",)).order_by("id"):
            # Nothing is said of the number: it may be beyond its bound as before.
            day = max(seen_until(facts), alert.began_with + timedelta(days=1))
            alert.ended_with, alert.ended_at = day, at
            alert.save(update_fields=["ended_with", "ended_at"])
            events.tell(
                events.RULE, alert.rule_id, Kind.ALERT_ENDED, by=SYSTEM, at=at,
                question=alert.rule.question_id, period=day.isoformat(), allowed=False,
            )  # fmt: skip


def _tell(rule: Rule, kind: Kind, seen: Seen, *, at: datetime) -> None:
    events.tell(
        events.RULE,
        rule.pk,
        kind,
        by=SYSTEM,
        at=at,
        question=rule.question_id,
        period=seen.first.isoformat(),
        value=seen.value,
    )
