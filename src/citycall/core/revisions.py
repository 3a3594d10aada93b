"""Recording what administrators change, so that every change can be seen and undone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from citycall.core.actors import Actor
from citycall.core.models import Revision


def record(
    *,
    subject_kind: str,
    subject_code: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    by: Actor,
    at: datetime,
    note: str = "",
    undoes: Revision | None = None,
) -> Revision | None:
    """Keep one change; nothing is kept, and none returned, where nothing changed."""
    if before == after:
        return None
    return Revision.objects.create(
        at=at,
        actor_kind=by.kind.value,
        actor_id=by.id,
        actor_name=by.name,
        subject_kind=subject_kind,
        subject_code=subject_code,
        before=before,
        after=after,
        note=note,
        undoes=undoes,
    )
