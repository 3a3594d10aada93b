"""Saying that one is here, and going away again."""

from datetime import datetime, timedelta
from typing import Final

from citycall.core.actors import Actor
from citycall.presence.models import Presence

# Who was heard of longer ago has gone: three heartbeats of a page.
HERE_FOR: Final = timedelta(seconds=45)
# The parts of a page that one can write in; "step" stands for any step.
PARTS: Final = frozenset({"note", "message", "step"})


def here(request_id: int, *, writing: str, by: Actor, at: datetime) -> None:
    """The actor has the page of this request open, and writes in this part of it."""
    if by.id is None:
        return
    Presence.objects.bulk_create(
        [
            Presence(
                request_id=request_id,
                user_id=by.id,
                writing=writing if writing in PARTS else "",
                seen_at=at,
            )
        ],
        update_conflicts=True,
        unique_fields=["request_id", "user"],
        update_fields=["writing", "seen_at"],
    )


def gone(request_id: int, *, by: Actor) -> None:
    """The actor has left the page."""
    Presence.objects.filter(request_id=request_id, user=by.id).delete()


def forget_old(*, at: datetime) -> int:
    """Forget who has gone; returns how many."""
    return Presence.objects.filter(seen_at__lt=at - HERE_FOR).delete()[0]
