"""Which request a caller means: by its public id, or by a confirmation number."""

from typing import Final

from citycall.accounts import misses
from citycall.core import numbers
from citycall.core.errors import NotFound
from citycall.open311.calls import Call
from citycall.service_requests import queries

_LONGEST_ID: Final = 18


def public_id(text: str) -> int | None:
    """The public id that the text is, whether there is such a request or not."""
    digits = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    return int(text) if digits and len(text) != numbers.LENGTH else None


def request_named(call: Call, text: str) -> int | None:
    """The id of the request that is meant; that of an id may not exist.

    A confirmation number leads through any merging; one that leads nowhere is counted against the
    caller. Raises ``TooManyMisses``.
    """
    named = public_id(text)
    if named is not None:
        return named
    try:
        number = numbers.read(text)
        with misses.counted(call.request):
            report = queries.report_by_number(number)
    except (numbers.BadNumber, NotFound):
        return None
    return queries.root_id(report.service_request_id)
