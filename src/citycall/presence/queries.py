"""Who else is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from citycall.core.actors import Actor
from citycall.presence.actions import HERE_FOR
from citycall.presence.models import Presence


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else at the same page; ``writing`` is empty for those who only look."""

    name: str
    writing: str


def others(request_id: int, *, by: Actor, at: datetime) -> Sequence[Other]:
    """Who else has the page of this request open, by name; at most 20."""
    rows = Presence.objects.filter(request_id=request_id, seen_at__gt=at - HERE_FOR)
    found = rows.exclude(user=by.id or 0).select_related("user").order_by("user_id")[:20]
    return sorted((Other(str(r.user), r.writing) for r in found), key=lambda other: other.name)
