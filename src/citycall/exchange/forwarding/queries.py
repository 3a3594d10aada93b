"""Which partners there are, who takes what, and how it goes with each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.core.permissions import require
from citycall.core.snapshots import Snapshot
from citycall.exchange import policies
from citycall.exchange.models import Forward, ForwardedEvent, Partner


@dataclass(frozen=True, slots=True)
class Taker:
    """A partner in force and the services that it takes: our codes and theirs."""

    id: int
    code: str
    name: str
    profile: str
    services: Mapping[str, str]


def _load() -> tuple[Taker, ...]:
    return tuple(
        Taker(row.pk, row.code, row.name, row.profile, dict(row.services))
        for row in Partner.objects.filter(active=True).order_by("pk")
    )


MOST_PASSED_ON: Final = 100

# An event of a city without partners costs no question to the database.
TAKERS: Snapshot[tuple[Taker, ...]] = Snapshot("partners", _load)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How it goes with a partner: what is not settled yet, and what was refused."""

    partner: Partner
    unsettled: int
    refused: int
    updates_unsettled: int
    updates_refused: int

    def resting(self, at: datetime) -> bool:
        """Whether it is left alone now."""
        until = self.partner.resting_until
        return until is not None and until > at


def partners(actor: Actor) -> QuerySet[Partner]:
    """All partners, those in force first; raises ``NotAllowed``."""
    require(policies.PERMISSIONS, "manage_partners", by=actor)
    return Partner.objects.order_by("-active", "name", "pk")


def partner_for(actor: Actor, code: str) -> Partner:
    """The partner with this code; raises ``NotFound`` and ``NotAllowed``."""
    found = partners(actor).filter(code=code).first()
    if found is None:
        raise NotFound(_("There is no such partner."))
    return found


def passed_on(request_ids: Collection[int]) -> list[Forward]:
    """What of these requests was passed on to which partner, and what it told last.

    For a door that has let somebody read these requests.
    """
    rows = Forward.objects.filter(service_request_id__in=request_ids).select_related("partner")
    return list(rows.order_by("pk")[:MOST_PASSED_ON])


def health(actor: Actor) -> Sequence[Health]:
    """How it goes with each partner; raises ``NotAllowed``."""
    rows = list(partners(actor))
    states = Forward.State
    forwards = _counts(
        Forward.objects.values("partner_id"),
        "partner_id",
        unsettled=Q(state__in=[states.PENDING, states.WAITING]),
        refused=Q(state=states.REFUSED),
    )
    updates = _counts(
        ForwardedEvent.objects.values("forward__partner_id"),
        "forward__partner_id",
        unsettled=Q(state=ForwardedEvent.State.PENDING),
        refused=Q(state=ForwardedEvent.State.REFUSED),
    )
    return [
        Health(
            partner=row,
            unsettled=forwards.get(row.pk, (0, 0))[0],
            refused=forwards.get(row.pk, (0, 0))[1],
            updates_unsettled=updates.get(row.pk, (0, 0))[0],
            updates_refused=updates.get(row.pk, (0, 0))[1],
        )
        for row in rows
    ]


def _counts(
    rows: "QuerySet[Any, Any]",
    group: str,
    *,
    unsettled: Q,
    refused: Q,
) -> dict[int, tuple[int, int]]:
    counted = rows.annotate(
        unsettled=Count("pk", filter=unsettled), refused=Count("pk", filter=refused)
    )
    return {row[group]: (row["unsettled"], row["refused"]) for row in counted}
