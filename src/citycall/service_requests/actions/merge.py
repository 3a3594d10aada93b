"""Joining two requests that are one problem, and parting them again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.core.permissions import require
from citycall.service_requests import policies, queries
from citycall.service_requests.actions.change import Told, begin, keep, lock
from citycall.service_requests.events import Kind
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest, Status
from citycall.service_requests.rules import Step


class CannotMerge(Conflict):
    """The two requests cannot be one."""

    code = "cannot_merge"


@transaction.atomic
def merge(
    child_id: int, *, parent_id: int, by: Actor, at: datetime, seen: datetime | None = None
) -> ServiceRequest:
    """Make ``child`` part of ``parent``: its numbers lead there, and its fate is the parent's.

    Returns the parent. What was merged into the child stays with the child.
    """
    if child_id == parent_id or parent_id in queries.family_ids(child_id):
        raise CannotMerge(_("A request cannot be merged into itself."), field="parent")
    # Always in the order of their ids, so that two merges never wait for each other.
    for request_id in sorted((child_id, parent_id)):
        lock(request_id)
    parent = lock(parent_id)
    may_take(parent, by=by)
    status = ServiceRequest.objects.values_list("status", flat=True).get(pk=child_id)
    child = begin(child_id, step=Step.MERGE, by=by, seen=seen)
    of_child, of_parent = merged(child, parent, status=status)
    keep(child, [of_child], by=by, at=at)
    keep(parent, [of_parent], by=by, at=at)
    return parent


def may_take(parent: ServiceRequest, *, by: Actor) -> None:
    """Refuse a parent that the actor may not merge into, or that is not open."""
    require(policies.PERMISSIONS, "merge", by=by, agency_id=parent.agency_id)
    if parent.status not in OPEN_STATUSES:
        raise CannotMerge(_("Please choose an open request to merge into."), field="parent")


def merged(child: ServiceRequest, parent: ServiceRequest, *, status: str) -> tuple[Told, Told]:
    """Make the child part of the parent; what is told of each. ``status`` is the child's before."""
    child.status_before_merge = status
    child.merged_into = parent
    parent.report_count += child.report_count
    received = {"from": child.number, "reports": child.report_count}
    return (
        Told(kind=Kind.MERGED, data={"into": parent.number}),
        Told(kind=Kind.RECEIVED_MERGE, data=received),
    )


@transaction.atomic
def unmerge(
    child_id: int, *, by: Actor, at: datetime, seen: datetime | None = None
) -> ServiceRequest:
    """Part a merged request from its parent; it goes on as it was before."""
    parent_id = ServiceRequest.objects.values_list("merged_into_id", flat=True).get(pk=child_id)
    for request_id in sorted(i for i in (child_id, parent_id) if i is not None):
        lock(request_id)
    child = begin(child_id, step=Step.UNMERGE, by=by, seen=seen)
    if child.merged_into_id is None or child.merged_into_id != parent_id:
        raise CannotMerge(_("Somebody else has just changed this request. Please look again."))
    parent = lock(child.merged_into_id)
    of_child, of_parent = parted(child, parent)
    keep(child, [of_child], by=by, at=at)
    keep(parent, [of_parent], by=by, at=at)
    return child


def parted(child: ServiceRequest, parent: ServiceRequest) -> tuple[Told, Told]:
    """Take the child out of its parent again; what is told of each."""
    child.status = Status(child.status_before_merge)
    child.status_before_merge = ""
    child.merged_into = None
    parent.report_count -= child.report_count
    return (
        Told(kind=Kind.UNMERGED, data={"from": parent.number}),
        Told(kind=Kind.LOST_MERGE, data={"lost": child.number}),
    )
