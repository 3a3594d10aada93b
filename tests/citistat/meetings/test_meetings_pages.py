"""Who meets when, what is promised, and what came of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citycall.meetings.actions import commit, meet
from citycall.meetings.models import Commitment, Meeting, Schedule
from tests.citistat.meetings.conftest import PAGE
from tests.city import NOW, City
from tests.meetings.conftest import THURSDAY, draft

As = Callable[[str], Client]
DAY = timedelta(days=1)
PLAN = {
    "first_on": "2026-03-05", "weeks": "2", "days_before": "3",
    "emails": "chief@example.org\nmayor@example.org", "active": "on",
}  # fmt: skip


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_overview_shows_next_meetings_and_what_is_late(as_: As, meeting: Meeting) -> None:
    page = text(as_("analyst").get("/citistat/meetings"))
    assert f'href="{PAGE}"' in page
    assert "Water Works" in page
    assert "<strong>1</strong>" in page


def test_an_agencys_people_see_their_own_only(as_: As, meeting: Meeting) -> None:
    page = text(as_("manager").get("/citistat/meetings"))
    assert "Streets" in page
    assert "Water Works" not in page


@pytest.mark.parametrize(
    ("name", "status"), [("manager", 200), ("analyst", 200), ("outsider", 403), ("crew", 403)]
)
@pytest.mark.parametrize("path", ["meetings", "commitments"])
def test_who_sees_an_agencys_pages(
    as_: As, meeting: Meeting, name: str, status: int, path: str
) -> None:
    assert as_(name).get(f"/citistat/streets/{path}").status_code == status


def test_a_meeting_is_called_by_its_day(as_: As, city: City) -> None:
    answer = as_("analyst").post("/citistat/streets/meetings", {"on": "2026-04-02"})
    assert answer["Location"] == "/citistat/streets/pack/2026-04-02"
    for told in ({"on": "soon"}, {"on": "1999-01-01"}):
        refused = as_("analyst").post("/citistat/streets/meetings", told)
        assert refused.status_code == 422
        assert told["on"] in text(refused)
    assert (
        as_("manager").post("/citistat/streets/meetings", {"on": "2026-04-02"}).status_code == 403
    )


def test_a_schedule_is_kept_and_shown(as_: As, city: City) -> None:
    as_("analyst").post("/citistat/streets/meetings/schedule", PLAN)
    assert Schedule.objects.get().emails == ["chief@example.org", "mayor@example.org"]
    page = text(as_("analyst").get("/citistat/streets/meetings"))
    assert "Every 2 weeks on Thursday; the pack is made 3 days before." in page


def test_a_faulty_schedule_keeps_what_was_typed(as_: As, city: City) -> None:
    told = {**PLAN, "emails": "nobody at all"}
    answer = as_("analyst").post("/citistat/streets/meetings/schedule", told)
    assert answer.status_code == 422
    assert "nobody is not an e-mail address." in text(answer)
    assert "nobody at all" in text(answer)
    refused = as_("manager").post("/citistat/streets/meetings/schedule", PLAN)
    assert refused.status_code == 403


def test_a_commitment_has_its_history(as_: As, city: City, earlier: Commitment) -> None:
    commit.carry_over(earlier.pk, THURSDAY, why="Rain.", by=city.analyst, at=NOW)
    page = text(as_("manager").get(f"/citistat/streets/commitments/{earlier.pk}"))
    assert "Promised" in page
    assert "Carried over from 02/28/2026 to 03/05/2026" in page
    assert "Rain." in page


@pytest.mark.parametrize("name", ["outsider", "other", "crew"])
def test_another_agencys_manager_neither_sees_nor_follows(
    as_: As, city: City, earlier: Commitment, name: str
) -> None:
    from citycall.accounts.models import Role
    from tests.city import member

    member("other", Role.AGENCY_MANAGER, city.water)
    path = f"/citistat/streets/commitments/{earlier.pk}"
    assert as_(name).get(path).status_code == 403
    told = {"step": "done", "words": "Done."}
    assert as_(name).post(f"{path}/followed", told).status_code == 403


def test_the_address_names_the_right_agency(as_: As, earlier: Commitment) -> None:
    assert as_("analyst").get(f"/citistat/water/commitments/{earlier.pk}").status_code == 404


@pytest.mark.parametrize(
    ("step", "name", "state"),
    [
        ("done", "manager", "done"),
        ("carried-over", "analyst", "carried_over"),
        ("given-up", "analyst", "missed"),
    ],
)
def test_what_came_of_it_is_said_by_a_button(
    as_: As, earlier: Commitment, step: str, name: str, state: str
) -> None:
    path = f"/citistat/streets/commitments/{earlier.pk}"
    told = {"step": step, "words": "As agreed.", "due_on": "2026-03-19"}
    assert as_(name).post(f"{path}/followed", told)["Location"] == path
    earlier.refresh_from_db()
    assert earlier.state == state


@pytest.mark.parametrize("step", ["carried-over", "given-up"])
def test_the_agency_does_not_let_itself_off(as_: As, earlier: Commitment, step: str) -> None:
    path = f"/citistat/streets/commitments/{earlier.pk}/followed"
    told = {"step": step, "words": "We would rather not.", "due_on": "2026-03-19"}
    assert as_("manager").post(path, told).status_code == 403


def test_a_step_without_words_keeps_what_was_typed(as_: As, earlier: Commitment) -> None:
    path = f"/citistat/streets/commitments/{earlier.pk}/followed"
    answer = as_("analyst").post(path, {"step": "carried-over", "words": "Rain.", "due_on": ""})
    assert answer.status_code == 422
    assert "Please give a date that is later than the one before." in text(answer)
    assert "Rain.</textarea>" in text(answer)
    assert as_("analyst").post(path, {"step": "fly"}).status_code == 404


def test_a_correction_is_kept(as_: As, earlier: Commitment) -> None:
    told = {
        "what": "Sweep all of it.", "owner_name": "Ola", "due_on": "2026-03-01",
        "evidence_kind": "link", "evidence": "https://example.org/photos",
    }  # fmt: skip
    path = f"/citistat/streets/commitments/{earlier.pk}"
    assert as_("analyst").post(f"{path}/change", told).status_code == 302
    page = text(as_("analyst").get(path))
    assert 'href="https://example.org/photos"' in page
    assert as_("manager").post(f"{path}/change", told).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/citistat/meetings", "/citistat/streets/meetings", "/citistat/streets/commitments", PAGE],
)
@pytest.mark.usefixtures("_quiet_snapshots")
def test_more_meetings_and_promises_cost_no_more_queries(
    as_: As, city: City, meeting: Meeting, path: str
) -> None:
    client = as_("analyst")
    client.get(path)
    before = _queries(client, path)
    for n in range(1, 8):
        row = meet.call(city.streets.pk, THURSDAY - n * DAY, by=city.analyst, at=NOW)
        for who in (city.manager.id, city.dispatcher.id):
            told = draft(owner_id=who, due_on=THURSDAY)
            commit.commit(row.pk, told, by=city.analyst, at=NOW)
    assert _queries(client, path) == before
    assert before <= 16


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)
