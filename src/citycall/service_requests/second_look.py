"""Work whose completion was doubted is not completed again by whoever completed it before.

A reporter disputed it, a check found it undone, or somebody saw that it looked false. Another
person has to look: the same eyes would see the same.
"""

from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import Conflict
from citycall.core.models import Event
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import ServiceRequest

_KINDS: Final = (Kind.COMPLETED, Kind.DISPUTED, Kind.REOPENED)


class SecondPerson(Conflict):
    """The same person would complete again what was doubted."""

    code = "second_person"


def closed_by(request: ServiceRequest) -> Event | None:
    """The event of the latest completion, which says who entered it."""
    return _latest(request, (Kind.COMPLETED,))


def doubted_closer(request: ServiceRequest) -> int | None:
    """The user whose completion was doubted since; none where none was, or the rule is off."""
    if not settings.CITYCALL_SECOND_LOOK or not request.reopened_count:
        return None
    last = _latest(request, _KINDS)
    if last is None or last.kind == Kind.COMPLETED:
        return None
    if last.kind == Kind.REOPENED and not last.data.get("doubted"):
        return None
    done = closed_by(request)
    return done.actor_id if done is not None and done.actor_kind == ActorKind.STAFF else None


def need_another(request: ServiceRequest, *, by: Actor) -> None:
    """Raise ``SecondPerson`` where the actor completed it before, and that was doubted."""
    if by.kind is ActorKind.STAFF and is_refused(request, user_id=by.id):
        raise SecondPerson(
            _(
                "You completed this before, and it was not done. Somebody else has to look at it "
                "and complete it."
            )
        )


def is_refused(request: ServiceRequest, *, user_id: int | None) -> bool:
    """Whether this user's completion was doubted, so that another one should have it."""
    return user_id is not None and user_id == doubted_closer(request)


def _latest(request: ServiceRequest, kinds: tuple[Kind, ...]) -> Event | None:
    rows = Event.objects.filter(
        subject_kind=SUBJECT, subject_id=request.pk, kind__in=[kind.value for kind in kinds]
    )
    return rows.order_by("-id").first()
