"""The demo city's crews, what they do today, and work that comes again."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Final

from citycall.accounts.models import User
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.demo import people
from citycall.service_requests import queries
from citycall.service_requests.models import OPEN, ServiceRequest
from citycall.work_orders.actions import crews, orders, plan, recurring
from citycall.work_orders.actions.crews import CrewDraft
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.actions.recurring import Spot
from citycall.work_orders.models import Crew
from citycall.work_orders.recurrence import Rule

# Name, skills and vehicle; the first is that of the crew member who can sign in.
CREWS: Final = (
    ("Harbor crew", ("asphalt", "signs"), "Truck 12"),
    ("North crew", ("asphalt", "chainsaw"), "Truck 7"),
    ("Night crew", ("electrical",), "Van 3"),
)
STOPS_EACH: Final = (7, 9, 0)
UNPLANNED: Final = 5
_WORK: Final = (
    Draft(
        title="Repair",
        minutes=45,
        skills=("asphalt",),
        materials=({"name": "Asphalt", "amount": 0.5, "unit": "t"},),
        checklist=("Cones and signs are away", "The place is swept"),
    ),
    Draft(title="Look and decide", minutes=20),
    Draft(title="Clean up", minutes=35, instructions="Use the small container."),
    Draft(title="Repair with the owner", minutes=40, signature_needed=True),
)


def make(*, at: datetime) -> None:
    """Make the crews, plan today's work of two of them, and leave some of it to be planned."""
    agency_id = people.largest_agency()
    requests = _requests(agency_id)
    if not requests:
        return
    made = [_crew(n, agency_id, requests, at=at) for n in range(len(CREWS))]
    today = at.astimezone(clock.city_zone()).date()
    left = iter(requests)
    for crew, stops in zip(made, STOPS_EACH, strict=True):
        for n, request in zip(range(stops), left, strict=False):
            order_id = _order(n, request, at=at)
            plan.plan(order_id, crew_id=crew.pk, day=today, by=SYSTEM, at=at)
    for n, request in zip(range(UNPLANNED), left, strict=False):
        _order(n, request, at=at)
    _come_again(made[1], today, requests, at=at)


def _requests(agency_id: int) -> list[ServiceRequest]:
    """Open requests of the agency at places that are known, the latest first."""
    rows = queries.readable(SYSTEM).filter(OPEN, agency_id=agency_id, longitude__isnull=False)
    # Who has an appointment is visited on that day.
    booked = [entry.id for entry in catalog().services if entry.spec.booking is not None]
    rows = rows.exclude(service_id__in=booked).exclude(place="").order_by("-requested_at", "-id")
    return list(rows[: sum(STOPS_EACH) + UNPLANNED])


def _crew(n: int, agency_id: int, requests: list[ServiceRequest], *, at: datetime) -> Crew:
    name, skills, vehicle = CREWS[n]
    yard = requests[n % len(requests)]
    member = User.objects.filter(username="crew").values_list("pk", flat=True)
    return crews.save(
        CrewDraft(
            name=name,
            member_ids=list(member) if n == 0 else [],
            skills=skills,
            vehicle=vehicle,
            place=yard.place,
            longitude=yard.longitude,
            latitude=yard.latitude,
            begins=time(7, 30),
        ),
        agency_id=agency_id,
        by=SYSTEM,
        at=at,
    )


def _order(n: int, request: ServiceRequest, *, at: datetime) -> int:
    work = _WORK[n % len(_WORK)]
    service = catalog().service_by_id(request.service_id).name
    made = orders.make(
        replace(work, title=f"{work.title}: {service}"),
        agency_id=request.agency_id,
        request_ids=[request.pk],
        by=SYSTEM,
        at=at,
    )
    return made.pk


def _come_again(crew: Crew, today: date, requests: list[ServiceRequest], *, at: datetime) -> None:
    """Sweeping every week, and gutters in autumn."""
    spots = [
        Spot(place=each.place, longitude=each.longitude, latitude=each.latitude)
        for each in requests[:3]
    ]
    weekly = Rule(every=1, unit="weeks", weekdays=(2, 5), begins=today)
    autumn = Rule.model_validate(
        {
            "every": 2,
            "unit": "weeks",
            "weekdays": [3],
            "begins": today,
            "season_from": (9, 15),
            "season_until": (12, 15),
        }
    )
    for title, rule in (("Sweep the square", weekly), ("Clear leaves from the gutters", autumn)):
        recurring.save(
            Draft(title=title, minutes=60),
            rule,
            spots,
            agency_id=crew.agency_id,
            crew_id=crew.pk,
            by=SYSTEM,
            at=at,
        )
