"""What is promised comes up again until it is done or given up, and its history is whole."""

from datetime import date, timedelta

import pytest

from citycall.accounts.models import User
from citycall.core.errors import Faults
from citycall.core.models import Event
from citycall.meetings import queries
from citycall.meetings.actions import commit, meet
from citycall.meetings.actions.commit import EndedAlready
from citycall.meetings.models import Commitment, Evidence, Meeting, State
from tests.city import NOW, City
from tests.meetings.conftest import THURSDAY, draft

DAY = timedelta(days=1)
DUE = THURSDAY + 14 * DAY


@pytest.fixture
def later(city: City, promised: Commitment) -> Meeting:
    return meet.call(city.streets.pk, DUE, by=city.analyst, at=NOW)


def test_a_commitment_is_kept_with_owner_date_and_evidence(
    city: City, meeting: Meeting, owner: User
) -> None:
    row = commit.commit(meeting.pk, draft(owner_id=owner.pk), by=city.analyst, at=NOW)
    assert (row.owner, row.owner_name, row.due_on, row.evidence) == (
        owner,
        str(owner),
        DUE,
        "Photos of all ten.",
    )
    assert row.state == State.OPEN


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"what": " "}, "what"),
        ({"what": "x" * 501}, "what"),
        ({"owner_name": ""}, "owner"),
        ({"due_on": None}, "due_on"),
        ({"due_on": THURSDAY - DAY}, "due_on"),
        ({"due_on": date(2099, 1, 1)}, "due_on"),
        ({"evidence_kind": "vow"}, "evidence_kind"),
        ({"evidence_kind": "link", "evidence": "javascript:alert(1)"}, "evidence"),
        ({"evidence_kind": "link", "evidence": "http://[bad"}, "evidence"),
        ({"evidence_kind": "request", "evidence": "12"}, "evidence"),
        ({"evidence_kind": "measure", "evidence": "", "goal": 1.0}, "evidence"),
        ({"evidence_kind": "measure", "evidence": "on_time"}, "goal"),
        ({"evidence_kind": "measure", "evidence": "on_time", "goal": float("nan")}, "goal"),
    ],
)
def test_what_cannot_be_taken_down_is_told_at_its_field(
    city: City, meeting: Meeting, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Faults) as caught:
        commit.commit(meeting.pk, draft(**changes), by=city.analyst, at=NOW)
    assert list(caught.value.faults) == [field]


def test_nobody_of_another_agency_can_be_the_owner(city: City, meeting: Meeting) -> None:
    with pytest.raises(Faults) as caught:
        commit.commit(meeting.pk, draft(owner_id=city.outsider.id), by=city.analyst, at=NOW)
    assert "owner" in caught.value.faults


def test_a_measure_has_a_goal_and_a_side(city: City, meeting: Meeting) -> None:
    told = draft(evidence_kind=Evidence.MEASURE.value, evidence="late", goal=10.0, at_most=True)
    row = commit.commit(meeting.pk, told, by=city.analyst, at=NOW)
    assert (row.evidence, row.goal, row.at_most) == ("late", 10.0, True)


def test_it_comes_up_again_until_it_is_done(
    city: City, promised: Commitment, later: Meeting
) -> None:
    assert [row.pk for row in queries.coming_up_at(later)] == [promised.pk]
    commit.finish(promised.pk, proof="All ten, see photos.", by=city.manager, at=NOW + 10 * DAY)
    (row,) = queries.coming_up_at(later)
    assert (row.state, row.outcome) == (State.DONE, "All ten, see photos.")
    last = meet.call(city.streets.pk, DUE + 14 * DAY, by=city.analyst, at=NOW)
    assert queries.coming_up_at(last) == []


def test_what_is_taken_at_a_meeting_does_not_come_up_at_it(
    promised: Commitment, meeting: Meeting
) -> None:
    assert queries.coming_up_at(meeting) == []
    assert [row.pk for row in queries.taken_at(meeting)] == [promised.pk]


