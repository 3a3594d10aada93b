"""Numbers and days on the axes of charts, as the reader's language writes them."""

from typing import Any, Final

from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import get_format

# Django's letters of days and months as those of charts; names of months are short there.
_LETTERS: Final = {
    "F": "%b", "M": "%b", "N": "%b", "E": "%b", "m": "%m", "n": "%-m", "d": "%d", "j": "%-d",
}  # fmt: skip


def of_numbers() -> dict[str, Any]:
    """Decimal marks and grouping, as d3-format wants them."""
    return {
        "decimal": get_format("DECIMAL_SEPARATOR"),
        "thousands": get_format("THOUSAND_SEPARATOR"),
        "grouping": [get_format("NUMBER_GROUPING") or 3],
        "currency": ["", ""],
    }


def of_times() -> dict[str, Any]:
    """Names of months and days, as d3-time-format wants them: weeks begin on Sunday there."""
    weekdays = [6, 0, 1, 2, 3, 4, 5]
    return {
        "dateTime": "%x %X",
        "date": "%Y-%m-%d",
        "time": "%H:%M:%S",
        "periods": ["AM", "PM"],
        "days": [str(WEEKDAYS[day]) for day in weekdays],
        "shortDays": [str(WEEKDAYS_ABBR[day]) for day in weekdays],
        "months": [str(MONTHS[month]) for month in range(1, 13)],
        "shortMonths": [str(MONTHS_3[month]).title() for month in range(1, 13)],
    }


def of_axis() -> dict[str, str]:
    """How the days of an axis are written, by what begins on them."""
    day = _day()
    return {"year": "%Y", "quarter": "%b", "month": "%b", "week": day, "date": day}


def _day() -> str:
    """The language's day and month, such as "March 5"; escaped letters stand for themselves."""
    told = ""
    letters = iter(get_format("MONTH_DAY_FORMAT"))
    for letter in letters:
        told += next(letters, "") if letter == "\\" else _LETTERS.get(letter, letter)
    return told
