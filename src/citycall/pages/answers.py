"""An answer to a service's question, in words that its giver and staff read alike."""

from datetime import datetime
from typing import Any

from citycall.catalog.questions import Datatype, Question
from citycall.core import clock
from citycall.pages import moments

# What stands for a question left unanswered; 0 and "no" are answers.
NO_ANSWER: tuple[Any, ...] = (None, "", [])


def in_words(question: Question | None, given: Any) -> str:
    """The answer: choices by their names, moments as people say them, all else as it is.

    ``question`` is None where it is no longer asked.
    """
    if question is not None and question.datatype is Datatype.DATETIME:
        return _moment(str(given))
    choices = question.choices if question else ()
    names = {choice.key: choice.name for choice in choices}
    keys = given if isinstance(given, list) else [given]
    return ", ".join(names.get(str(key), str(key)) for key in keys)


def _moment(given: str) -> str:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return given
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.city_zone())
    return moments.in_words(moment, at=clock.now(), style="short")
