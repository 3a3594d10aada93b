"""Answers in words, as their giver reads them again."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from citycall.catalog import rules as catalog_rules
from citycall.catalog.questions import Datatype, Question
from citycall.catalog.specs import ServiceSpec
from citycall.core import clock
from citycall.pages import moments


def in_words(spec: ServiceSpec, answers: Mapping[str, Any]) -> Iterator[tuple[Question, str]]:
    """Each question that applied, with its answer in words; unanswered ones are left out."""
    for question in catalog_rules.visible_questions(spec, answers):
        given = answers.get(question.code)
        if question.variable and given not in (None, "", []):
            yield question, _words(question, given)


def _words(question: Question, given: Any) -> str:
    if question.datatype.has_choices:
        names = {choice.key: choice.name for choice in question.choices}
        keys = given if isinstance(given, list) else [given]
        return ", ".join(names.get(key, str(key)) for key in keys)
    if question.datatype is Datatype.DATETIME:
        return _moment(str(given))
    return str(given)


def _moment(given: str) -> str:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return given
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.city_zone())
    return moments.in_words(moment, at=clock.now(), style="short")
