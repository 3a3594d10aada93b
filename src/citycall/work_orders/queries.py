"""Reading orders and crews: guarded, by list and by day; and where requests have moved on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.db.models import BooleanField, Count, ExpressionWrapper, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.paging import Page, page_by_time
from citycall.core.permissions import require
from citycall.work_orders.models import (
    UNENDED,
    Crew,
    Dependency,
    Ending,
    OrderPhoto,
    OrderRequest,
    OrderState,
    RecurringWork,
    Step,
    WorkOrder,
)
from citycall.work_orders.policies import PERMISSIONS

SIZE: Final = 50
MOST_OF_A_DAY: Final = 200
MOST_UNPLANNED: Final = 100
MOST_CREWS: Final = 100

# What each state means in the table.
_STATES: Final[Mapping[str, Q]] = {
    OrderState.OPEN: UNENDED & Q(crew__isnull=True, started_at__isnull=True),
    OrderState.PLANNED: UNENDED & Q(crew__isnull=False, started_at__isnull=True),
    OrderState.STARTED: UNENDED & Q(started_at__isnull=False),
    **{ending.value: Q(ending=ending) for ending in Ending},
}


def readable(actor: Actor) -> QuerySet[WorkOrder]:
    """The orders that staff may read; raises ``NotAllowed`` for those who may read none."""
    agencies = agencies_of(actor, "read")
    rows = WorkOrder.objects.all()
    return rows if agencies is None else rows.filter(agency_id__in=agencies)


def agencies_of(actor: Actor, action: str) -> frozenset[int] | None:
    """The agencies whose orders the actor may ``action``; none means all of them."""
    grant = PERMISSIONS[action]
    if actor.kind is ActorKind.SYSTEM or actor.holds_anywhere(grant.everywhere):
        return None
    agencies = actor.agencies_as(grant.own_agency)
    if agencies is not None and not agencies:
        raise NotAllowed(_("You do not have permission to see work orders."))
    return agencies


def get_for(actor: Actor, order_id: int) -> WorkOrder:
    """The order, for staff who may read it, with crew, agency, requests and photos.

    Raises ``NotFound`` and ``NotAllowed``.
    """
    rows = _with_links(WorkOrder.objects.select_related("crew", "agency", "recurring"))
    order = rows.filter(pk=order_id).first()
    if order is None:
        raise NotFound(_("There is no such work order."))
    require(PERMISSIONS, "read", by=actor, agency_id=order.agency_id)
    return order


def photo_for(actor: Actor, photo_id: int) -> OrderPhoto:
    """A photo that a crew took, for staff who may read its order; raises as ``get_for`` does."""
    photo = OrderPhoto.objects.filter(pk=photo_id).select_related("order").first()
    if photo is None:
        raise NotFound(_("There is no such photo."))
    require(PERMISSIONS, "read", by=actor, agency_id=photo.order.agency_id)
    return photo


def may(actor: Actor, action: str, *, agency_id: int) -> bool:
    """Whether the actor may read, plan or work on orders of this agency."""
    return PERMISSIONS[action].allows(actor, agency_id=agency_id)


def may_plan_somewhere(actor: Actor) -> bool:
    """Whether the actor plans the work of any agency."""
    grant = PERMISSIONS["plan"]
    return actor.holds_anywhere(grant.everywhere | grant.own_agency)


def listed(
    actor: Actor,
    *,
    state: str = "",
    crew_id: int | None = None,
    words: str = "",
    older_than: str = "",
    newer_than: str = "",
    size: int = SIZE,
) -> Page[WorkOrder]:
    """One page of the orders that the actor may read, those made last first.

    ``state`` is an ``OrderState``, "unended" or empty for all; ``words`` are in title or place.
    """
    rows = readable(actor).select_related("crew", "agency")
    if state == "unended":
        rows = rows.filter(UNENDED)
    elif state in _STATES:
        rows = rows.filter(_STATES[state])
    if crew_id is not None:
        rows = rows.filter(crew_id=crew_id)
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(place__icontains=words))
    return page_by_time(
        rows, column="made_at", older_than=older_than, newer_than=newer_than, size=size
    )


def crew_for(actor: Actor, crew_id: int) -> Crew:
    """A crew of an agency whose work the actor plans; raises ``NotFound`` and ``NotAllowed``."""
    crew = Crew.objects.filter(pk=crew_id).first()
    if crew is None:
        raise NotFound(_("There is no such crew."))
    require(PERMISSIONS, "plan", by=actor, agency_id=crew.agency_id)
    return crew


def crews(actor: Actor, *, action: str = "read", retired: bool = False) -> list[Crew]:
    """The crews at work of the agencies whose orders the actor may ``action``, by name.

    ``retired``: and those that are not at work any more.
    """
    rows = Crew.objects.select_related("agency").order_by("agency", "name")
    rows = rows if retired else rows.filter(active=True)
    agencies = agencies_of(actor, action)
    if agencies is not None:
        rows = rows.filter(agency_id__in=agencies)
    return list(rows[:MOST_CREWS])


def crews_of_member(user_id: int | None) -> list[Crew]:
    """The crews that somebody goes out with."""
    return list(Crew.objects.filter(active=True, members=user_id).order_by("name"))


def on_day(crew_ids: Collection[int], day: date) -> list[WorkOrder]:
    """The orders of these crews on a day that were not cancelled, by crew and turn.

    Of each crew so many at most, so that none seems to have nothing to do.
    """
    rows = WorkOrder.objects.filter(crew_id__in=crew_ids, day=day)
    rows = rows.exclude(ending=Ending.CANCELLED).select_related("crew")
    nth = Window(RowNumber(), partition_by="crew_id", order_by=["turn", "pk"])
    rows = rows.annotate(nth=nth).filter(nth__lte=MOST_OF_A_DAY)
    return list(_with_links(rows).order_by("crew_id", "turn", "pk"))


def left_over(crew_ids: Collection[int], *, before: date) -> list[WorkOrder]:
    """What these crews had to do on an earlier day and did not, the oldest day first."""
    rows = WorkOrder.objects.filter(UNENDED, crew_id__in=crew_ids, day__lt=before)
    rows = rows.select_related("crew").order_by("day", "crew_id", "turn", "pk")
    return list(_with_links(rows)[:MOST_UNPLANNED])


def unplanned(actor: Actor) -> list[WorkOrder]:
    """Orders without crew and day that the actor may read, those due first first.

    So many at most with a date, and so many without, so that neither hides the other.
    """
    rows = readable(actor).filter(_STATES[OrderState.OPEN]).select_related("agency")
    order = ["due_on", "-made_at", "-pk"]
    undated = ExpressionWrapper(Q(due_on__isnull=True), output_field=BooleanField())
    nth = Window(RowNumber(), partition_by=undated, order_by=order)
    rows = rows.annotate(nth=nth).filter(nth__lte=MOST_UNPLANNED)
    return list(_with_links(rows).order_by(*order))


def of_request(request_ids: Iterable[int]) -> list[WorkOrder]:
    """The orders about these requests, the latest first."""
    rows = WorkOrder.objects.filter(links__service_request_id__in=list(request_ids))
    return list(rows.select_related("crew").distinct().order_by("-pk")[:MOST_UNPLANNED])


def undone_firsts(order_ids: Collection[int]) -> dict[int, list[WorkOrder]]:
    """What must be done before each of these orders and is not, by order."""
    waits: dict[int, list[WorkOrder]] = {}
    rows = Dependency.objects.filter(order_id__in=order_ids)
    rows = rows.exclude(first__ending=Ending.DONE).select_related("first").order_by("first_id")
    for row in rows:
        waits.setdefault(row.order_id, []).append(row.first)
    return waits


def firsts_of(order: WorkOrder) -> list[WorkOrder]:
    """What must be done before an order."""
    return list(order.firsts.order_by("pk")[:MOST_UNPLANNED])


def laters_of(order: WorkOrder) -> list[WorkOrder]:
    """What waits for an order."""
    return list(order.laters.order_by("pk")[:MOST_UNPLANNED])


def recurring_work(actor: Actor) -> list[RecurringWork]:
    """The work that comes again of the agencies whose work the actor plans, by title."""
    rows = RecurringWork.objects.filter(active=True).select_related("crew").order_by("title", "pk")
    agencies = agencies_of(actor, "plan")
    if agencies is not None:
        rows = rows.filter(agency_id__in=agencies)
    return list(rows[:MOST_OF_A_DAY])


def photos_after(order_ids: Collection[int]) -> dict[int, int]:
    """How many photos of the finished work each of these orders has, where there are any."""
    rows = Step.objects.filter(order_id__in=order_ids, kind=Step.Kind.AFTER)
    return dict(rows.values_list("order_id").annotate(n=Count("id")))


def steps_of(order: WorkOrder) -> list[Step]:
    """What crews told of an order, as it came."""
    return list(order.steps.select_related("by", "photo").order_by("received_at", "pk"))


def to_look_at(actor: Actor) -> list[Step]:
    """What crews told that could not be done as they meant it, and no dispatcher has seen."""
    rows = Step.objects.filter(looked_at__isnull=True).exclude(troubles=[])
    rows = rows.filter(order__in=readable(actor)).select_related("order__crew", "by")
    return list(rows.order_by("-received_at", "-pk")[:MOST_UNPLANNED])


def told_by(user_id: int | None, *, since: datetime) -> list[Step]:
    """What somebody told lately that could not be done as they meant it, the latest first."""
    rows = Step.objects.filter(by_id=user_id, received_at__gte=since).exclude(troubles=[])
    return list(rows.select_related("order").order_by("-received_at", "-pk")[:MOST_UNPLANNED])


def _with_links(rows: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    links = OrderRequest.objects.select_related("service_request").order_by("pk")
    return rows.prefetch_related(Prefetch("links", queryset=links))


def pictures_among(names: Collection[str]) -> set[str]:
    """Which of these stored pictures crews took."""
    rows = OrderPhoto.objects.filter(Q(file__in=names) | Q(thumbnail__in=names))
    return {name for pair in rows.values_list("file", "thumbnail") for name in pair}


def links_of(order: WorkOrder) -> Sequence[OrderRequest]:
    """What an order is about, the first first."""
    return list(order.links.all())
