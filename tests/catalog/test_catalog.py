"""The catalog in memory."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citycall.agencies.actions import save_team
from citycall.agencies.specs import TeamSpec
from citycall.catalog.actions import retire_service, save_service
from citycall.catalog.models import Service
from citycall.catalog.queries import UnknownService, catalog
from citycall.catalog.snapshot import UnknownOutcome
from citycall.core.actors import Actor
from tests.catalog.conftest import NOW, load_district, service


def test_it_knows_a_service_by_code_and_id(pothole: Service) -> None:
    entry = catalog().service("pothole")
    assert entry is catalog().service_by_id(pothole.pk)
    assert (entry.agency_id, entry.team_id, entry.spec) == (
        pothole.agency_id,
        pothole.team_id,
        service(),
    )


def test_it_knows_an_outcome_by_code_and_id(city: None) -> None:
    entry = catalog().outcome("repaired")
    assert entry is catalog().outcome_by_id(entry.id)
    assert entry.spec.fixed


def test_what_it_does_not_know_is_an_error(city: None) -> None:
    with pytest.raises(UnknownService):
        catalog().service("nothing")
    with pytest.raises(UnknownOutcome):
        catalog().outcome("nothing")


def test_services_come_by_group_and_name(city: None, administrator: Actor) -> None:
    for code, name, group in (
        ("a", "Tree", "Parks"),
        ("b", "Sign", "Streets"),
        ("c", "alley", "Streets"),
    ):
        spec = service(code=code, name=name, group=group)
        save_service(spec=spec, by=administrator, at=NOW)
    assert [(group.name, [s.code for s in group.services]) for group in catalog().groups] == [
        ("Parks", ["a"]),
        ("Streets", ["c", "b"]),
    ]
    assert [entry.code for entry in catalog().services] == ["a", "c", "b"]


def test_what_takes_all_else_comes_last(pothole: Service, administrator: Actor) -> None:
    other = service(code="other", name="Anything", group="All else", something_else=True)
    save_service(spec=other, by=administrator, at=NOW)
    assert [entry.code for entry in catalog().services] == ["pothole", "other"]
    assert catalog().something_else is catalog().service("other")


def test_a_retired_service_is_found_but_not_offered(pothole: Service, administrator: Actor) -> None:
    retire_service(code="pothole", by=administrator, at=NOW)
    assert not catalog().service("pothole").active
    assert catalog().services == ()


def test_it_sees_a_change_at_once(pothole: Service, administrator: Actor) -> None:
    catalog()
    save_service(spec=service(name="Hole"), by=administrator, at=NOW)
    assert catalog().service("pothole").name == "Hole"


def test_it_sees_a_change_of_an_agency_at_once(city: None, administrator: Actor) -> None:
    catalog()
    spec = TeamSpec(code="signs", name="Signs", agency="transportation")
    team = save_team(spec=spec, by=administrator, at=NOW)
    assert catalog().team(team.pk) == catalog().team_by_code("signs")


def test_working_time_is_the_agencys_or_the_calendars(pothole: Service) -> None:
    book = catalog()
    assert book.working_time(pothole.agency_id).spec.code == "office"
    assert book.working_time(pothole.agency_id, "always").spec.code == "always"


def test_a_target_for_an_area_knows_its_id(city: None, administrator: Actor) -> None:
    district = load_district(administrator)
    override = {"area": "districts/1", "amount": 1, "unit": "days", "reason": "Busy."}
    target = {"amount": 2, "unit": "days", "overrides": [override]}
    save_service(spec=service(target=target), by=administrator, at=NOW)
    found = catalog().service("pothole").spec.target
    assert found is not None
    assert found.overrides[0].area_id == district


def test_it_is_the_same_object_until_something_changes(pothole: Service) -> None:
    first = catalog()
    with CaptureQueriesContext(connection) as queries:
        assert catalog() is first
    assert len(queries) == 0
