"""Work that comes again: its dates, its orders, and that each is made once."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from citycall.core.errors import Faults, NotAllowed
from citycall.work_orders import personal
from citycall.work_orders.actions import recurring
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.actions.recurring import Spot
from citycall.work_orders.models import Crew, Ending, OrderState, WorkOrder
from citycall.work_orders.recurrence import Rule
from tests.city import NOW, City

BEGINS = date(2026, 3, 2)
SPOTS = [Spot(place="North Park", longitude=-76.6, latitude=39.3), Spot(place="South Park")]


def rule(**changes: Any) -> Rule:
    told = {"every": 1, "unit": "weeks", "weekdays": [1], "begins": BEGINS, **changes}
    return Rule.model_validate(told)


def days(asked: Rule, until: date = date(2027, 6, 30)) -> list[date]:
    return list(asked.dates(BEGINS, until))


def test_every_second_week_on_two_days() -> None:
    found = days(rule(every=2, weekdays=[1, 4]), date(2026, 3, 20))
    assert found == [date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 16), date(2026, 3, 19)]


def test_the_last_day_of_each_month() -> None:
    found = days(rule(unit="months", day=31), date(2026, 6, 30))
    ends = [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)]
    assert found == ends


def test_a_season_may_run_over_the_new_year() -> None:
    found = days(rule(unit="months", day=15, season_from=(11, 1), season_until=(3, 31)))
    months = [day.month for day in found]
    assert months == [3, 11, 12, 1, 2, 3]


@pytest.mark.parametrize(
    "wrong", [{"weekdays": []}, {"weekdays": [8]}, {"every": 0}, {"season_from": (4, 1)}]
)
def test_a_rule_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rule(**wrong)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(1, 6),
    st.integers(1, 127),
    st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    st.integers(0, 120),
)
def test_dates_do_not_depend_on_where_one_begins_to_look(
    every: int, chosen: int, begins: date, later: int
) -> None:
    weekdays = [day for day in range(1, 8) if chosen & 1 << (day - 1)]
    asked = rule(every=every, weekdays=weekdays, begins=begins)
    end = begins + timedelta(days=200)
    whole = list(asked.dates(begins, end))
    since = begins + timedelta(days=later)
    assert list(asked.dates(since, end)) == [day for day in whole if day >= since]
    assert all(day.isoweekday() in weekdays for day in whole)


def save(city: City, asked: Rule, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "agency_id": city.streets.pk, "by": city.dispatcher, "at": NOW, **changes,
    }  # fmt: skip
    return recurring.save(Draft(title="Mow the lawn", minutes=90), asked, SPOTS, **values)


def test_orders_are_made_ahead_each_once(city: City) -> None:
    save(city, rule())
    assert WorkOrder.objects.count() == 2 * 5
    assert recurring.generate(at=NOW) == 0
    assert recurring.generate(at=NOW + timedelta(days=7)) == 2
    first = WorkOrder.objects.order_by("due_on", "spot")[0]
    assert (first.title, first.place, first.due_on) == ("Mow the lawn", "North Park", BEGINS)
    assert first.state == OrderState.OPEN


def test_they_are_planned_where_a_crew_is_named_on_a_working_day(city: City, crew: Crew) -> None:
    save(city, rule(weekdays=[6]), crew_id=crew.pk)
    order = WorkOrder.objects.order_by("due_on")[0]
    assert (order.due_on, order.day) == (date(2026, 3, 7), date(2026, 3, 9))
    assert order.crew == crew


def test_said_anew_coming_orders_follow_and_what_was_cancelled_stays_so(city: City) -> None:
    row = save(city, rule())
    save(city, rule(weekdays=[2]), recurring_id=row.pk)
    left = WorkOrder.objects.filter(ending="").values_list("due_on", flat=True)
    assert {day.isoweekday() for day in left if day and day > BEGINS} == {2}
    recurring.stop(row.pk, by=city.dispatcher, at=NOW)
    assert not WorkOrder.objects.filter(ending="", due_on__gt=BEGINS).exists()
    assert recurring.generate(at=NOW) == 0


def test_nobody_else_says_so(city: City) -> None:
    with pytest.raises(NotAllowed):
        save(city, rule(), by=city.crew)
    with pytest.raises(Faults):
        recurring.save(
            Draft(title=""), rule(), [], agency_id=city.streets.pk, by=city.dispatcher, at=NOW
        )


def test_signatures_are_forgotten_in_time(city: City, order: Callable[..., WorkOrder]) -> None:
    row = order()
    WorkOrder.objects.filter(pk=row.pk).update(
        signature={"name": "Pat Doe", "strokes": []}, ended_at=NOW, ending=Ending.DONE
    )
    assert personal.forget_signatures(at=NOW + timedelta(days=729)) == 0
    assert personal.forget_signatures(at=NOW + timedelta(days=731)) == 1
    row.refresh_from_db()
    assert row.signature is None
