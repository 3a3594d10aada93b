"""A council office sees its district's public facts, and asks for its residents."""

from datetime import timedelta

import pytest
from django.test import Client

from citycall.accounts.actions import BadMembership, give_role
from citycall.accounts.models import Role, User
from citycall.accounts.queries import actor_of
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, Actor, resident
from citycall.core.errors import NotAllowed, NotFound
from citycall.council import actions, queries
from citycall.council.actions import AnsweredAlready, Unasked
from citycall.council.models import DistrictMonth, Inquiry
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import ServiceRequest
from tests import city as small_city
from tests.city import NOW, City
from tests.council.places import OUTSIDE, load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city(db: None) -> City:
    load()
    return small_city.build()


@pytest.fixture
def office(city: City) -> User:
    user = User.objects.create_user(username="office", first_name="Ola", last_name="Berg")
    give_role(user, role=Role.COUNCIL, agency_id=None, area="council/1", by=SYSTEM, at=NOW)
    return user


@pytest.fixture
def actor(office: User) -> Actor:
    return actor_of(office)


def report(service: str = "pothole", **changes: object) -> Receipt:
    return submit(small_city.draft(service, **changes), by=resident(), at=NOW)


def test_an_office_sees_its_district_and_no_other(actor: Actor) -> None:
    own, other = report(), report(location=OUTSIDE)
    assert queries.get_for(actor, own.request_id).service == "Pothole"
    with pytest.raises(NotFound):
        queries.get_for(actor, other.request_id)
    rows, _older = queries.latest(queries.districts_of(actor)[0])
    assert [row.id for row, _name in rows] == [own.request_id]


def test_private_services_are_nobodys_business(actor: Actor) -> None:
    from citycall.catalog.actions import save_service
    from citycall.catalog.queries import catalog
    from citycall.catalog.specs import Privacy

    private = catalog().service("pothole").spec.model_copy(update={"privacy": Privacy.PRIVATE})
    save_service(
        spec=type(private).model_validate(private.model_dump(mode="json", exclude_none=True)),
        by=SYSTEM,
        at=NOW,
    )
    receipt = report()
    with pytest.raises(NotFound):
        queries.get_for(actor, receipt.request_id)
    assert actions.count_districts(at=NOW) == 0


def test_the_pages_show_no_contact_and_nothing_internal(office: User) -> None:
    receipt = report()
    client = Client()
    client.force_login(office)
    number = numbers.show(receipt.number)
    for path in ("/council", f"/council/{receipt.request_id}"):
        page = client.get(path).content.decode()
        assert "Pothole" in page
        assert "Pat Doe" not in page
        assert "pat@example.org" not in page
        assert number not in page
    assert client.get("/agency").headers["Location"] == "/council"
    assert client.get(f"/agency/{number}").status_code == 403
    found = client.get("/council/find", {"number": number})
    assert found.headers["Location"] == f"/council/{receipt.request_id}"


def test_a_district_is_counted_by_service_and_month(actor: Actor) -> None:
    for _n in range(3):
        report()
    report(location=OUTSIDE)
    ServiceRequest.objects.update(due_at=NOW - timedelta(hours=1))
    actions.count_districts(at=NOW)
    line = queries.trend(queries.districts_of(actor)[0], at=NOW)[0]
    assert (line.received, line.open, line.late, line.completed) == (3, 3, 3, 0)
    assert line.by_month[-1] == 3
    assert line.median_days is None
    # A row for each district of the layer.
    assert DistrictMonth.objects.count() == 2


def test_the_agency_answers_and_does_not_learn_who_asked(office: User, city: City) -> None:
    receipt = report()
    client = Client()
    client.force_login(office)
    typed = {"question": "When is it filled?", "constituent": "Ann Lee", "reach": "410-555-0199"}
    client.post(f"/council/{receipt.request_id}", typed)
    desk = Client()
    desk.force_login(User.objects.get(username="dispatcher"))
    page = desk.get("/agency/inquiries").content.decode()
    assert "When is it filled?" in page
    assert "Ann Lee" not in page
    row = Inquiry.objects.get()
    desk.post(f"/agency/inquiries/{row.pk}", {f"{row.pk}-answer": "On Thursday."})
    assert "On Thursday." in client.get(f"/council/{receipt.request_id}").content.decode()
    with pytest.raises(AnsweredAlready):
        actions.answer(row.pk, words="Friday.", by=SYSTEM, at=NOW)


def test_with_their_consent_the_agency_knows_whom_to_write_to(actor: Actor) -> None:
    receipt = report()
    with pytest.raises(Unasked):
        actions.ask(receipt.request_id, question="When?", consent=True, by=actor, at=NOW)
    row = actions.ask(
        receipt.request_id,
        question="When?",
        constituent="Ann Lee",
        reach="410-555-0199",
        consent=True,
        by=actor,
        at=NOW,
    )
    assert row.consent_at == NOW
    # Monday at ten and three working days.
    assert row.due_at == NOW + timedelta(days=3)
    assert actions.forget(at=NOW + timedelta(days=366)) == 1
    row.refresh_from_db()
    assert row.constituent == row.reach == ""


@pytest.mark.parametrize("who", ["crew", "outsider", "call_taker"])
def test_who_may_not_answer(actor: Actor, city: City, who: str) -> None:
    receipt = report()
    row = actions.ask(receipt.request_id, question="When?", by=actor, at=NOW)
    person = User.objects.filter(username=who).first()
    if person is None:
        pytest.skip("Nobody of that name is in the cast.")
    with pytest.raises(NotAllowed):
        actions.answer(row.pk, words="Soon.", by=actor_of(person), at=NOW)


def test_an_office_needs_its_district(city: City) -> None:
    user = User.objects.create_user(username="other")
    with pytest.raises(BadMembership):
        give_role(user, role=Role.COUNCIL, agency_id=None, by=SYSTEM, at=NOW)
    with pytest.raises(BadMembership):
        give_role(user, role=Role.ANALYST, agency_id=None, area="council/1", by=SYSTEM, at=NOW)
