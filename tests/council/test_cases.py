"""An office speaks for a resident: a report filed or linked, followed, asked about and told of."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from citycall.accounts.actions import give_role
from citycall.accounts.models import Role, User
from citycall.accounts.queries import actor_of
from citycall.catalog.actions import save_service
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, Actor, resident
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.models import Event
from citycall.council import actions, cases, jobs, queries
from citycall.council.models import Case
from citycall.places.index import AreaRef
from citycall.reactions import react
from citycall.service_requests.actions import close, merge, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Channel, Report
from tests import city as small_city
from tests.city import NOW, City, draft
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
    user = User.objects.create_user(username="office", email="office@example.org")
    give_role(user, role=Role.COUNCIL, agency_id=None, area="council/1", by=SYSTEM, at=NOW)
    return user


@pytest.fixture
def actor(office: User) -> Actor:
    return actor_of(office)


@pytest.fixture
def client(office: User) -> Client:
    client = Client()
    client.force_login(office)
    return client


def district(actor: Actor) -> AreaRef:
    return queries.districts_of(actor)[0]


def file(actor: Actor, service: str = "pothole", **changes: object) -> Receipt:
    told = draft(service, **changes)
    return cases.file(told, district=district(actor), by=actor, at=NOW, reference="26-117")


def happened(request_id: int) -> None:
    for event in Event.objects.filter(subject_id=request_id).order_by("id"):
        react(event)


def owed() -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name=cases.TELL_TASK).order_by("id"))


TYPED = {
    "key": "k",
    "service": "pothole",
    "words": "A deep hole by the school",
    "place": "1200 E Monument St",
    "name": "Ann Lee",
    "email": "ann@example.org",
    "language": "es",
    "reference": "26-117",
}


def test_it_is_an_ordinary_report_through_the_council_office(actor: Actor) -> None:
    receipt = file(actor)
    report = Report.objects.get(pk=receipt.report_id)
    assert report.channel == Channel.COUNCIL
    assert report.contact is not None
    event = Event.objects.get(subject_id=receipt.request_id, kind="submitted")
    assert (event.actor_id, event.data["channel"]) == (actor.id, "council")


def test_filed_twice_it_is_one_report_and_one_case(actor: Actor) -> None:
    first = file(actor, idempotency_key="k")
    assert file(actor, idempotency_key="k").report_id == first.report_id
    assert Case.objects.count() == 1


def test_residents_may_live_elsewhere_and_only_the_district_is_listed(actor: Actor) -> None:
    receipt = file(actor, location=OUTSIDE)
    rows, _older = queries.latest(district(actor))
    assert not rows
    cases, older = queries.cases_of(actor, district(actor))
    assert ([each.request.id for each in cases], older) == ([receipt.request_id], "")
    assert queries.get_for(actor, receipt.request_id).cases[0].filed


def test_the_agency_is_asked_about_what_is_followed_elsewhere(actor: Actor) -> None:
    receipt = file(actor, location=OUTSIDE)
    row = actions.ask(receipt.request_id, question="When?", by=actor, at=NOW)
    assert row.district == "council/1"


def test_another_office_does_not_see_what_this_one_follows(actor: Actor, city: City) -> None:
    other = User.objects.create_user(username="other")
    give_role(other, role=Role.COUNCIL, agency_id=None, area="council/2", by=SYSTEM, at=NOW)
    receipt = file(actor)
    with pytest.raises(NotFound):
        queries.get_for(actor_of(other), receipt.request_id)
    with pytest.raises(NotFound):
        cases.end(Case.objects.get().pk, by=actor_of(other))
    with pytest.raises(NotFound):
        cases.file(draft(), district=district(actor), by=actor_of(other), at=NOW)


def test_nobody_else_files_for_a_district(actor: Actor, city: City) -> None:
    with pytest.raises(NotAllowed):
        cases.file(draft(), district=district(actor), by=city.dispatcher, at=NOW)


def test_a_number_that_a_resident_gave_is_followed_wherever_it_is(actor: Actor) -> None:
    receipt = submit(draft(location=OUTSIDE), by=resident(), at=NOW)
    case = cases.link(numbers.show(receipt.number), district=district(actor), by=actor, at=NOW)
    assert not case.filed
    assert queries.get_for(actor, receipt.request_id).request.id == receipt.request_id
    cases.end(case.pk, by=actor)
    with pytest.raises(NotFound):
        queries.get_for(actor, receipt.request_id)


def make_private() -> None:
    private = catalog().service("pothole").spec.model_copy(update={"privacy": Privacy.PRIVATE})
    spec = type(private).model_validate(private.model_dump(mode="json", exclude_none=True))
    save_service(spec=spec, by=SYSTEM, at=NOW)


def test_a_number_tells_nothing_of_private_services(actor: Actor) -> None:
    make_private()
    receipt = submit(draft(), by=resident(), at=NOW)
    with pytest.raises(NotFound):
        cases.link(numbers.show(receipt.number), district=district(actor), by=actor, at=NOW)


def test_of_a_private_service_an_office_knows_only_the_state_of_what_it_filed(
    actor: Actor, client: Client
) -> None:
    make_private()
    receipt = file(actor, words="Very private words")
    page = client.get(f"/council/{receipt.request_id}").content.decode()
    assert "New" in page
    assert "Very private words" not in page
    assert "1200 E Monument" not in page


def test_the_office_is_told_of_progress_once(city: City, actor: Actor) -> None:
    receipt = file(actor)
    close.complete(
        receipt.request_id, outcome_code="fixed", explanation="Filled", by=city.crew, at=NOW
    )
    happened(receipt.request_id)
    happened(receipt.request_id)
    [job] = owed()
    jobs.tell_council_office(**job.args)
    [message] = mail.outbox
    assert message.to == ["office@example.org"]
    assert "26-117" in message.body
    assert "Filled" in message.body
    assert f"/council/{receipt.request_id}" in message.body
    assert "pat@example.org" not in message.body


def test_what_only_staff_do_is_no_news(city: City, actor: Actor) -> None:
    receipt = file(actor)
    work.start(receipt.request_id, by=city.crew, at=NOW)
    happened(receipt.request_id)
    assert owed() == []


def test_who_left_the_office_is_not_written_to(city: City, actor: Actor, office: User) -> None:
    receipt = file(actor)
    close.complete(
        receipt.request_id, outcome_code="fixed", explanation="Filled", by=city.crew, at=NOW
    )
    happened(receipt.request_id)
    office.memberships.all().delete()
    [job] = owed()
    jobs.tell_council_office(**job.args)
    assert mail.outbox == []


def test_the_reference_is_forgotten_like_those_who_asked(actor: Actor) -> None:
    file(actor)
    actions.forget(at=NOW + timedelta(days=366))
    assert Case.objects.get().reference == ""


def test_the_form_files_it_and_the_contact_is_not_shown_again(client: Client) -> None:
    sent = client.post("/council/report", TYPED, follow=True)
    report = Report.objects.select_related("contact").get()
    assert report.contact is not None
    assert (report.contact.email, report.language) == ("ann@example.org", "es")
    page = sent.content.decode()
    assert numbers.show(report.number) in page
    for path in ("/council", f"/council/{report.service_request_id}"):
        later = client.get(path).content.decode()
        assert "26-117" in later
        assert "ann@example.org" not in later
        assert "Ann Lee" not in later
        assert numbers.show(report.number) not in later


def test_faults_lose_nothing_that_was_typed(client: Client) -> None:
    sent = client.post("/council/report", TYPED | {"service": "", "email": "nonsense"})
    assert sent.status_code == 422
    page = sent.content.decode()
    assert "Please choose a service." in page
    for typed in ("A deep hole by the school", "1200 E Monument St", "Ann Lee", "nonsense"):
        assert typed in page
    assert not Report.objects.exists()


def test_words_of_danger_come_first(client: Client) -> None:
    danger = TYPED | {"words": "I smell gas in the hall"}
    sent = client.post("/council/report", danger)
    assert sent.status_code == 422
    assert "go outside at once" in sent.content.decode()
    client.post("/council/report", danger | {"no_danger": "gas"})
    assert Event.objects.get(kind="submitted").data["no_danger"] == "gas"


def test_the_questions_of_a_service_are_asked(client: Client) -> None:
    typed = TYPED | {"service": "water-leak", "show": "1"}
    assert 'name="answers.' in client.post("/council/report", typed).content.decode()


def test_a_number_that_nobody_has_is_said(client: Client) -> None:
    page = client.post("/council/follow", {"number": "12"}, follow=True).content.decode()
    assert "Your office follows no report yet." in page
    assert "usa-alert--error" in page


def test_the_office_counts_what_it_filed(actor: Actor) -> None:
    file(actor)
    filed = queries.filed_of(district(actor), at=NOW)
    assert (filed.received, filed.open, filed.completed) == (1, 1, 0)


def test_the_page_asks_as_much_for_ten_cases_as_for_one(
    actor: Actor, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(10):
        file(actor, words=f"Hole {n}")
    with django_assert_max_num_queries(28):
        client.get("/council")


def test_of_what_became_private_an_office_hears_only_what_it_filed(
    actor: Actor, city: City
) -> None:
    theirs = submit(draft(), by=city.resident, at=NOW)
    linked = cases.link(numbers.show(theirs.number), district=district(actor), by=actor, at=NOW)
    receipt = file(actor)
    make_private()
    found, _older = queries.cases_of(actor, district(actor))
    assert [each.case.report_id for each in found] == [receipt.report_id]
    assert "Pothole" not in found[0].service
    assert queries.followed(linked) is None
    jobs.tell_council_office(linked.pk, int(actor.id or 0), 1)
    assert mail.outbox == []


def test_what_is_followed_comes_a_page_at_a_time(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "SIZE", 2)
    filed = [file(actor, words=f"Hole {n}").report_id for n in range(3)]
    first, older = queries.cases_of(actor, district(actor))
    second, end = queries.cases_of(actor, district(actor), older_than=older)
    assert [each.case.report_id for each in [*first, *second]] == filed[::-1]
    assert end == ""


def test_a_merged_report_counts_as_what_it_is_part_of(actor: Actor, city: City) -> None:
    parent, child = file(actor, words="One"), file(actor, words="Two")
    merge.merge(child.request_id, parent_id=parent.request_id, by=city.dispatcher, at=NOW)
    filed = queries.filed_of(district(actor), at=NOW)
    assert (filed.received, filed.open, filed.completed) == (2, 2, 0)
