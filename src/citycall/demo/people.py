"""The demo city's staff, who can sign in, and the keys that programs can try."""

from dataclasses import dataclass
from datetime import datetime

from citycall.accounts.actions import give_role, issue_key
from citycall.accounts.models import Role, User
from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM
from citycall.exchange.policies import WEBHOOKS_SCOPE
from citycall.places.queries import areas
from citycall.service_requests.policies import READ_SCOPE, SUBMIT_SCOPE, WORK_SCOPE

# For a city that is invented and served to this machine only.
PASSWORD = "port-calder-demo"  # noqa: S105
SANDBOX_KEY = "cck_sandbox_port_calder_demo_key"
CALL_CENTER = "410-555-0100"
# May read and work as the city's own systems do.
STAFF_KEY = "cck_staff_port_calder_demo_key"


@dataclass(frozen=True)
class Person:
    """Somebody to sign in as."""

    username: str
    given: str
    family: str
    role: Role


PEOPLE = (
    Person("calls", "Renée", "Whitfield", Role.CALL_TAKER),
    Person("supervisor", "Marcus", "Odom", Role.SUPERVISOR),
    Person("dispatch", "Yolanda", "Pierce", Role.DISPATCHER),
    Person("crew", "Tomás", "Herrera", Role.CREW),
    Person("manager", "Denise", "Kowalski", Role.AGENCY_MANAGER),
    Person("analyst", "Wen", "Li", Role.ANALYST),
    Person("admin", "Abena", "Mensah", Role.ADMINISTRATOR),
)
# Those who take the demo's calls; they can sign in, too.
TAKERS = (
    Person("calls2", "Aisha", "Coleman", Role.CALL_TAKER),
    Person("calls3", "Diego", "Salazar", Role.CALL_TAKER),
    Person("calls4", "Hannah", "Brandt", Role.CALL_TAKER),
    Person("calls5", "Jun", "Park", Role.CALL_TAKER),
    Person("calls6", "Layla", "Nassar", Role.CALL_TAKER),
    Person("calls7", "Owen", "Fitzgerald", Role.CALL_TAKER),
    Person("calls8", "Patrice", "Laurent", Role.CALL_TAKER),
    Person("calls9", "Sofia", "Marino", Role.CALL_TAKER),
    Person("calls10", "Terrence", "Boyd", Role.CALL_TAKER),
    Person("calls11", "Ximena", "Duarte", Role.CALL_TAKER),
)
# A second one, to compare how they score.
COLLEAGUE = Person("supervisor2", "Ingrid", "Vasquez", Role.SUPERVISOR)
# Asks for the people of a district.
OFFICE = Person("council", "Ruth", "Abara", Role.COUNCIL)
OFFICE_LAYER = "council_districts"
OF_AN_AGENCY = {Role.DISPATCHER, Role.CREW, Role.AGENCY_MANAGER}


def largest_agency() -> int:
    """The agency with the most services, whose staff the demo signs in."""
    services = [entry.agency_id for entry in catalog().services]
    return max(sorted(set(services)), key=services.count)


def busiest_team(agency_id: int) -> int:
    """The agency's team that most services go to, which its signed-in staff are of."""
    book = catalog()
    usual = [entry.team_id for entry in book.services if entry.team_id is not None]
    own = sorted(team.id for team in book.teams if team.agency_id == agency_id)
    return max(own, key=usual.count)


def make(*, at: datetime) -> None:
    """Make everybody, with their roles, and the sandbox key."""
    agency_id = largest_agency()
    team_id = busiest_team(agency_id)
    district = areas().of_layer(OFFICE_LAYER)[0]
    for person in (*PEOPLE, *TAKERS, COLLEAGUE, OFFICE):
        user = User.objects.create_user(
            username=person.username,
            password=PASSWORD,
            first_name=person.given,
            last_name=person.family,
            email=f"{person.username}@example.org",
        )
        give_role(
            user,
            role=person.role,
            agency_id=agency_id if person.role in OF_AN_AGENCY else None,
            team_id=team_id if person.role in OF_AN_AGENCY else None,
            area=f"{district.layer}/{district.code}" if person is OFFICE else "",
            by=SYSTEM,
            at=at,
        )
    issue_key(
        name="Sandbox", scopes=[SUBMIT_SCOPE, WEBHOOKS_SCOPE], by=SYSTEM, at=at, secret=SANDBOX_KEY
    )
    issue_key(
        name="City systems",
        scopes=[SUBMIT_SCOPE, READ_SCOPE, WORK_SCOPE, WEBHOOKS_SCOPE],
        by=SYSTEM,
        at=at,
        secret=STAFF_KEY,
    )
