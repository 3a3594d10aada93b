"""The kinds of values in addresses and queries: each as it is written, and nothing looser."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field, WithJsonSchema

from citycall.core import clock, phrases

# PostgreSQL cannot keep the null character as text.
STORABLE: Final = r"^[^\x00]*$"
LARGEST_ID: Final = 2**63 - 1
MOST_ROWS: Final = 200

_NUMBER: Final = r"-?\d{1,3}(?:\.\d{1,15})?"
_FLOAT: Final = r"-?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,3})?"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CODE: Final = r"[a-z0-9]+(?:[-_][a-z0-9]+)*"
POINT_PATTERN: Final = rf"^{_NUMBER},{_NUMBER}$"
BOX_PATTERN: Final = rf"^{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}$"
CODES_PATTERN: Final = rf"^(?:{_CODE}(?:,{_CODE})*)?$"
# Nothing that is kept lies outside of these, so that a time beyond them asks the same.
_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


def _written(pattern: str, sentence: str) -> Callable[[Any], Any]:
    known = re.compile(pattern, re.ASCII)

    def check(value: Any) -> Any:
        if isinstance(value, str) and not known.fullmatch(value):
            raise ValueError(sentence)
        return value

    return check


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # A plus sign that was not encoded arrives as a space.
    text = re.sub(r" (\d\d:\d\d)$", r"+\1", value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(_("Please write a time such as 2026-11-22T08:30:00Z.")) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.city_zone())
    try:
        return min(max(moment, _EARLIEST), _LATEST)
    except OverflowError:
        return _EARLIEST if moment.year < 2000 else _LATEST


def _flag(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _day(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise ValueError(_("Please write a date such as 2026-11-26."))


Text = Annotated[str, Field(pattern=STORABLE)]
Words = Annotated[str, Field(max_length=300, pattern=STORABLE)]
Flag = Annotated[
    bool | None, Field(strict=True), BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})
]
Moment = Annotated[
    datetime | None,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Codes = Annotated[str, Field(max_length=2000, pattern=CODES_PATTERN)]
Limit = Annotated[
    int,
    Field(ge=1, le=MOST_ROWS),
    BeforeValidator(_written(r"\d{1,6}", "a whole number is needed")),
]
Metres = Annotated[
    float,
    Field(gt=0, le=10_000),
    BeforeValidator(_written(_FLOAT, "a number of metres is needed")),
]
Degrees = BeforeValidator(_written(_FLOAT, "a number of degrees is needed"))
Longitude = Annotated[float, Field(ge=-180, le=180), Degrees]
Latitude = Annotated[float, Field(ge=-85, le=85), Degrees]
Cursor = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_-]*$")]
_FIELD: Final = r"[a-z_]+(?:\.[a-z_]+)*"
Fields = Annotated[str, Field(max_length=1000, pattern=rf"^(?:{_FIELD}(?:,{_FIELD})*)?$")]


LANGUAGE_PATTERN: Final = r"^(?:[a-z]{2,3}(?:-[a-z0-9]{2,4})?)?$"
Language = Annotated[str, Field(max_length=8, pattern=LANGUAGE_PATTERN)]


def speaking(language: str) -> AbstractContextManager[None]:
    """Speak this language, or the city's first where it is empty or not offered."""
    return translation.override(
        language if phrases.is_offered(language) else settings.LANGUAGE_CODE
    )


def codes(text: str) -> list[str]:
    """The codes of a list with commas, each once, in order."""
    return list(dict.fromkeys(text.split(","))) if text else []


def numbers(text: str) -> list[float]:
    """The numbers of a list with commas."""
    return [float(part) for part in text.split(",")]
