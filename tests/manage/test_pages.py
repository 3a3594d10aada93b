"""Every page of the administrators' site opens for administrators, and for nobody else."""

from datetime import timedelta

import pytest
from django.contrib.admin import ModelAdmin
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from citycall.accounts.actions import issue_key
from citycall.accounts.models import User
from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.manage.site import GROUPS, CappedPaginator, site
from citycall.notifications.models import Delivery
from citycall.places.models import Area, AreaLayer, Place
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Report
from tests.city import NOW, draft

MODELS = sorted(site._registry, key=lambda model: model.__name__)
ADMINS = pytest.mark.parametrize(
    "page", [site._registry[model] for model in MODELS], ids=[m.__name__ for m in MODELS]
)


@pytest.fixture
def _something_of_everything(city) -> None:
    """At least one row of every registered model."""
    receipt = submit(draft(), by=city.resident, at=NOW)
    layer = AreaLayer.objects.create(code="districts", name="Districts", kind="partition")
    Area.objects.create(layer=layer, code="1", name="First", shape=b"")
    Place.objects.create(
        kind="park", code="p1", name="Park", search="park", longitude=-76.6, latitude=39.3
    )
    issue_key(name="Map", scopes=["service_requests:read"], by=SYSTEM, at=NOW)
    Delivery.objects.create(
        event=Event.objects.get(),
        contact=Report.objects.get(pk=receipt.report_id).contact,
        report_id=receipt.report_id,
        template="received",
        created_at=NOW,
    )


def address(page: ModelAdmin, what: str, *arguments: object) -> str:
    opts = page.model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{what}", args=arguments)


@pytest.mark.usefixtures("_something_of_everything")
@ADMINS
def test_every_list_opens_and_shows_something(admin: Client, page: ModelAdmin) -> None:
    answer = admin.get(address(page, "changelist"))
    assert answer.status_code == 200
    assert answer.context["cl"].result_count > 0


@pytest.mark.usefixtures("_something_of_everything")
@ADMINS
def test_every_thing_opens(admin: Client, page: ModelAdmin) -> None:
    row: Model | None = page.model._default_manager.first()
    assert row is not None
    assert admin.get(address(page, "change", row.pk)).status_code == 200


@ADMINS
def test_every_page_to_add_opens_where_things_can_be_added(admin: Client, page: ModelAdmin) -> None:
    names = {"Service", "Outcome", "Agency", "Team", "WorkingCalendar", "RoutingRule"}
    addable = names | {"User", "ApiKey"}
    expected = 200 if page.model.__name__ in addable else 403
    assert admin.get(address(page, "add")).status_code == expected


@pytest.mark.usefixtures("_something_of_everything")
@ADMINS
def test_nothing_can_be_deleted(admin: Client, page: ModelAdmin) -> None:
    row = page.model._default_manager.first()
    assert row is not None
    before = page.model._default_manager.count()
    answer = admin.post(address(page, "delete", row.pk), {"post": "yes"})
    assert answer.status_code == 403
    everything = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    admin.post(address(page, "changelist"), everything)
    assert page.model._default_manager.count() == before


@pytest.mark.usefixtures("_something_of_everything")
@ADMINS
@pytest.mark.parametrize("who", ["dispatcher", "manager", "analyst", "call-taker"])
def test_nobody_else_of_the_staff_may_enter(as_, page: ModelAdmin, who: str) -> None:
    client = as_(who)
    answer = client.get(address(page, "changelist"), follow=True)
    assert answer.status_code == 403
    assert "This page is for administrators." in answer.content.decode()


@ADMINS
def test_somebody_not_signed_in_goes_to_the_one_sign_in(db, page: ModelAdmin) -> None:
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
    assert sorted(shown) == [model.__name__ for model in MODELS]
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
