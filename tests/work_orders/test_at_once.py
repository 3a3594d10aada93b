"""Several dispatchers plan one agency's day at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error, connection
from django.test.utils import CaptureQueriesContext

from citycall.work_orders import queries
from citycall.work_orders.actions import orders, plan, recurring
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.actions.recurring import Spot
from citycall.work_orders.models import Crew, WorkOrder
from citycall.work_orders.recurrence import Rule
from tests.city import NOW, City
from tests.work_orders.conftest import TODAY

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 12


def at_once(*doings: Callable[[], object]) -> list[Error]:
    """Do each of these many times, all from one moment on; what the database refused."""
    refused: list[Error] = []
    start = threading.Barrier(len(doings))

    def repeat(doing: Callable[[], object]) -> None:
        start.wait()
        try:
            for _time in range(TIMES):
                doing()
        except Error as error:
            refused.append(error)
        connection.close()

    threads = [threading.Thread(target=repeat, args=(doing,)) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_stops_of_one_day_are_moved_by_many(
    city: City, crew: Crew, order: Callable[..., WorkOrder]
) -> None:
    stops = [order(crew=crew) for _each in range(4)]

    def moves(stop: WorkOrder, first: bool) -> Callable[[], object]:
        ways = iter([first, not first] * TIMES)
        return lambda: plan.move_stop(stop.pk, up=next(ways), by=city.dispatcher, at=NOW)

    assert at_once(moves(stops[0], False), moves(stops[3], True), moves(stops[1], False)) == []
    turns = [stop.turn for stop in queries.on_day([crew.pk], TODAY)]
    assert turns == [1, 2, 3, 4]


def test_one_says_what_waits_while_another_plans_it(
    city: City, crew: Crew, order: Callable[..., WorkOrder]
) -> None:
    first, second = order(crew=crew), order(crew=crew)

    def depend() -> None:
        orders.put_after(second.pk, first.pk, by=city.dispatcher, at=NOW)
        orders.put_free(second.pk, first.pk, by=city.dispatcher, at=NOW)

    def swap() -> None:
        plan.take_off(first.pk, by=city.dispatcher, at=NOW)
        plan.plan(first.pk, crew_id=crew.pk, day=TODAY, by=city.dispatcher, at=NOW)
        plan.move_stop(first.pk, up=True, by=city.dispatcher, at=NOW)

    assert at_once(depend, swap) == []


def test_recurring_work_holds_the_plans_before_it_locks_anything(city: City, crew: Crew) -> None:
    told: dict[str, Any] = {
        "agency_id": city.streets.pk,
        "crew_id": crew.pk,
        "by": city.dispatcher,
        "at": NOW,
    }
    spots = [Spot(place="Yard")]

    def rule(weekday: int) -> Rule:
        return Rule(every=1, unit="weeks", weekdays=(weekday,), begins=TODAY)

    row = recurring.save(Draft(title="Sweep"), rule(1), spots, **told)
    for doing in (
        lambda: recurring.save(Draft(title="Sweep"), rule(2), spots, recurring_id=row.pk, **told),
        lambda: recurring.generate(at=NOW),
        lambda: recurring.stop(row.pk, by=city.dispatcher, at=NOW),
    ):
        with CaptureQueriesContext(connection) as asked:
            doing()
        locks = [
            each["sql"]
            for each in asked
            if "FOR UPDATE" in each["sql"] or "pg_advisory_xact_lock" in each["sql"]
        ]
        assert "pg_advisory_xact_lock" in locks[0]
