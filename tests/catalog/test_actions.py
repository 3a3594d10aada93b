"""Changing services and outcomes, and taking changes back."""

from typing import Any

import pytest

from citycall.agencies.actions import StillUsed, save_agency, save_team
from citycall.agencies.editing import CannotUndo
from citycall.agencies.queries import agencies, teams
from citycall.agencies.specs import AgencySpec, TeamSpec
from citycall.catalog import queries
from citycall.catalog.actions import retire_service, save_outcome, save_service, undo
from citycall.catalog.models import Service
from citycall.catalog.queries import UnknownService
from citycall.catalog.specs import OutcomeSpec
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults
from citycall.core.models import Revision
from tests.catalog.conftest import NOW, load_district, service

DOWNTOWN = {"area": "districts/1", "amount": 1, "unit": "days", "reason": "Busy."}


def newest(by: Actor, kind: str = "service", code: str = "pothole") -> Revision:
    return queries.history(kind=kind, code=code, by=by)[0]


def faults(by: Actor, **fields: Any) -> list[str]:
    with pytest.raises(Faults) as caught:
        save_service(spec=service(**fields), by=by, at=NOW)
    return list(caught.value.faults)


def test_a_service_is_kept_as_written(pothole: Service) -> None:
    assert queries.services() == [service()]


def test_lists_see_what_the_definition_says(pothole: Service, administrator: Actor) -> None:
    spec = service(name="Hole", group="Roads", agency="parks", team="trees", retired=True)
    save_service(spec=spec, by=administrator, at=NOW)
    pothole.refresh_from_db()
    found = (pothole.name, pothole.group, pothole.agency.code, pothole.active)
    assert found == ("Hole", "Roads", "parks", False)


def test_everything_unknown_is_told_at_once(city: None, administrator: Actor) -> None:
    target = {
        "amount": 1,
        "unit": "days",
        "clock": "business",
        "calendar": "never",
        "overrides": [DOWNTOWN],
    }
    assert faults(
        administrator, agency="nobody", team="none", outcomes=["x", "repaired"], target=target
    ) == ["agency", "team", "outcomes.0", "target.calendar", "target.overrides.0.area"]


def test_the_default_team_is_the_agencys_own(city: None, administrator: Actor) -> None:
    assert faults(administrator, team="trees") == ["team"]


def test_an_area_that_is_loaded_may_have_its_own_target(city: None, administrator: Actor) -> None:
    load_district(administrator)
    spec = service(target={"amount": 2, "unit": "days", "overrides": [DOWNTOWN]})
    assert save_service(spec=spec, by=administrator, at=NOW).pk


def test_only_one_service_takes_what_fits_no_other(city: None, administrator: Actor) -> None:
    save_service(spec=service(code="other", something_else=True), by=administrator, at=NOW)
    assert faults(administrator, something_else=True) == ["something_else"]


def test_a_retired_service_stays(pothole: Service, administrator: Actor) -> None:
    retire_service(code="pothole", by=administrator, at=NOW)
    assert queries.services() == [service(retired=True)]


def test_what_does_not_exist_is_not_retired(city: None, administrator: Actor) -> None:
    with pytest.raises(UnknownService):
        retire_service(code="pothole", by=administrator, at=NOW)


def test_undo_restores_what_was_before(pothole: Service, administrator: Actor) -> None:
    save_service(spec=service(name="Hole"), by=administrator, at=NOW)
    undo(revision=newest(administrator).pk, by=administrator, at=NOW)
    assert queries.services() == [service()]


def test_undo_of_retiring_offers_it_again(pothole: Service, administrator: Actor) -> None:
    retire_service(code="pothole", by=administrator, at=NOW)
    undo(revision=newest(administrator).pk, by=administrator, at=NOW)
    assert queries.services() == [service()]


def test_undo_of_an_undo_restores_the_change(pothole: Service, administrator: Actor) -> None:
    save_service(spec=service(name="Hole"), by=administrator, at=NOW)
    undoing = undo(revision=newest(administrator).pk, by=administrator, at=NOW)
    undo(revision=undoing.pk, by=administrator, at=NOW)
    assert queries.services() == [service(name="Hole")]


def test_undo_of_making_a_service_retires_it(pothole: Service, administrator: Actor) -> None:
    undo(revision=newest(administrator).pk, by=administrator, at=NOW)
    assert queries.services() == [service(retired=True)]


def test_undo_is_refused_after_a_later_change(pothole: Service, administrator: Actor) -> None:
    first = newest(administrator)
    save_service(spec=service(name="Hole"), by=administrator, at=NOW)
    with pytest.raises(CannotUndo):
        undo(revision=first.pk, by=administrator, at=NOW)


def test_undo_is_refused_where_it_would_name_what_is_gone(
    pothole: Service, administrator: Actor
) -> None:
    save_service(spec=service(team=None), by=administrator, at=NOW)
    change = newest(administrator)
    retired = TeamSpec(code="potholes", name="Potholes", agency="transportation", retired=True)
    save_team(spec=retired, by=administrator, at=NOW)
    with pytest.raises(Faults) as caught:
        undo(revision=change.pk, by=administrator, at=NOW)
    assert list(caught.value.faults) == ["team"]


def test_an_outcome_is_changed_and_restored(city: None, administrator: Actor) -> None:
    renamed = OutcomeSpec(code="repaired", name="Fixed", fixed=True)
    save_outcome(spec=renamed, by=administrator, at=NOW)
    undo(revision=newest(administrator, "outcome", "repaired").pk, by=administrator, at=NOW)
    assert [outcome.name for outcome in queries.outcomes()] == ["Repaired"]


def test_one_undo_serves_agencies_too(city: None, administrator: Actor) -> None:
    spec = AgencySpec(code="parks", name="Parks and trees", calendar="office")
    save_agency(spec=spec, by=administrator, at=NOW)
    change = Revision.objects.filter(subject_kind="agency", subject_code="parks").latest("id")
    undo(revision=change.pk, by=administrator, at=NOW)
    assert "Parks" in [agency.name for agency in agencies()]


def test_a_team_that_receives_work_is_not_retired(pothole: Service, administrator: Actor) -> None:
    retired = next(team for team in teams() if team.code == "potholes")
    with pytest.raises(StillUsed):
        save_team(spec=retired.model_copy(update={"retired": True}), by=administrator, at=NOW)


def test_a_team_that_receives_work_keeps_its_agency(pothole: Service, administrator: Actor) -> None:
    spec = TeamSpec(code="potholes", name="Potholes", agency="parks")
    with pytest.raises(Conflict) as caught:
        save_team(spec=spec, by=administrator, at=NOW)
    assert caught.value.field == "agency"


def test_an_agency_that_offers_services_is_not_retired(city: None, administrator: Actor) -> None:
    save_service(spec=service(team=None), by=administrator, at=NOW)
    save_team(
        spec=TeamSpec(code="potholes", name="P", agency="transportation", retired=True),
        by=administrator,
        at=NOW,
    )
    spec = AgencySpec(code="transportation", name="T", calendar="office", retired=True)
    with pytest.raises(StillUsed, match="services"):
        save_agency(spec=spec, by=administrator, at=NOW)
