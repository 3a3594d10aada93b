"""Every page of the administrators' site opens for administrators, and for nobody else."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from citycall.accounts.actions import issue_key
from citycall.accounts.models import User
from citycall.calls.switch import inbox
from citycall.calls.switch.models import Kind
from citycall.calls.switch.told import Told
from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.escalations.actions import save_policy
from citycall.escalations.specs import USUAL
from citycall.exchange.models import (
    Forward,
    ForwardedEvent,
    Partner,
    Webhook,
    WebhookDelivery,
)
from citycall.knowledge.models import Article, Opinion, UnansweredSearch
from citycall.manage.site import GROUPS, CappedPaginator, site
from citycall.notifications.models import Delivery
from citycall.places.models import Place
from citycall.service_requests.actions.return_reasons import save_reason
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Report
from citycall.service_requests.returning import ReasonSpec
from tests.city import NOW, draft
from tests.web import told

PAGES = sorted(site._registry.values(), key=lambda page: page.model.__name__)
ADDABLE = {
    "Agency", "ApiKey", "Article", "Collection", "DirectoryEntry", "HolidayNotice", "LocalEvent",
    "Outcome", "Policy", "ReturnReason", "RoutingRule", "Service", "ServiceAlert", "Team",
    "User", "Webhook", "WorkingCalendar",
}  # fmt: skip


@pytest.fixture
def _something_of_everything(city) -> None:
    """At least one row of every registered model."""
    receipt = submit(draft(), by=city.resident, at=NOW)
    Place.objects.create(
        kind="park", code="p1", name="Park", search="park", longitude=-76.6, latitude=39.3
    )
    issue_key(name="Map", scopes=["service_requests:read"], by=SYSTEM, at=NOW)
    contact = Report.objects.get(pk=receipt.report_id).contact
    assert contact is not None
    Delivery.objects.create(
        event=Event.objects.get(),
        contact=contact,
        report_id=receipt.report_id,
        template="received",
        created_at=NOW,
    )
    _other_systems(receipt)
    Article.objects.create(
        code="snow", title="Snow", body="It is cleared.", checked_on=NOW.date(), updated_at=NOW
    )
    save_policy(spec=USUAL, by=SYSTEM, at=NOW)
    save_reason(spec=ReasonSpec(code="port", name="Not ours: the port"), by=SYSTEM, at=NOW)
    told.alert()
    told.event()
    told.contact()
    told.collections()
    told.holiday(NOW.date())
    Opinion.objects.create(subject="article", code="snow", visitor="one", helped=True, at=NOW)
    UnansweredSearch.objects.create(words="moon", first_on=NOW.date(), last_on=NOW.date())
    inbox.receive(
        Told(switch="http", kind=Kind.NEW, call_key="a-1", dialled="311"), by=SYSTEM, at=NOW
    )


def _other_systems(receipt: Receipt) -> None:
    """A partner that has the request, and a webhook that is told of it."""
    event = Event.objects.get()
    webhook = Webhook.objects.create(name="Map", url="https://example.org/", created_at=NOW)
    WebhookDelivery.objects.create(webhook=webhook, event=event, created_at=NOW)
    partner = Partner.objects.create(
        code="county", name="County", url="https://example.org/open311/v2", created_at=NOW
    )
    forward = Forward.objects.create(
        partner=partner, service_request_id=receipt.request_id, created_at=NOW
    )
    ForwardedEvent.objects.create(forward=forward, event=event, created_at=NOW)


def address(page, what: str, *arguments: object) -> str:
    opts = page.model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{what}", args=arguments)


def first(page) -> Model:
    row: Model | None = page.model._default_manager.first()
    assert row is not None, page
    return row


@pytest.mark.usefixtures("_something_of_everything")
def test_every_list_opens_and_shows_something(admin: Client) -> None:
    for page in PAGES:
        answer = admin.get(address(page, "changelist"))
        assert answer.status_code == 200
        assert answer.context["cl"].result_count > 0, page


@pytest.mark.usefixtures("_something_of_everything")
def test_every_thing_opens(admin: Client) -> None:
    for page in PAGES:
        assert admin.get(address(page, "change", first(page).pk)).status_code == 200, page


def test_things_can_be_added_where_a_form_is_offered_and_nowhere_else(admin: Client) -> None:
    answers = {page.model.__name__: admin.get(address(page, "add")).status_code for page in PAGES}
    assert answers == {name: 200 if name in ADDABLE else 403 for name in answers}


@pytest.mark.usefixtures("_something_of_everything")
def test_nothing_can_be_deleted(admin: Client) -> None:
    for page in PAGES:
        row = first(page)
        assert admin.post(address(page, "delete", row.pk), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        admin.post(address(page, "changelist"), chosen)
        assert page.model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.usefixtures("_something_of_everything")
@pytest.mark.parametrize("who", ["dispatcher", "manager", "analyst", "call-taker"])
def test_nobody_else_of_the_staff_may_enter(as_, who: str) -> None:
    client = as_(who)
    for page in PAGES:
        answer = client.get(address(page, "changelist"), follow=True)
        assert answer.status_code == 403
        assert "This page is for administrators." in answer.content.decode()
        assert client.post(address(page, "change", first(page).pk)).status_code == 302


def test_somebody_not_signed_in_goes_to_the_one_sign_in(db) -> None:
    for page in PAGES:
        path = address(page, "changelist")
        answer = Client().get(path, follow=True)
        assert answer.redirect_chain[-1][0] == f"/sign-in?next={path}"


def test_a_flag_without_the_role_opens_nothing(city) -> None:
    client = Client()
    client.force_login(User.objects.create_user("flagged", is_staff=True))
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_superuser_counts_as_an_administrator(city) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    assert client.get("/admin/").status_code == 200


def test_an_administrator_who_is_not_active_may_not_enter(admin: Client) -> None:
    User.objects.filter(username="administrator").update(is_active=False)
    assert admin.get("/admin/").status_code == 302


def test_the_index_names_every_kind_once(admin: Client) -> None:
    answer = admin.get("/admin/")
    shown = [m["object_name"] for group in answer.context["app_list"] for m in group["models"]]
    assert sorted(shown) == [page.model.__name__ for page in PAGES]
    assert len(GROUPS) == len(answer.context["app_list"])


def test_signing_out_ends_the_session(admin: Client) -> None:
    assert admin.post("/admin/logout/").status_code == 302
    assert admin.get("/admin/").status_code == 302


def test_a_list_counts_no_further_than_it_pages(city, monkeypatch) -> None:
    monkeypatch.setattr(CappedPaginator, "MOST", 3)
    for n in range(5):
        submit(draft(), by=city.resident, at=NOW + timedelta(minutes=n))
    pages = CappedPaginator(Event.objects.order_by("-id"), 2)
    assert (pages.count, pages.num_pages) == (3, 2)


def test_events_are_found_by_confirmation_number(admin: Client, city) -> None:
    first, second = (submit(draft(), by=city.resident, at=NOW) for _each in range(2))
    answer = admin.get(reverse("admin:core_event_changelist"), {"q": str(second.number)})
    assert [event.subject_id for event in answer.context["cl"].result_list] == [second.request_id]
    assert first.request_id != second.request_id


def test_a_number_that_is_none_finds_no_events(admin: Client, city) -> None:
    submit(draft(), by=city.resident, at=NOW)
    answer = admin.get(reverse("admin:core_event_changelist"), {"q": "12"})
    assert list(answer.context["cl"].result_list) == []
    assert "A confirmation number has 12 digits" in answer.content.decode()


def test_the_admin_is_wired_right(db) -> None:
    call_command("check", "admin", fail_level="WARNING")
