"""Reading kits and what came back from them, for those who merge."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from citycall.continuity.actions.by_hand import NoSuchIntake
from citycall.continuity.models import Intake, Kit, Merge
from citycall.continuity.policies import PERMISSIONS
from citycall.core import paging
from citycall.core.actors import Actor
from citycall.core.paging import Page
from citycall.core.permissions import require
from citycall.service_requests.models import ServiceRequest

# After this the catalog, alerts and phone numbers in a kit are older than they should be.
FRESH: Final = timedelta(days=31)
_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class KitLine:
    """A kit and how many of its numbers have come back with a report."""

    kit: Kit
    used: int


def may_make(by: Actor) -> bool:
    """Whether somebody may make kits."""
    return PERMISSIONS["make_kit"].allows(by, agency_id=None)


def kits(*, by: Actor) -> list[KitLine]:
    """The latest kits, newest first."""
    require(PERMISSIONS, "merge", by=by)
    rows = Kit.objects.order_by("-made_at", "-id")[:_SHOWN]
    back = (
        Intake.objects.filter(number__kit__in=[kit.pk for kit in rows])
        .values_list("number__kit")
        .annotate(Count("number", distinct=True))
    )
    used = dict(back)
    return [KitLine(kit, used.get(kit.pk, 0)) for kit in rows]


def are_old(lines: Iterable[KitLine], *, at: datetime) -> bool:
    """Whether the latest laptop kit is older than its content should be, or there is none."""
    made = [line.kit.made_at for line in lines if line.kit.kind == Kit.Kind.LAPTOP]
    return not made or max(made) < at - FRESH


def merges(*, by: Actor) -> list[Merge]:
    """The latest merges, newest first."""
    require(PERMISSIONS, "merge", by=by)
    return list(Merge.objects.select_related("by").order_by("-at", "-id")[:_SHOWN])


def merge(merge_id: int, *, by: Actor) -> Merge:
    """One merge; raises ``NoSuchIntake``."""
    require(PERMISSIONS, "merge", by=by)
    found = Merge.objects.select_related("by").filter(pk=merge_id).first()
    if found is None:
        raise NoSuchIntake(_("There is no such merge."))
    return found


def waiting(*, by: Actor, older_than: str = "", newer_than: str = "") -> Page[Intake]:
    """The intakes that somebody has to finish, latest first."""
    require(PERMISSIONS, "merge", by=by)
    rows = Intake.objects.filter(state=Intake.State.WAITING).select_related("number__kit")
    return paging.page_by_time(
        rows, column="arrived_at", older_than=older_than, newer_than=newer_than
    )


def changed(*, by: Actor) -> list[Intake]:
    """Intakes that were corrected after they had become requests, the longest ago first."""
    require(PERMISSIONS, "merge", by=by)
    rows = Intake.objects.filter(~Q(changed={})).select_related("number", "request")
    return list(rows.order_by("arrived_at", "id")[:50])


def of_merge(merge_id: int, *, by: Actor, after: int = 0, size: int = 100) -> list[Intake]:
    """The intakes of one merge after this id, in the order in which they came."""
    require(PERMISSIONS, "merge", by=by)
    rows = Intake.objects.filter(merge=merge_id, pk__gt=after).select_related("number", "request")
    return list(rows.order_by("id")[:size])


def one(intake_id: int, *, by: Actor) -> Intake:
    """One intake with its kit; raises ``NoSuchIntake``."""
    require(PERMISSIONS, "merge", by=by)
    found = Intake.objects.select_related("number__kit", "request").filter(pk=intake_id).first()
    if found is None:
        raise NoSuchIntake(_("There is no such intake."))
    return found


def near(intakes: Iterable[Intake]) -> dict[int, ServiceRequest]:
    """The requests that may be the same problems as these intakes, by id."""
    ids = {each for intake in intakes for each in intake.near}
    return ServiceRequest.objects.in_bulk(list(ids)[:1_000])