def test_carried_over_it_keeps_its_first_date_and_counts(
    city: City, promised: Commitment, later: Meeting
) -> None:
    row = commit.carry_over(promised.pk, DUE + DAY, why="Rain.", by=city.analyst, at=NOW)
    assert (row.state, row.due_on, row.first_due_on, row.carried) == (
        State.CARRIED_OVER,
        DUE + DAY,
        DUE,
        1,
    )
    assert [each.pk for each in queries.coming_up_at(later)] == [promised.pk]
    event = Event.objects.get(kind="commitment_carried_over")
    assert (event.words, event.data) == ("Rain.", {"before": "2026-03-19", "after": "2026-03-20"})


@pytest.mark.parametrize("due_on", [None, DUE, DUE - DAY, date(2099, 1, 1)])
def test_it_is_carried_over_to_a_later_date_only(
    city: City, promised: Commitment, due_on: date | None
) -> None:
    with pytest.raises(Faults) as caught:
        commit.carry_over(promised.pk, due_on, why="Rain.", by=city.analyst, at=NOW)
    assert "due_on" in caught.value.faults


def test_every_end_needs_words(city: City, promised: Commitment) -> None:
    with pytest.raises(Faults):
        commit.finish(promised.pk, proof=" ", by=city.manager, at=NOW)
    with pytest.raises(Faults):
        commit.give_up(promised.pk, why="", by=city.analyst, at=NOW)
    assert Commitment.objects.get(pk=promised.pk).is_alive


def test_given_up_it_says_why_and_comes_up_no_more(
    city: City, promised: Commitment, later: Meeting
) -> None:
    row = commit.give_up(promised.pk, why="The road is closed.", by=city.analyst, at=NOW)
    assert (row.state, row.outcome) == (State.MISSED, "The road is closed.")
    with pytest.raises(EndedAlready):
        commit.finish(promised.pk, proof="Done.", by=city.manager, at=NOW)


def test_what_did_not_convince_is_taken_up_again(city: City, promised: Commitment) -> None:
    commit.finish(promised.pk, proof="Trust me.", by=city.manager, at=NOW)
    row = commit.take_up(promised.pk, why="No photos.", by=city.analyst, at=NOW)
    assert (row.state, row.ended_at, row.outcome) == (State.OPEN, None, "")
    with pytest.raises(EndedAlready):
        commit.take_up(promised.pk, why="Again.", by=city.analyst, at=NOW)


def test_a_correction_keeps_what_was_said_before(city: City, promised: Commitment) -> None:
    commit.change(promised.pk, draft(what="Clear twelve."), by=city.analyst, at=NOW)
    words = [event.words for event in queries.events_of(promised)]
    assert words == ["Clear the ten oldest potholes.", "Clear twelve."]
    commit.change(promised.pk, draft(what="Clear twelve."), by=city.analyst, at=NOW)
    assert len(queries.events_of(promised)) == 2


def test_a_correction_does_not_put_off_what_was_carried_over(
    city: City, promised: Commitment
) -> None:
    commit.carry_over(promised.pk, DUE + DAY, why="Rain.", by=city.analyst, at=NOW)
    with pytest.raises(Faults) as caught:
        commit.change(promised.pk, draft(due_on=DUE + 7 * DAY), by=city.analyst, at=NOW)
    assert "due_on" in caught.value.faults


def test_the_history_of_ends_is_paged(city: City, meeting: Meeting) -> None:
    for n in range(5):
        row = commit.commit(meeting.pk, draft(what=f"No. {n}"), by=city.analyst, at=NOW)
        commit.give_up(row.pk, why="Enough.", by=city.analyst, at=NOW + (n // 2) * DAY)
    seen: list[str] = []
    cursor = ""
    for _page in range(3):
        page = queries.history(city.manager, city.streets.pk, before=cursor, size=2)
        seen += [row.what for row in page.rows]
        cursor = page.older
    assert seen == ["No. 4", "No. 3", "No. 2", "No. 1", "No. 0"]
    assert not cursor


def test_what_is_due_is_listed_oldest_first_and_counted(
    city: City, meeting: Meeting, promised: Commitment
) -> None:
    sooner = commit.commit(meeting.pk, draft(due_on=THURSDAY), by=city.analyst, at=NOW)
    found = queries.due(city.manager, city.streets.pk)
    assert [row.pk for row in found] == [sooner.pk, promised.pk]
    assert queries.counts(city.manager, city.streets.pk, today=THURSDAY + DAY) == (2, 1)
