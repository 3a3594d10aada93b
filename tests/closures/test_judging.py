"""Completions that look false are flagged with what makes them look so, and others are not."""

from datetime import timedelta

import pytest

from citycall.closures import queries
from citycall.closures.actions import judge, note
from citycall.closures.models import Closure, ClosureFlag
from citycall.closures.words import sentence
from citycall.core.actors import resident
from citycall.feedback import actions as feedback
from citycall.service_requests.actions import close, tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Report
from tests import city as small_city
from tests.closures.conftest import DONE, FAR, LATER, NEARBY, closure_of, codes, judged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("usual")]


def test_a_usual_visit_is_not_flagged(completed) -> None:
    completed()
    assert judged() == {}


def test_nothing_is_judged_before_its_time(completed) -> None:
    completed(visit=None)
    assert judged(at=DONE + timedelta(hours=5)) == {}


def test_a_sweep_without_visits_is_flagged_with_the_reasons(completed) -> None:
    made = [
        completed(visit=None, text=f"Resolved, number {n}.", at=DONE + timedelta(seconds=20 * n))
        for n in range(8)
    ]
    flags = judged()
    assert set(flags) == {each.request_id for each in made}
    flag = flags[made[0].request_id]
    assert {"no_visit", "sitting", "same_text"} <= codes(flag)
    told = {each["code"]: each["facts"] for each in flag.reasons}
    assert told["sitting"] == {"count": 7}
    assert "closed 7 others without a visit" in sentence("sitting", told["sitting"])


def test_a_day_of_visits_entered_at_its_end_is_not(completed) -> None:
    for n in range(6):
        completed(visit=timedelta(hours=2), text=f"Hole {'abcdef'[n]} is filled.",
                  at=DONE + timedelta(seconds=30 * n))  # fmt: skip
    assert judged() == {}


def test_a_look_of_two_minutes_is_too_short(completed) -> None:
    made = completed(visit=timedelta(minutes=2))
    assert codes(judged()[made.request_id]) == {"short_visit", "no_photo"}


def test_the_same_told_again_nearby_soon_after_is_a_reason(completed, city) -> None:
    first = completed(location=NEARBY, visit=timedelta(minutes=25))
    assert judged() == {}
    again = submit(small_city.draft(location=NEARBY), by=city.resident, at=DONE + timedelta(days=1))
    note.note_repeats([again.request_id], at=DONE + timedelta(days=1))
    flag = judged(at=DONE + timedelta(days=2))[first.request_id]
    assert "repeated" in codes(flag)
    assert Closure.objects.get(pk=flag.closure_id).repeated_by == again.request_id


def test_the_nearer_the_new_report_the_more_it_weighs(completed, city) -> None:
    first = completed(location=NEARBY, visit=timedelta(minutes=25))
    again = submit(small_city.draft(location=NEARBY), by=city.resident, at=DONE + timedelta(days=1))
    note.note_repeats([again.request_id], at=DONE + timedelta(days=1))
    closure, scores = closure_of(first), []
    for metres in (3, 15, 35):
        Closure.objects.filter(pk=closure.pk).update(repeated_m=metres)
        scores += [found.score for found in judge.judge([closure.pk], at=LATER)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 2 * scores[-1]


def test_what_is_told_far_away_or_long_after_is_not(completed, city) -> None:
    first = completed(location=NEARBY)
    for place, days in ((FAR, 1), (NEARBY, 31)):
        at = DONE + timedelta(days=days)
        again = submit(small_city.draft(location=place), by=city.resident, at=at)
        note.note_repeats([again.request_id], at=at)
    assert closure_of(first).repeated_at is None


def test_what_is_told_before_the_completion_is_not(completed, city) -> None:
    first = completed(location=NEARBY)
    before = submit(
        small_city.draft(location=NEARBY), by=city.resident, at=DONE - timedelta(hours=1)
    )
    note.note_repeats([before.request_id], at=LATER)
    assert closure_of(first).repeated_at is None


def test_noting_twice_keeps_one_row(completed) -> None:
    made = completed()
    assert note.note_completions([made.request_id], at=LATER) == 0
    assert Closure.objects.count() == 1


def test_history_is_noted_as_it_would_have_been(completed, city) -> None:
    first = completed(location=NEARBY, visit=None)
    at = DONE + timedelta(days=1)
    submit(small_city.draft(location=NEARBY), by=city.resident, at=at)
    Closure.objects.all().delete()
    assert note.note_history(since=DONE - timedelta(days=10), at=at) == 1
    assert closure_of(first).repeated_at == at


def test_a_confirmed_completion_is_not_flagged_however_it_looks(completed) -> None:
    made = completed(visit=None)
    report = Report.objects.get(pk=made.report_id)
    feedback.confirm(report, by=resident(reports=[report.pk]), at=DONE + timedelta(hours=1))
    note.note_answers([made.request_id], at=LATER)
    assert judged() == {}


def test_a_dispute_settles_the_flag(completed) -> None:
    made = completed(visit=None)
    judged()
    report = Report.objects.get(pk=made.report_id)
    feedback.dispute(report, by=resident(reports=[report.pk]), at=LATER, words="Still there.")
    note.note_answers([made.request_id], at=LATER)
    assert judged()[made.request_id].state == ClosureFlag.State.SETTLED


def test_a_confirmation_settles_the_flag(completed) -> None:
    made = completed(visit=None)
    judged()
    report = Report.objects.get(pk=made.report_id)
    feedback.confirm(report, by=resident(reports=[report.pk]), at=LATER)
    note.note_answers([made.request_id], at=LATER)
    assert judged()[made.request_id].state == ClosureFlag.State.SETTLED


def test_what_is_open_again_or_completed_anew_is_not_to_be_looked_at(completed, city) -> None:
    made = completed(visit=None)
    judged()
    assert [flag.service_request_id for flag in queries.flagged(city.administrator).rows] == [
        made.request_id
    ]
    close.reopen(made.request_id, reason="Still there.", by=city.dispatcher, at=LATER)
    assert queries.flagged(city.administrator).rows == []
    close.complete(
        made.request_id, outcome_code="fixed", explanation="Done.", by=city.crew,
        at=LATER + timedelta(hours=1),
    )  # fmt: skip
    assert queries.flagged(city.administrator).rows == []


def test_a_reporter_who_writes_again_is_heard(completed) -> None:
    made = completed()
    by = resident(reports=[made.report_id])
    tell_more.add_information(made.request_id, words="Come again.", by=by, at=LATER)
    note.note_answers([made.request_id], at=LATER)
    closure = closure_of(made)
    assert (closure.told_again, closure.judge_at) == (1, DONE + timedelta(hours=6))


def test_a_decision_stays_when_it_is_judged_anew(completed) -> None:
    made = completed(visit=None)
    flag = judged()[made.request_id]
    ClosureFlag.objects.update(state=ClosureFlag.State.RIGHT)
    judge.judge([flag.closure_id], at=LATER)
    assert ClosureFlag.objects.get().state == ClosureFlag.State.RIGHT


def test_judging_costs_as_many_queries_for_many(completed, django_assert_max_num_queries) -> None:
    for n in range(12):
        completed(visit=None, at=DONE + timedelta(minutes=n))
    with django_assert_max_num_queries(14):
        judge.judge_due(at=LATER)
    assert ClosureFlag.objects.count() == 12
