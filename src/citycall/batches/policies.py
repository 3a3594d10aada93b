"""Who may do something to many requests, see it, and be the second person."""

from collections.abc import Mapping
from typing import Final

from citycall.accounts.models import Role
from citycall.batches.models import Batch
from citycall.core.actors import Actor
from citycall.core.permissions import Grant

_DISPATCH: Final = frozenset({Role.DISPATCHER.value, Role.AGENCY_MANAGER.value})
_SEES_ALL: Final = frozenset(
    {Role.ADMINISTRATOR.value, Role.SUPERVISOR.value, Role.CALL_TAKER.value}
)

PERMISSIONS: Mapping[str, Grant] = {
    # Which requests, and which step, the step's own permission says for each request.
    "prepare": Grant(everywhere=_SEES_ALL, own_agency=_DISPATCH | {Role.CREW.value}),
    "see": Grant(everywhere=frozenset({Role.ADMINISTRATOR.value}), own_agency=_DISPATCH),
    "decide": Grant(own_agency=_DISPATCH),
}


def may(actor: Actor, action: str, batch: Batch) -> bool:
    """Whether the actor may, for the requests of every agency in the batch."""
    grant = PERMISSIONS[action]
    return bool(batch.agencies) and all(
        grant.allows(actor, agency_id=agency_id) for agency_id in batch.agencies
    )


def may_see(actor: Actor, batch: Batch) -> bool:
    """Who made it, and those who direct the work of its agencies."""
    return actor.id == batch.made_by_id or may(actor, "see", batch)


def may_decide(actor: Actor, batch: Batch) -> bool:
    """Somebody of the agency who directs its work, and never who made the batch."""
    return actor.id != batch.made_by_id and may(actor, "decide", batch)
