"""Having the number of a question watched, and ending that."""

from datetime import date, datetime, timedelta
from math import isfinite
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.analytics.measures.book import MEASURES
from citycall.analytics.store import Facts
from citycall.analytics.watch import answering, events, queries
from citycall.analytics.watch.actions import judge
from citycall.analytics.watch.events import Kind
from citycall.analytics.watch.models import Bound, Rule, SavedQuestion
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotAllowed, NotFound

MOST: Final = 50
_LARGEST: Final = 1e9
_A_DAY: Final = timedelta(days=1)


@transaction.atomic
def watch(
    question_id: int,
    bound: str,
    number: float | None,
    *,
    facts: Facts,
    by: Actor,
    at: datetime,
) -> Rule:
    """Tell the actor when the question's number is so, beginning with its last whole period.

    Raises ``NotFound``, ``NotAllowed``, ``Faults``, ``Conflict``, and ``CannotAnswer``.
    """
    row = queries.question_for(by, question_id, lock=True)
    question = answering.question_of(row, facts, by=by)
    if not queries.may_watch(by, question):
        raise NotAllowed(_("You do not have permission to have this number watched."))
    _check(row, bound, number)
    number = None if bound == Bound.OUTSIDE else number
    rules = row.rules.filter(user_id=queries.account_of(by))
    if rules.filter(bound=bound, number=number).exists():
        raise Conflict(_("You have this rule already."), field="bound")
    if Rule.objects.filter(user_id=queries.account_of(by)).count() >= MOST:
        raise Conflict(
            _("You have %(n)s rules. Please end one that you do not need any more.") % {"n": MOST}
        )
    rule = Rule.objects.create(
        question=row,
        user_id=queries.account_of(by),
        bound=bound,
        number=number,
        judged_for=_before(judge.last_to_judge(question, facts)),
        made_at=at,
    )
    events.tell(
        events.RULE, rule.pk, Kind.RULE_SET, by=by, at=at, question=row.pk, bound=bound,
        number=number,
    )  # fmt: skip
    return rule


def _before(last: date) -> date:
    """The last whole period is judged at once, and none before it."""
    return last - _A_DAY


def _check(row: SavedQuestion, bound: str, number: float | None) -> None:
    faults = {}
    if bound not in Bound.values:
        faults["bound"] = _("Please choose what the rule waits for.")
    if bound == Bound.OUTSIDE and MEASURES[row.measure].ripens_weeks is None:
        faults["bound"] = _(
            "What was usual of this measure is not known, since its numbers of the past keep"
            " changing. Please choose above or below a number."
        )
    if bound != Bound.OUTSIDE and (
        number is None or not isfinite(number) or abs(number) > _LARGEST
    ):
        faults["number"] = _("Please give the number.")
    if row.last is None:
        faults["bound"] = _(
            "This question has fixed days, so nothing new will come. Let it roll to have it"
            " watched."
        )
    if faults:
        raise Faults(faults)


@transaction.atomic
def unwatch(rule_id: int, *, by: Actor, at: datetime) -> None:
    """End an own rule, and what it found is forgotten; raises ``NotFound``."""
    rule = (
        Rule.objects.select_for_update().filter(pk=rule_id, user_id=queries.account_of(by)).first()
    )
    if rule is None:
        raise NotFound(_("There is no such rule of yours."))
    events.tell(events.RULE, rule.pk, Kind.RULE_ENDED, by=by, at=at, question=rule.question_id)
    rule.delete()
