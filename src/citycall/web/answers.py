"""Answers in words, as their giver reads them again."""

from collections.abc import Iterator, Mapping
from typing import Any

from citycall.catalog import rules as catalog_rules
from citycall.catalog.questions import Question
from citycall.catalog.specs import ServiceSpec
from citycall.pages import answers as words


def in_words(spec: ServiceSpec, answers: Mapping[str, Any]) -> Iterator[tuple[Question, str]]:
    """Each question that applied, with its answer in words; unanswered ones are left out."""
    for question in catalog_rules.visible_questions(spec, answers):
        given = answers.get(question.code)
        if question.variable and given not in words.NO_ANSWER:
            yield question, words.in_words(question, given)
