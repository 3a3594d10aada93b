"""What changed in the call centre, told to every page that is open, through PostgreSQL."""

from collections.abc import Iterable
from typing import Final

from django.db import connection

CHANNEL: Final = "citycall_calls"
QUEUE: Final = "queue"
STORM: Final = "storm"


def tell(*topics: str) -> None:
    """Say that this changed: ``queue``, ``storm``, ``desk:<user id>``, ``call:<id>``.

    The database tells it to those who listen once the transaction has committed, each topic once
    however often it was told, and not at all where the transaction fails.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, topic) FROM unnest(%s::text[]) AS topic", [CHANNEL, list(topics)]
        )


def of_call(call_id: int, *taker_ids: int | None, queue: bool = True) -> Iterable[str]:
    """The topics of a call and of the desks that it concerns."""
    desks = [f"desk:{each}" for each in dict.fromkeys(taker_ids) if each is not None]
    return (*([QUEUE] if queue else []), *desks, f"call:{call_id}")
