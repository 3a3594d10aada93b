"""What do crews do on a day? Stops by crew, load against capacity, and what is not planned."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed
from citycall.pages.staff import links_for, staff_only
from citycall.work_orders import queries, routes, rules
from citycall.work_orders.actions import plan
from citycall.work_orders.models import Crew, WorkOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A crew's day: its stops, the minutes of work and driving, and the way in kilometres."""

    crew: Crew
    stops: Sequence[WorkOrder]
    work: int
    driving: int
    km: float
    missed: frozenset[int]

    @property
    def minutes(self) -> int:
        """Work and driving together."""
        return self.work + self.driving

    @property
    def over(self) -> int:
        """By how many minutes it is too much."""
        return max(0, self.minutes - self.crew.minutes)


@require_safe
@staff_only
def day(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every crew's stops of a date (today, where none is asked for), and what waits beside."""
    at = clock.now()
    today = at.astimezone(clock.city_zone()).date()
    chosen = _date(request.GET.get("day", "")) or today
    crews = queries.crews(actor)
    ids = [crew.pk for crew in crews]
    stops = queries.on_day(ids, chosen)
    context = {
        "day": chosen,
        "before": chosen - timedelta(days=1),
        "next": chosen + timedelta(days=1),
        "routes": [
            _route(crew, [s for s in stops if s.crew_id == crew.pk], chosen) for crew in crews
        ],
        "unplanned": [_choice(order, crews) for order in queries.unplanned(actor)],
        "left": [_choice(order, crews) for order in queries.left_over(ids, before=today)],
        "moved": request.GET.get("moved", ""),
        "way": request.GET.get("way", ""),
        "may_plan": queries.may_plan_somewhere(actor),
        "staff_links": links_for(actor),
        "now": at,
    }
    return render(request, "workbench/plan.html", context)


def _route(crew: Crew, stops: Sequence[WorkOrder], chosen: date) -> Route:
    start = (
        None if crew.longitude is None or crew.latitude is None else (crew.longitude, crew.latitude)
    )
    told = [routes.stop_of(stop, crew=crew, day=chosen) for stop in stops]
    metres = routes.cost_of(told, start=start).metres
    return Route(
        crew=crew,
        stops=stops,
        work=sum(stop.minutes for stop in stops),
        driving=round(metres / routes.METRES_PER_MINUTE),
        km=metres / 1000,
        missed=frozenset(routes.missed(told, start=start)),
    )


def _choice(order: WorkOrder, crews: Sequence[Crew]) -> dict[str, object]:
    """An order that waits, with the crews of its agency that have the skills for it."""
    able = [
        crew
        for crew in crews
        if crew.agency_id == order.agency_id and not rules.missing_skills(order.skills, crew.skills)
    ]
    return {"order": order, "crews": able}


@require_POST
@staff_only
def move(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One stop earlier or later; the keyboard stays on the button that was pressed."""
    order_id, up = _number(request, "order"), "up" in request.POST
    with _telling(request):
        plan.move_stop(order_id, up=up, by=actor, at=clock.now())
    return _back(request, moved=str(order_id), way="up" if up else "down")


@require_POST
@staff_only
def arrange(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Put a crew's stops into the order that saves driving, and say what it saves."""
    chosen = _date(request.POST.get("day", ""))
    seen = [int(pk) for pk in request.POST.get("seen", "").split(",") if pk.isdigit()]
    with _telling(request):
        if chosen is None:
            raise plan.CannotPlan(_("Please choose a day."))
        done = plan.arrange(
            crew_id=_number(request, "crew"), day=chosen, seen=seen, by=actor, at=clock.now()
        )
        messages.success(request, _saved(done))
    return _back(request)


def _saved(done: routes.Arranged) -> str:
    told = {
        "km": f"{done.metres / 1000:.1f}",
        "minutes": done.minutes,
        "km_before": f"{done.metres_before / 1000:.1f}",
        "minutes_before": done.minutes_before,
    }
    if list(done.missed_before) and not list(done.missed):
        return (
            _(
                "Everybody who waits is now reached in time, with %(km)s km and %(minutes)s "
                "minutes of driving; it was %(km_before)s km and %(minutes_before)s minutes."
            )
            % told
        )
    if not done.saves:
        return _("No better order was found: %(km)s km and %(minutes)s minutes of driving.") % told
    return (
        _(
            "The stops are in a better order: %(km)s km and %(minutes)s minutes of driving instead "
            "of %(km_before)s km and %(minutes_before)s minutes."
        )
        % told
    )


@require_POST
@staff_only
def put(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Give an order to a crew for the day that is shown, or take it off its plan."""
    order_id = _number(request, "order")
    chosen = _date(request.POST.get("day", ""))
    with _telling(request):
        if "off" in request.POST:
            plan.take_off(order_id, by=actor, at=clock.now())
        elif chosen is None or not request.POST.get("crew", "").isdigit():
            raise plan.CannotPlan(_("Please choose a crew of the agency."))
        else:
            crew_id = _number(request, "crew")
            plan.plan(order_id, crew_id=crew_id, day=chosen, by=actor, at=clock.now())
    return _back(request, moved=str(order_id))


@contextmanager
def _telling(request: HttpRequest) -> Iterator[None]:
    """Say a fault on the page that follows, instead of on one of its own."""
    try:
        yield
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, error.message)


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _back(request: HttpRequest, **more: str) -> HttpResponse:
    chosen = _date(request.POST.get("day", ""))
    asked = {**({"day": chosen.isoformat()} if chosen else {}), **more}
    return redirect(f"{reverse('workbench:plan')}?{urlencode(asked)}")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
