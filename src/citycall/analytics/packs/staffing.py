"""What is on record of an agency's crews in two weeks: what fits, what was planned, what was done.

Overtime, leave, vacancies and who was really there are kept in other systems: it is said that they
are not known here, and nothing is put in their place.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, QuerySet

from citycall.analytics.packs.content import CrewLine, Staffing
from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM
from citycall.meetings.rules import Period
from citycall.work_orders import queries as work_orders
from citycall.work_orders.models import Crew, Ending, OrderState, WorkOrder

# What CityCall keeps no record of.
NOT_KEPT: Final = ("overtime", "leave", "vacancies", "vehicles")
NO_CREWS: Final = "crews"
_MOST_CREWS: Final = 100


def staffing_of(agency_id: int, period: Period) -> Staffing:
    """Crews' capacity and load on the agency's working days of the period."""
    days = working_days(agency_id, period)
    crews = list(
        Crew.objects.filter(agency_id=agency_id, active=True)
        .annotate(people=Count("members"))
        .order_by("name")[:_MOST_CREWS]
    )
    by_crew = defaultdict[int, list[WorkOrder]](list)
    for order in _orders(agency_id, period):
        by_crew[order.crew_id or 0].append(order)
    waiting = work_orders.readable(SYSTEM).filter(
        agency_id=agency_id, crew__isnull=True, ended_at__isnull=True
    )
    minutes = list(waiting.values_list("minutes", flat=True))
    return Staffing(
        working_days=days,
        crews=tuple(_line(crew, by_crew[crew.pk], crew.people, days) for crew in crews),
        waiting_orders=len(minutes),
        waiting_minutes=sum(minutes),
        unknown=(*(() if crews else (NO_CREWS,)), *NOT_KEPT),
    )


def working_days(agency_id: int, period: Period) -> int:
    """On how many days of the period the agency works, by its calendar."""
    spec = catalog().working_time(agency_id).spec
    days = (period.since + timedelta(days=n) for n in range(period.days))
    return sum(bool(spec.hours_on(day)) for day in days)


def _orders(agency_id: int, period: Period) -> QuerySet[WorkOrder]:
    rows = WorkOrder.objects.filter(
        agency_id=agency_id, crew__isnull=False, day__range=(period.since, period.until)
    )
    rows = rows.exclude(ending=Ending.CANCELLED)
    return rows.only("crew_id", "minutes", "started_at", "ended_at", "ending")


def _line(crew: Crew, orders: list[WorkOrder], people: int, days: int) -> CrewLine:
    done = [order for order in orders if order.state is OrderState.DONE]
    timed = [
        (order.started_at, order.ended_at)
        for order in done
        if order.started_at is not None and order.ended_at is not None
    ]
    return CrewLine(
        crew=crew.name,
        people=people,
        capacity=crew.minutes * days,
        planned=sum(order.minutes for order in orders),
        done=sum(order.minutes for order in done),
        orders=len(orders),
        orders_done=len(done),
        spent=sum(_minutes(start, end) for start, end in timed),
        timed=len(timed),
    )


def _minutes(start: datetime, end: datetime) -> int:
    return max(0, round((end - start) / timedelta(minutes=1)))
