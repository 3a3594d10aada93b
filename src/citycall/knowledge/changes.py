"""What was changed of what the city tells, by whom and when, for those who may undo it."""

from collections.abc import Sequence

from citycall.core.actors import Actor
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.knowledge.policies import PERMISSIONS

MOST = 50


def of(kind: str, code: str, *, by: Actor) -> Sequence[Revision]:
    """The latest changes of one article or entry, newest first."""
    require(PERMISSIONS, "read_history", by=by)
    return list(
        Revision.objects.filter(subject_kind=kind, subject_code=code).order_by("-id")[:MOST]
    )


def last(kind: str, code: str, *, by: Actor) -> Revision | None:
    """The newest change, which can be undone."""
    return next(iter(of(kind, code, by=by)), None)
