"""A call-taker in conversation with a reporter is not asked why they see the contact."""

from datetime import timedelta

import pytest

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.calls.models import Call
from citycall.core.actors import Actor, ActorKind, resident
from citycall.core.errors import NotAllowed
from citycall.privacy import openings
from citycall.privacy.models import ContactOpening
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.policies import CONTACT_SCOPE, WORK_SCOPE
from tests import city as small_city
from tests.city import NOW

pytestmark = pytest.mark.django_db
PHONE = "+14105550123"


@pytest.fixture
def request_row(db: None) -> ServiceRequest:
    small_city.build()
    told = small_city.draft("pothole", contact=ContactDetails(phone=PHONE))
    return ServiceRequest.objects.get(pk=submit(told, by=resident(), at=NOW).request_id)


def taker() -> User:
    return User.objects.filter(memberships__role="call_taker")[0]


def key(agency_id: int, *scopes: str) -> Actor:
    held = frozenset((scope, agency_id) for scope in scopes)
    return Actor(kind=ActorKind.KEY, id=1, name="A program", memberships=held)


def test_in_conversation_with_the_reporter_nobody_is_asked(request_row) -> None:
    user = taker()
    assert not openings.may_see(request_row, by=actor_of(user), at=NOW)
    Call.objects.create(
        phone=PHONE,
        taker=user,
        arrived_at=NOW,
        answered_at=NOW + timedelta(seconds=5),
    )
    assert openings.may_see(request_row, by=actor_of(user), at=NOW)


def test_another_conversation_shows_nothing(request_row) -> None:
    user = taker()
    Call.objects.create(
        phone="+14105550999",
        taker=user,
        arrived_at=NOW,
        answered_at=NOW + timedelta(seconds=5),
    )
    assert not openings.may_see(request_row, by=actor_of(user), at=NOW)


def test_a_program_reads_contacts_by_its_own_scope_and_is_recorded(request_row) -> None:
    works = key(request_row.agency_id, WORK_SCOPE)
    with pytest.raises(NotAllowed):
        openings.open_contacts(request_row, reason="ask", words="", by=works, at=NOW)
    reads = key(request_row.agency_id, CONTACT_SCOPE)
    openings.read_by_program(request_row, by=reads, at=NOW)
    openings.read_by_program(request_row, by=reads, at=NOW)
    assert ContactOpening.objects.get().reason == ContactOpening.Reason.PROGRAM
