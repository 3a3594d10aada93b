"""Changing calendars, agencies and teams, and taking changes back."""

import pytest

from citycall.agencies import actions, editing, queries
from citycall.agencies.editing import CannotUndo
from citycall.agencies.models import Agency, Team
from citycall.agencies.specs import TeamSpec
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotFound
from citycall.core.models import Revision
from tests.agencies.conftest import NOW, OFFICE, WORKS

CREW = TeamSpec(code="bulk-trash", name="Bulk trash", agency="public-works")


def newest(kind: str, code: str, by: Actor) -> Revision:
    return queries.history(kind=kind, code=code, by=by)[0]


def test_a_team_is_kept_as_written(agency: Agency, administrator: Actor) -> None:
    actions.save_team(spec=CREW, by=administrator, at=NOW)
    assert queries.teams() == [CREW]


def test_saving_again_changes_the_same_team(agency: Agency, administrator: Actor) -> None:
    actions.save_team(spec=CREW, by=administrator, at=NOW)
    renamed = CREW.model_copy(update={"name": "Bulk trash crew"})
    actions.save_team(spec=renamed, by=administrator, at=NOW)
    assert queries.teams() == [renamed]


def test_a_change_is_recorded_with_who_and_what(agency: Agency, administrator: Actor) -> None:
    renamed = WORKS.model_copy(update={"name": "Works"})
    actions.save_agency(spec=renamed, by=administrator, at=NOW)
    change = newest("agency", "public-works", administrator)
    assert change.before is not None
    assert change.after is not None
    assert (change.actor_name, change.before["name"], change.after["name"]) == (
        "Ada",
        "Public Works",
        "Works",
    )


def test_saving_the_same_records_nothing(agency: Agency, administrator: Actor) -> None:
    actions.save_agency(spec=WORKS, by=administrator, at=NOW)
    assert len(queries.history(kind="agency", code="public-works", by=administrator)) == 1


def test_an_unknown_calendar_is_refused(calendar: object, administrator: Actor) -> None:
    spec = WORKS.model_copy(update={"calendar": "nights"})
    with pytest.raises(Faults) as caught:
        actions.save_agency(spec=spec, by=administrator, at=NOW)
    assert list(caught.value.faults) == ["calendar"]


def test_an_unknown_agency_is_refused(calendar: object, administrator: Actor) -> None:
    with pytest.raises(Faults) as caught:
        actions.save_team(spec=CREW, by=administrator, at=NOW)
    assert list(caught.value.faults) == ["agency"]


def test_a_calendar_in_use_is_not_retired(agency: Agency, administrator: Actor) -> None:
    with pytest.raises(actions.StillUsed):
        actions.save_calendar(
            spec=OFFICE.model_copy(update={"retired": True}), by=administrator, at=NOW
        )


def test_an_agency_with_teams_is_not_retired(agency: Agency, administrator: Actor) -> None:
    actions.save_team(spec=CREW, by=administrator, at=NOW)
    with pytest.raises(actions.StillUsed):
        actions.save_agency(
            spec=WORKS.model_copy(update={"retired": True}), by=administrator, at=NOW
        )


def test_a_retired_agency_gets_no_team(agency: Agency, administrator: Actor) -> None:
    actions.save_agency(spec=WORKS.model_copy(update={"retired": True}), by=administrator, at=NOW)
    with pytest.raises(Faults):
        actions.save_team(spec=CREW, by=administrator, at=NOW)


def test_undo_restores_what_was_before(agency: Agency, administrator: Actor) -> None:
    renamed = WORKS.model_copy(update={"name": "Works"})
    actions.save_agency(spec=renamed, by=administrator, at=NOW)
    change = newest("agency", "public-works", administrator)
    actions.undo(revision=change.pk, by=administrator, at=NOW)
    assert queries.agencies() == [WORKS]


def test_undo_of_an_undo_restores_the_change(agency: Agency, administrator: Actor) -> None:
    renamed = WORKS.model_copy(update={"name": "Works"})
    actions.save_agency(spec=renamed, by=administrator, at=NOW)
    change = newest("agency", "public-works", administrator)
    undoing = actions.undo(revision=change.pk, by=administrator, at=NOW)
    actions.undo(revision=undoing.pk, by=administrator, at=NOW)
    assert queries.agencies() == [renamed]


def test_an_undo_names_what_it_undoes(agency: Agency, administrator: Actor) -> None:
    change = newest("agency", "public-works", administrator)
    undoing = actions.undo(revision=change.pk, by=administrator, at=NOW)
    assert undoing.undoes_id == change.pk


def test_undo_of_making_a_team_retires_it(agency: Agency, administrator: Actor) -> None:
    actions.save_team(spec=CREW, by=administrator, at=NOW)
    actions.undo(revision=newest("team", "bulk-trash", administrator).pk, by=administrator, at=NOW)
    assert [team.retired for team in queries.teams()] == [True]


def test_undo_is_refused_after_a_later_change(agency: Agency, administrator: Actor) -> None:
    first = newest("agency", "public-works", administrator)
    actions.save_agency(spec=WORKS.model_copy(update={"name": "Works"}), by=administrator, at=NOW)
    with pytest.raises(CannotUndo, match="undo the later change first"):
        actions.undo(revision=first.pk, by=administrator, at=NOW)


def test_changes_are_undone_one_after_the_other(agency: Agency, administrator: Actor) -> None:
    for name in ("Works", "Streets"):
        spec = WORKS.model_copy(update={"name": name})
        actions.save_agency(spec=spec, by=administrator, at=NOW)
    streets, works, _made = queries.history(kind="agency", code="public-works", by=administrator)
    actions.undo(revision=streets.pk, by=administrator, at=NOW)
    actions.undo(revision=works.pk, by=administrator, at=NOW)
    assert queries.agencies() == [WORKS]


def test_an_unknown_revision_is_not_found(db: None, administrator: Actor) -> None:
    with pytest.raises(NotFound):
        actions.undo(revision=0, by=administrator, at=NOW)


def test_a_team_does_not_lose_its_row_when_it_changes(agency: Agency, administrator: Actor) -> None:
    made = actions.save_team(spec=CREW, by=administrator, at=NOW)
    renamed = CREW.model_copy(update={"name": "Crew"})
    assert actions.save_team(spec=renamed, by=administrator, at=NOW).pk == made.pk
    assert Team.objects.count() == 1


def test_two_people_who_make_the_same_at_once_are_told(
    agency: Agency, administrator: Actor
) -> None:
    second = Agency(code="public-works", name="Works", calendar=agency.calendar)
    with pytest.raises(Conflict, match="at the same moment"):
        editing.keep(
            second,
            kind="agency",
            code="public-works",
            before=None,
            after=WORKS,
            edit=editing.Edit(by=administrator, at=NOW),
            news=queries.DIRECTORY.bump,
        )
