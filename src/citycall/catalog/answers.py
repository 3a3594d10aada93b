"""Reading one answer: what was typed or sent becomes a clean value, or a plain sentence."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from citycall.agencies.wall_clock import instant
from citycall.catalog.questions import Condition, Datatype, Question
from citycall.core.clock import city_zone

LONGEST_ANSWER = 4000
_LARGEST_NUMBER = 10.0**15
_YEARS = range(1900, 2200)
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class AnswerError(ValueError):
    """The answer cannot be taken; says why in a sentence for the person who gave it."""


def is_empty(answer: Any) -> bool:
    """Whether nothing was answered: nothing, blanks, or an empty list."""
    if isinstance(answer, list | tuple):
        return all(_is_blank(item) for item in answer)
    return _is_blank(answer)


def _is_blank(answer: Any) -> bool:
    if isinstance(answer, str):
        return not _UNSTORABLE.sub("", answer).strip()
    return answer is None


def clean(question: Question, answer: Any) -> Any:
    """The answer as it is kept: text, number, ISO time with offset, key, or list of keys.

    Raises ``AnswerError``.
    """
    if question.datatype is Datatype.MULTI:
        return _choices(question, answer)
    if isinstance(answer, list | tuple):
        given = [item for item in answer if not _is_blank(item)]
        if len(given) > 1:
            raise AnswerError(_("Please give one answer."))
        answer = given[0]
    if isinstance(answer, bool) or not isinstance(answer, str | int | float):
        raise AnswerError(_("This answer cannot be read. Please type it again."))
    return _READERS[question.datatype](question, answer)


def _string(question: Question, answer: Any) -> str:
    return " ".join(_text(question, answer).split())


def _text(_question: Question, answer: Any) -> str:
    text = answer if isinstance(answer, str) else _digits(answer)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _UNSTORABLE.sub("", text).strip()
    if len(text) > LONGEST_ANSWER:
        raise AnswerError(_("Please keep this under %(n)s characters.") % {"n": LONGEST_ANSWER})
    return text


def _digits(number: float) -> str:
    # Python refuses to write out whole numbers of thousands of digits.
    if isinstance(number, int) and number.bit_length() > 4000:
        raise AnswerError(_("This number is too large."))
    return str(number)


def _number(_question: Question, answer: Any) -> int | float:
    if isinstance(answer, str):
        text = answer.strip()[:100]
        if not _NUMBER.fullmatch(text):
            raise AnswerError(_("Please write a number, such as 12 or 2.5."))
        answer = int(text) if text.lstrip("+-").isdigit() else float(text)
    if isinstance(answer, float) and not math.isfinite(answer):
        raise AnswerError(_("Please write a number, such as 12 or 2.5."))
    if abs(answer) > _LARGEST_NUMBER:
        raise AnswerError(_("This number is too large."))
    whole: int | float = answer
    return int(whole) if whole == int(whole) else whole


def _datetime(_question: Question, answer: Any) -> str:
    sentence = _("Please give a date and time, such as 2026-03-01 14:30.")
    if not isinstance(answer, str):
        raise AnswerError(sentence)
    try:
        moment = datetime.fromisoformat(answer.strip()[:50])
    except ValueError:
        raise AnswerError(sentence) from None
    if moment.year not in _YEARS:
        raise AnswerError(_("Please check the year."))
    zone = city_zone()
    if moment.utcoffset() is None:
        moment = instant(moment.replace(tzinfo=None), zone=zone)
    return moment.astimezone(UTC).astimezone(zone).isoformat()


def _choice(question: Question, answer: Any) -> str:
    key = answer.strip() if isinstance(answer, str) else _digits(answer)
    if key not in question.keys:
        raise AnswerError(_("Please choose one of the answers in the list."))
    return key


def _choices(question: Question, answer: Any) -> list[str]:
    given = answer if isinstance(answer, list | tuple) else [answer]
    keys = set()
    for item in given:
        if _is_blank(item):
            continue
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            raise AnswerError(_("This answer cannot be read. Please type it again."))
        keys.add(_choice(question, item))
    return [key for key in question.keys if key in keys]


_READERS = {
    Datatype.STRING: _string,
    Datatype.TEXT: _text,
    Datatype.NUMBER: _number,
    Datatype.DATETIME: _datetime,
    Datatype.SINGLE: _choice,
}


def holds(condition: Condition, cleaned: Mapping[str, Any]) -> bool:
    """Whether a condition is fulfilled by the clean answers given before."""
    answer = cleaned.get(condition.question)
    if condition.answered is not None:
        return condition.answered is (answer is not None)
    if answer is None:
        return False
    given = answer if isinstance(answer, list) else [answer]
    return any(_equal(item, value) for item in given for value in condition.values)


def _equal(item: Any, value: str) -> bool:
    if isinstance(item, str):
        return item == value
    try:
        return bool(float(value) == item)
    except ValueError:
        return False
