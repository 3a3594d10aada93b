"""A look at the city's own facts and reports: what is read, and what is kept of it."""

from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.analytics import jobs
from citycall.analytics.fairness.jobs import COMPUTE_TASK
from citycall.analytics.fairness.models import Finding
from citycall.analytics.places import reports
from citycall.analytics.places.findings import present
from citycall.analytics.places.refreshing import look_again
from citycall.analytics.refresh import refresh
from citycall.contacts.models import Contact
from citycall.core.actors import resident
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails
from tests import city as small_city
from tests.citistat import districts
from tests.notifications.worker_process import empty_jobs

pytestmark = pytest.mark.django_db(transaction=True)
NOW = small_city.NOW


@pytest.fixture
def city() -> Any:
    return small_city.build()


def tell(text: str, *, days_ago: float, service: str = "pothole", name: str = "") -> None:
    email = f"{name.split(maxsplit=1)[0]}@example.org".lower() if name else ""
    contact = ContactDetails(name=name, email=email)
    draft = small_city.draft(service, words=text, contact=contact)
    submit(draft, by=resident(), at=NOW - timedelta(days=days_ago))


def test_before_there_are_facts_nobody_looks(city) -> None:
    assert look_again(at=NOW) is None
    assert present() is None


def test_what_was_found_is_kept_with_what_was_looked_at(city) -> None:
    for day in range(30):
        tell("A hole in the street", days_ago=60 - day)
    refresh(at=NOW, whole=True)
    found = look_again(at=NOW)
    assert found is not None
    assert present() == found
    assert (found.services, found.clusters) == (1, ())
    assert (found.last - found.first).days + 1 == 56


def test_the_first_refresh_is_followed_by_a_first_look(city) -> None:
    tell("A hole in the street", days_ago=20)
    before = _looks()
    jobs.refresh_facts(timestamp=0)
    assert _looks() == before + 1
    # One waits already: no second one is put beside it.
    jobs.refresh_facts(timestamp=0)
    assert _looks() == before + 1
    empty_jobs()
    jobs.look_for_trouble(timestamp=0)
    assert present() is not None


def test_the_first_refresh_is_followed_by_a_first_comparison_of_areas(city) -> None:
    tell("A hole in the street", days_ago=20)
    before = _looks(COMPUTE_TASK)
    # Nothing is compared where there are no areas.
    jobs.refresh_facts(timestamp=0)
    assert _looks(COMPUTE_TASK) == before
    districts.build()
    tell("A hole in the street", days_ago=19)
    jobs.refresh_facts(timestamp=0)
    assert _looks(COMPUTE_TASK) == before + 1
    empty_jobs()
    Finding.objects.create(layer="districts", as_of=NOW, found={}, computed_at=NOW)
    jobs.refresh_facts(timestamp=0)
    assert _looks(COMPUTE_TASK) == before


def _looks(task: str = jobs.PLACES_TASK) -> int:
    return ProcrastinateJob.objects.filter(task_name=task, status="todo").count()


def test_new_words_of_reports_are_told_and_private_services_are_not_read(city) -> None:
    for n in range(40):
        tell("A hole in the street", days_ago=30 + n)
    for n in range(12):
        tell("There is a sinkhole in the street", days_ago=1 + n / 2)
        tell("There is a swastika on the wall", days_ago=1 + n / 2, service="graffiti")
    refresh(at=NOW, whole=True)
    found = look_again(at=NOW)
    assert found is not None
    assert any("sinkhole" in topic.term for topic in found.topics)
    assert not any("swastika" in topic.term for topic in found.topics)


def test_one_contact_is_one_person_and_their_name_is_known_as_a_name(city) -> None:
    for day in range(3):
        tell("The hole is back", days_ago=day + 1, name="Ada Farrow")
    told = reports.latest(at=NOW)
    people = set(Contact.objects.values_list("pk", flat=True))
    assert len({each.reporter for each in told.told}) == len(people)
    assert {"ada", "farrow"} <= told.names
    assert "pothole" in told.known


def test_what_is_older_than_the_weeks_before_is_not_read(city) -> None:
    tell("A hole in the street", days_ago=200)
    assert reports.latest(at=NOW).told == []
