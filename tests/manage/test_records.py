"""What happened can be seen, undone, and run again."""

import html

from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.accounts.actions import give_role
from citycall.accounts.models import Role, User
from citycall.catalog.actions import save_service
from citycall.catalog.queries import catalog, service_spec
from citycall.core.actors import SYSTEM
from citycall.core.models import Revision
from citycall.routing.actions import save_rule
from citycall.routing.models import RoutingRule
from citycall.routing.specs import RuleSpec
from citycall.service_requests.actions.submit import submit
from tests.city import NOW, draft

CHANGES = "admin:core_revision_changelist"
JOBS = "admin:procrastinate_procrastinatejob_changelist"


def press(admin: Client, name: str, action: str, *ids: int) -> str:
    chosen = {"action": action, "_selected_action": list(ids)}
    return html.unescape(admin.post(reverse(name), chosen, follow=True).content.decode())


def renamed(city, name: str) -> Revision:
    spec = service_spec(city.services["pothole"]).model_copy(update={"name": name})
    save_service(spec=spec, by=SYSTEM, at=NOW)
    return Revision.objects.latest("id")


def test_a_change_is_undone_from_the_list(admin: Client, city) -> None:
    change = renamed(city, "Crater")
    page = press(admin, CHANGES, "undo", change.pk)
    assert "Undone: service pothole" in page
    assert catalog().service("pothole").name == "Pothole"
    last = Revision.objects.latest("id")
    assert (last.undoes_id, last.actor_name) == (change.pk, "administrator")


def test_an_older_change_is_not_undone_under_a_newer_one(admin: Client, city) -> None:
    older = renamed(city, "Crater")
    renamed(city, "Abyss")
    assert "was changed again later" in press(admin, CHANGES, "undo", older.pk)
    assert catalog().service("pothole").name == "Abyss"


def test_a_routing_rule_is_undone_too(admin: Client, city) -> None:
    save_rule(spec=RuleSpec(code="dirt", service="graffiti", team="paving"), by=SYSTEM, at=NOW)
    press(admin, CHANGES, "undo", Revision.objects.latest("id").pk)
    assert not RoutingRule.objects.filter(code="dirt").exists()


def test_a_role_is_not_undone_here_and_that_is_said(admin: Client, city) -> None:
    crew = User.objects.get(username="crew")
    give_role(crew, role=Role.ANALYST, agency_id=None, by=SYSTEM, at=NOW)
    page = press(admin, CHANGES, "undo", Revision.objects.latest("id").pk)
    assert "take this change back on its own page" in page


def test_what_changed_is_shown_line_by_line(admin: Client, city) -> None:
    change = renamed(city, "Crater <b>")
    page = admin.get(reverse("admin:core_revision_change", args=[change.pk])).content.decode()
    assert "-name: Pothole\n+name: Crater &lt;b&gt;" in page


def failed_job(city):
    submit(draft(), by=city.resident, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 5")
    return ProcrastinateJob.objects.latest("id")


def test_a_dead_job_is_run_again(admin: Client, city) -> None:
    job = failed_job(city)
    assert "Runs again: " in press(admin, JOBS, "run_again", job.pk)
    job.refresh_from_db()
    assert job.status == "todo"


def test_a_job_that_has_not_failed_is_left_alone(admin: Client, city) -> None:
    job = failed_job(city)
    press(admin, JOBS, "run_again", job.pk)
    assert "This job has not failed" in press(admin, JOBS, "run_again", job.pk)


def test_deliveries_do_not_name_the_person(admin: Client, city) -> None:
    page = admin.get(reverse("admin:notifications_delivery_changelist")).content.decode()
    assert "example.org" not in page
