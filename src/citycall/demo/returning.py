"""What the nights would have found in the demo city: lookalikes, and where trouble returns."""

from datetime import datetime, timedelta
from typing import Final

from citycall.duplicates import actions, repeats

# What is older has been decided about, as in any city that works its list.
_LATELY: Final = timedelta(days=14)
# A demo should not be long in coming.
_MOST: Final = 600


def look(*, at: datetime) -> None:
    """Do once what the worker does each night."""
    actions.learn_words(at=at, most=10_000)
    actions.scan(at=at, since=at - _LATELY, most=_MOST)
    repeats.find(at=at)
