"""Owners hear of what is late, once a week; and in the end nobody's words are kept."""

from datetime import timedelta

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.accounts.models import User
from citycall.core.models import Event
from citycall.meetings import jobs, queries, retention
from citycall.meetings.actions import commit, meet, remind, schedule
from citycall.meetings.actions.schedule import Plan
from citycall.meetings.models import Commitment, Meeting, Paper
from tests.city import NOW, City
from tests.meetings.conftest import THURSDAY, draft

DAY = timedelta(days=1)
LATE = NOW + 18 * DAY


def owed() -> list[dict[str, object]]:
    rows = ProcrastinateJob.objects.filter(task_name=remind.TELL_TASK).order_by("id")
    return list(rows.values_list("args", flat=True))


@pytest.fixture
def owned(city: City, meeting: Meeting, owner: User) -> Commitment:
    return commit.commit(meeting.pk, draft(owner_id=owner.pk), by=city.analyst, at=NOW)


def test_an_owner_hears_of_all_that_is_late_in_one_message(
    city: City, meeting: Meeting, owner: User, owned: Commitment
) -> None:
    second = commit.commit(
        meeting.pk, draft(owner_id=owner.pk, what="And sweep."), by=city.analyst, at=NOW
    )
    assert remind.remind_late(at=LATE) == 2
    (job,) = owed()
    assert job["commitment_ids"] == [owned.pk, second.pk]
    assert job["email"] == "manager@example.org"


def test_nobody_is_reminded_before_the_date_or_twice_in_a_week(owned: Commitment) -> None:
    assert remind.remind_late(at=LATE - 2 * DAY) == 0
    assert remind.remind_late(at=LATE) == 1
    assert remind.remind_late(at=LATE) == 0
    assert remind.remind_late(at=LATE + 6 * DAY) == 0
    assert remind.remind_late(at=LATE + 7 * DAY) == 1
    assert Event.objects.filter(kind="commitment_reminded").count() == 2


def test_where_the_owner_has_no_account_the_agencys_managers_hear(
    owner: User, promised: Commitment
) -> None:
    remind.remind_late(at=LATE)
    assert [job["email"] for job in owed()] == ["manager@example.org"]


def test_the_message_says_what_until_when_and_where(settings: object, owned: Commitment) -> None:
    jobs.tell_of_commitments(
        commitment_ids=[owned.pk], email="manager@example.org", language="en", on="2026-03-20"
    )
    (letter,) = mail.outbox
    assert letter.subject == "1 commitment is late"
    assert "Clear the ten oldest potholes." in str(letter.body)
    assert f"/citistat/streets/commitments/{owned.pk}" in str(letter.body)


def test_what_was_done_in_the_meantime_is_not_written_of(city: City, owned: Commitment) -> None:
    commit.finish(owned.pk, proof="Photos.", by=city.manager, at=LATE)
    jobs.tell_of_commitments(
        commitment_ids=[owned.pk], email="manager@example.org", language="en", on="2026-03-20"
    )
    assert mail.outbox == []


def test_those_concerned_hear_of_a_paper_once_each(
    city: City, meeting: Meeting, owner: User, owned: Commitment
) -> None:
    analyst = User.objects.get(username="analyst")
    analyst.email = "analyst@example.org"
    analyst.save()
    plan = Plan(first_on=THURSDAY, emails=["chief@example.org", "Manager@example.org"])
    schedule.schedule(city.streets.pk, plan, by=city.analyst, at=NOW)
    found = [person.email for person in queries.concerned(meeting)]
    assert found == ["manager@example.org", "analyst@example.org", "chief@example.org"]


def test_an_owner_who_may_not_see_the_paper_is_not_sent_there(city: City, meeting: Meeting) -> None:
    crew = User.objects.get(username="crew")
    crew.email = "crew@example.org"
    crew.save()
    commit.commit(meeting.pk, draft(owner_id=crew.pk), by=city.analyst, at=NOW)
    assert queries.concerned(meeting) == []


def test_after_ten_years_dates_stay_and_words_do_not(
    city: City, meeting: Meeting, owned: Commitment
) -> None:
    meet.take_notes(meeting.pk, "Pat was late.", version=0, by=city.analyst, at=NOW)
    meet.keep_paper(meeting.pk, {"n": 1}, by=city.analyst, at=NOW)
    commit.finish(owned.pk, proof="Pat did it.", by=city.manager, at=NOW)
    assert retention.forget_old(at=NOW + 3_000 * DAY) == 0
    assert retention.forget_old(at=NOW + 3_700 * DAY) == 1
    meeting.refresh_from_db()
    owned.refresh_from_db()
    assert (meeting.notes, owned.state) == ("", "done")
    assert not Paper.objects.exists()
    told = Event.objects.filter(subject_kind__in=["meeting", "commitment"])
    assert not told.exclude(words=None).exists()
    assert "Pat" not in owned.outcome + owned.what + owned.owner_name


def test_what_is_still_to_be_done_keeps_its_words(owned: Commitment) -> None:
    retention.forget_old(at=NOW + 3_700 * DAY)
    owned.refresh_from_db()
    assert owned.what == "Clear the ten oldest potholes."
