"""Orders about requests: made, planned, dependent, cancelled."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from citycall.core.errors import Faults, NotAllowed
from citycall.core.models import Event, Visibility
from citycall.pages.sentences import timeline
from citycall.service_requests import public
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from citycall.work_orders import queries
from citycall.work_orders.actions import orders, plan
from citycall.work_orders.actions.change import OrderEnded
from citycall.work_orders.actions.orders import CannotDepend, Draft
from citycall.work_orders.actions.plan import CannotPlan, PlanChanged
from citycall.work_orders.models import Crew, OrderState, WorkOrder
from tests.city import NOW, City
from tests.work_orders.conftest import TODAY

Report = Callable[..., ServiceRequest]
Order = Callable[..., WorkOrder]


def events(request: ServiceRequest, kind: Kind) -> list[Event]:
    return list(Event.objects.filter(subject_id=request.pk, kind=kind).order_by("id"))


def test_one_request_has_many_orders_and_one_order_many_requests(
    report: Report, order: Order
) -> None:
    one, two = report(), report()
    both, second = order(one, two), order(one)
    assert [link.service_request for link in queries.links_of(both)] == [one, two]
    assert {each.pk for each in queries.of_request([one.pk])} == {both.pk, second.pk}
    assert both.place == one.place
    assert both.point == (-76.6, 39.29)


def test_a_plan_is_told_to_residents_and_so_is_its_change(
    city: City, crew: Crew, report: Report, order: Order
) -> None:
    request = report()
    row = order(request, crew=crew)
    plan.plan(row.pk, crew_id=crew.pk, day=TODAY + timedelta(days=1), by=city.dispatcher, at=NOW)
    plan.take_off(row.pk, by=city.dispatcher, at=NOW)
    told = public.by_number(request.number, by=city.resident)
    titles = [entry.title for entry in timeline(told, at=NOW)]
    for sentence in (
        "A crew is planned for March 2, 2026",
        "The crew's visit was moved from March 2, 2026 to March 3, 2026",
        "The crew's visit on March 3, 2026 was called off",
    ):
        assert sentence in titles


def test_what_is_not_announced_stays_inside(crew: Crew, report: Report, order: Order) -> None:
    request = report()
    order(request, crew=crew, announced=False)
    assert [e.visibility for e in events(request, Kind.VISIT_PLANNED)] == [Visibility.INTERNAL]


def test_planning_the_same_again_changes_nothing(
    city: City, crew: Crew, report: Report, order: Order
) -> None:
    request = report()
    row = order(request, crew=crew)
    plan.plan(row.pk, crew_id=crew.pk, day=TODAY, by=city.dispatcher, at=NOW)
    assert len(events(request, Kind.VISIT_PLANNED)) == 1


def test_a_crew_without_the_skill_is_refused(city: City, crew: Crew, order: Order) -> None:
    row = order(skills=["Chainsaw"])
    with pytest.raises(CannotPlan, match="chainsaw"):
        plan.plan(row.pk, crew_id=crew.pk, day=TODAY, by=city.dispatcher, at=NOW)


def test_orders_never_wait_for_each_other(city: City, order: Order) -> None:
    dig, fill, paint = order(title="Dig"), order(title="Fill"), order(title="Paint")
    orders.put_after(fill.pk, dig.pk, by=city.dispatcher, at=NOW)
    orders.put_after(paint.pk, fill.pk, by=city.dispatcher, at=NOW)
    with pytest.raises(CannotDepend):
        orders.put_after(dig.pk, paint.pk, by=city.dispatcher, at=NOW)


def test_a_cancelled_first_that_is_taken_up_again_makes_no_circle(city: City, order: Order) -> None:
    dig, fill = order(title="Dig"), order(title="Fill")
    orders.put_after(fill.pk, dig.pk, by=city.dispatcher, at=NOW)
    orders.cancel(dig.pk, by=city.dispatcher, at=NOW)
    orders.take_up_again(dig.pk, by=city.dispatcher, at=NOW)
    with pytest.raises(CannotDepend):
        orders.put_after(dig.pk, fill.pk, by=city.dispatcher, at=NOW)


def test_what_waits_is_not_planned_before_what_it_waits_for(
    city: City, crew: Crew, order: Order
) -> None:
    dig = order(title="Dig")
    fill = order(title="Fill", firsts=[dig])
    with pytest.raises(CannotPlan, match="Dig"):
        plan.plan(fill.pk, crew_id=crew.pk, day=TODAY, by=city.dispatcher, at=NOW)
    plan.plan(dig.pk, crew_id=crew.pk, day=TODAY, by=city.dispatcher, at=NOW)
    plan.plan(fill.pk, crew_id=crew.pk, day=TODAY, by=city.dispatcher, at=NOW)
    with pytest.raises(CannotPlan):
        plan.move_stop(fill.pk, up=True, by=city.dispatcher, at=NOW)


def test_a_stop_moves_up_and_down(city: City, crew: Crew, order: Order) -> None:
    one, two = order(title="One", crew=crew), order(title="Two", crew=crew)
    plan.move_stop(two.pk, up=True, by=city.dispatcher, at=NOW)
    assert [stop.pk for stop in queries.on_day([crew.pk], TODAY)] == [two.pk, one.pk]
    plan.move_stop(two.pk, up=False, by=city.dispatcher, at=NOW)
    plan.move_stop(two.pk, up=False, by=city.dispatcher, at=NOW)
    assert [stop.pk for stop in queries.on_day([crew.pk], TODAY)] == [one.pk, two.pk]


def test_the_day_is_put_in_order_only_as_it_was_seen(city: City, crew: Crew, order: Order) -> None:
    far = order(crew=crew, longitude=-76.5, latitude=39.29, place="Far")
    near = order(crew=crew, longitude=-76.6, latitude=39.29, place="Near")
    with pytest.raises(PlanChanged):
        plan.arrange(crew_id=crew.pk, day=TODAY, seen=[far.pk], by=city.dispatcher, at=NOW)
    arranged = plan.arrange(
        crew_id=crew.pk, day=TODAY, seen=[far.pk, near.pk], by=city.dispatcher, at=NOW
    )
    assert arranged.saves
    assert arranged.metres < arranged.metres_before
    assert [stop.pk for stop in queries.on_day([crew.pk], TODAY)] == [near.pk, far.pk]


def test_a_cancelled_order_is_not_changed_but_can_be_taken_up_again(
    city: City, crew: Crew, order: Order
) -> None:
    row = order(crew=crew)
    orders.cancel(row.pk, by=city.dispatcher, at=NOW)
    with pytest.raises(OrderEnded):
        orders.change(row.pk, Draft(title="Else"), by=city.dispatcher, at=NOW)
    assert orders.take_up_again(row.pk, by=city.dispatcher, at=NOW).state == OrderState.OPEN


def test_faults_are_told_together(city: City) -> None:
    with pytest.raises(Faults) as told:
        orders.make(
            Draft(title=" ", minutes=0), agency_id=city.streets.pk, by=city.dispatcher, at=NOW
        )
    assert set(told.value.faults) == {"title", "minutes"}


@pytest.mark.parametrize("who", ["outsider", "crew", "analyst", "resident", "call_taker"])
def test_others_plan_nothing(city: City, order: Order, crew: Crew, who: str) -> None:
    row = order()
    with pytest.raises(NotAllowed):
        plan.plan(row.pk, crew_id=crew.pk, day=TODAY, by=getattr(city, who), at=NOW)


@pytest.mark.parametrize("who", ["outsider", "analyst", "resident"])
def test_others_read_nothing(city: City, order: Order, who: str) -> None:
    row = order()
    with pytest.raises(NotAllowed):
        queries.get_for(getattr(city, who), row.pk)


def test_the_list_goes_on_by_key(city: City, order: Order) -> None:
    made = [order(title=f"Order {n}").pk for n in range(5)]
    first = queries.listed(city.dispatcher, size=3)
    rest = queries.listed(city.dispatcher, size=3, older_than=first.older)
    assert [row.pk for row in (*first.rows, *rest.rows)] == made[::-1]
    assert [row.pk for row in queries.listed(city.dispatcher, words="Order 3").rows] == [made[3]]


def test_who_waits_for_the_crew_is_visited_on_that_day(
    city: City, crew: Crew, report: Report, order: Order
) -> None:
    request = report()
    row = order(request)
    begins = NOW + timedelta(days=2)
    orders.expect_between(
        request.pk, window_from=begins, window_until=begins + timedelta(hours=2), at=NOW
    )
    with pytest.raises(CannotPlan, match="March 4, 2026"):
        plan.plan(row.pk, crew_id=crew.pk, day=TODAY, by=city.dispatcher, at=NOW)
    day = TODAY + timedelta(days=2)
    assert plan.plan(row.pk, crew_id=crew.pk, day=day, by=city.dispatcher, at=NOW).day == day


def test_a_long_day_of_one_crew_leaves_the_others_theirs(
    make_crew: Callable[..., Crew], order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_OF_A_DAY", 2)
    one, two = make_crew("North"), make_crew("South")
    stops = [order(crew=crew).pk for crew in (one, one, one, two)]
    found = queries.on_day([one.pk, two.pk], TODAY)
    assert [stop.pk for stop in found] == [stops[0], stops[1], stops[3]]


def test_work_that_comes_again_does_not_hide_what_has_no_date(
    city: City, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_UNPLANNED", 2)
    dated = [order().pk for _each in range(3)]
    for day, pk in enumerate(dated):
        WorkOrder.objects.filter(pk=pk).update(due_on=TODAY + timedelta(days=day))
    other = order()
    assert [row.pk for row in queries.unplanned(city.dispatcher)] == [*dated[:2], other.pk]
