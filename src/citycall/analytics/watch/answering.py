"""From a saved question to what is asked today, as somebody may ask it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from citycall.analytics.measures.asking import Question, dimensions
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Period
from citycall.analytics.measures.names import names_of
from citycall.analytics.queries import within_reach
from citycall.analytics.store import Facts
from citycall.analytics.watch import rules
from citycall.analytics.watch.models import SavedQuestion
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed


class CannotAnswer(DomainError):
    """What a question was about is not there any more: it has to be asked otherwise."""

    code = "cannot_answer"
    status = 409


def question_of(row: SavedQuestion, facts: Facts, *, by: Actor) -> Question:
    """The question of today, with its period, its days, and of what the asker may see alone.

    Its parts are in ``by``. Raises CannotAnswer where a condition is about what is not there any
    more, since leaving it out would answer another question; NotAllowed where the question is
    about nothing that the asker may see.
    """
    if row.measure not in MEASURES:
        raise CannotAnswer(_("This measure is not there any more. Please choose another one."))
    known = dimensions(facts)
    where = row.where or {}
    if not set(known).issuperset([*where, *([row.by] if row.by else [])]):
        raise CannotAnswer(_("What this question is told by is not there any more."))
    if any(not _known(facts, name, values) for name, values in where.items()):
        raise CannotAnswer(
            _("One of the conditions is about something that is not there any more.")
        )
    reach = within_reach(by, where)
    if reach.get("agency") == []:
        raise NotAllowed(_("This question is about agencies whose numbers you may not see."))
    if row.last is None:
        assert row.since is not None
        assert row.until is not None
        since, until = row.since, row.until
    else:
        since, until = rules.stretch(
            facts.about.today, last=row.last, unit=Period(row.unit), running=row.running
        )
    return Question(
        measure=row.measure,
        by=(row.by,) if row.by else (),
        period=Period(row.period),
        since=since,
        until=until,
        where=reach,
    )


def _known(facts: Facts, name: str, values: Sequence[Any]) -> bool:
    return {*names_of(facts, name), None}.issuperset(values)


def asked_alike(question: Question) -> tuple[Any, ...]:
    """What two questions share that one answer is enough for, whatever their days and parts."""
    return question.measure, question.period, _frozen(question.where)


def _frozen(where: Mapping[str, Sequence[Any]]) -> frozenset[tuple[str, frozenset[Any]]]:
    return frozenset((name, frozenset(values)) for name, values in where.items())
