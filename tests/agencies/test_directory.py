"""The directory of agencies that every process holds in memory."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citycall.agencies import actions
from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.models import Agency
from citycall.agencies.queries import UnknownAgency, UnknownCalendar, UnknownTeam, directory
from citycall.agencies.specs import TeamSpec
from citycall.core.actors import Actor
from tests.agencies.conftest import NOW

NIGHT = CalendarSpec.model_validate(
    {"code": "night", "name": "Night", "hours": {"monday": ["00:00-06:00"]}}
)


def test_it_knows_an_agency_by_id_and_code(agency: Agency) -> None:
    found = directory().agency(agency.pk)
    assert (found, found.name) == (directory().agency_by_code("public-works"), "Public Works")


def test_it_sees_a_change_at_once(agency: Agency, administrator: Actor) -> None:
    directory()
    spec = TeamSpec(code="bulk-trash", name="Bulk trash", agency="public-works")
    team = actions.save_team(spec=spec, by=administrator, at=NOW)
    assert directory().team(team.pk).agency_id == agency.pk


def test_an_agency_works_by_its_own_calendar(agency: Agency) -> None:
    assert directory().working_time(agency.pk).spec.code == "office"


def test_another_calendar_can_be_named(agency: Agency, administrator: Actor) -> None:
    actions.save_calendar(spec=NIGHT, by=administrator, at=NOW)
    assert directory().working_time(agency.pk, "night").spec == NIGHT


def test_what_it_does_not_know_is_an_error(agency: Agency) -> None:
    with pytest.raises(UnknownAgency):
        directory().agency(0)
    with pytest.raises(UnknownTeam):
        directory().team_by_code("nobody")
    with pytest.raises(UnknownCalendar):
        directory().working_time(agency.pk, "never")


def test_asking_again_costs_no_query(agency: Agency) -> None:
    directory()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        directory().agency(agency.pk)
    assert len(queries) == 0
