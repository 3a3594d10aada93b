"""A small city to test in: two agencies, four teams, four services, and a named cast."""

from dataclasses import dataclass
from datetime import UTC, datetime

from citycall.accounts.actions import give_role
from citycall.accounts.models import Role, User
from citycall.accounts.queries import actor_of
from citycall.agencies.actions import save_agency, save_calendar, save_team
from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.models import Agency, Team
from citycall.agencies.specs import AgencySpec, TeamSpec
from citycall.catalog.actions import save_outcome, save_service
from citycall.catalog.models import Service
from citycall.catalog.specs import OutcomeSpec, ServiceSpec
from citycall.core.actors import SYSTEM, Actor, resident
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.routing.actions import save_rule
from citycall.routing.specs import RuleSpec
from citycall.service_requests.drafts import ContactDetails, Draft
from citycall.service_requests.models import Channel

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # A Monday, 10 in the morning in the city.

OFFICE = {str(day): [["08:00", "16:00"]] for day in range(1, 6)}

SERVICES = (
    {
        "code": "pothole",
        "name": "Pothole",
        "group": "Streets",
        "agency": "streets",
        "team": "paving",
        "target": {"amount": 5, "unit": "days"},
        "outcomes": ["fixed", "not-found"],
        "pause_reasons": [{"code": "weather", "name": "Waiting for the weather"}],
        "hold_reasons": [{"code": "parts", "name": "Waiting for material"}],
    },
    {
        "code": "graffiti",
        "name": "Graffiti",
        "group": "Streets",
        "agency": "streets",
        "team": "cleaning",
        "target": {"amount": 16, "unit": "hours", "clock": "business"},
        "outcomes": ["fixed", "not-found"],
        "pause_reasons": [{"code": "owner", "name": "Waiting for the owner"}],
        "photo_on_completion": True,
        "privacy": "private",
    },
    {
        "code": "water-leak",
        "name": "Water leak",
        "group": "Water",
        "agency": "water",
        "team": "mains",
        "contact": "required",
        "location_kinds": ["address", "point"],
        "outcomes": ["fixed"],
        "questions": [
            {
                "code": "amount",
                "text": "How much water is there?",
                "datatype": "singlevaluelist",
                "required": True,
                "choices": [
                    {"key": "drip", "name": "A drip"},
                    {"key": "gush", "name": "It gushes"},
                ],
                "stops": [
                    {"when": ["gush"], "kind": "emergency", "text": "Call 911 if it is dangerous."}
                ],
            }
        ],
    },
    {
        "code": "something-else",
        "name": "Something else",
        "group": "Other",
        "agency": "streets",
        "team": "sorting",
        "location": "optional",
        "target": {"amount": 2, "unit": "days"},
        "outcomes": ["fixed", "not-found"],
        "something_else": True,
    },
)


@dataclass(frozen=True)
class City:
    """The cast and the things they work with."""

    streets: Agency
    water: Agency
    teams: dict[str, Team]
    services: dict[str, Service]
    resident: Actor
    call_taker: Actor
    dispatcher: Actor
    crew: Actor
    outsider: Actor
    analyst: Actor
    manager: Actor
    supervisor: Actor
    administrator: Actor


def build() -> City:
    """Save the small city through the rooms' own actions."""
    save_calendar(
        spec=CalendarSpec.model_validate({"code": "office", "name": "Office", "hours": OFFICE}),
        by=SYSTEM,
        at=NOW,
    )
    agencies = {
        code: save_agency(
            spec=AgencySpec(code=code, name=name, calendar="office", phone="410-555-0100"),
            by=SYSTEM,
            at=NOW,
        )
        for code, name in (("streets", "Streets"), ("water", "Water Works"))
    }
    teams = {
        code: save_team(spec=TeamSpec(code=code, name=name, agency=agency), by=SYSTEM, at=NOW)
        for code, name, agency in (
            ("paving", "Paving", "streets"),
            ("cleaning", "Cleaning", "streets"),
            ("sorting", "Sorting", "streets"),
            ("mains", "Mains", "water"),
        )
    }
    for code, name, fixed in (("fixed", "Fixed", True), ("not-found", "Not found", False)):
        save_outcome(spec=OutcomeSpec(code=code, name=name, fixed=fixed), by=SYSTEM, at=NOW)
    services = {
        str(each["code"]): save_service(spec=ServiceSpec.model_validate(each), by=SYSTEM, at=NOW)
        for each in SERVICES
    }
    save_rule(spec=RuleSpec(code="fallback", team="sorting"), by=SYSTEM, at=NOW)
    return City(
        streets=agencies["streets"],
        water=agencies["water"],
        teams=teams,
        services=services,
        resident=resident(),
        call_taker=member("call-taker", Role.CALL_TAKER),
        dispatcher=member("dispatcher", Role.DISPATCHER, agencies["streets"]),
        crew=member("crew", Role.CREW, agencies["streets"]),
        outsider=member("outsider", Role.DISPATCHER, agencies["water"]),
        analyst=member("analyst", Role.ANALYST),
        manager=member("manager", Role.AGENCY_MANAGER, agencies["streets"]),
        supervisor=member("supervisor", Role.SUPERVISOR),
        administrator=member("administrator", Role.ADMINISTRATOR),
    )


def member(name: str, role: Role, agency: Agency | None = None) -> Actor:
    """A person of this name with this role."""
    user = User.objects.create_user(username=name, password="correct horse battery")
    give_role(user, role=role, agency_id=agency.pk if agency else None, by=SYSTEM, at=NOW)
    return actor_of(user)


def draft(service: str = "pothole", **changes: object) -> Draft:
    """A report that is good as it is."""
    told: dict[str, object] = {
        "service": service,
        "channel": Channel.WEB,
        "location": Location(
            kind=LocationKind.ADDRESS, longitude=-76.6, latitude=39.29, place="1200 E Monument St"
        ),
        "words": "A deep hole in the right lane.",
        "contact": ContactDetails(name="Pat Doe", email="pat@example.org"),
    }
    return Draft(**{**told, **changes})  # type: ignore[arg-type]
