"""Who may look, who may not, and what follows from what they find."""

import random
from datetime import timedelta

import pytest

from citycall.closures import queries
from citycall.closures.actions import check, decide, draw
from citycall.closures.models import Check, ClosureFlag, Frame
from citycall.core import clock
from citycall.core.errors import Faults, NotAllowed
from citycall.core.models import Event
from citycall.service_requests.actions import close
from citycall.service_requests.actions.change import WordsMissing
from citycall.service_requests.models import ServiceRequest, Status
from tests.closures.conftest import DONE, LATER, closure_of, judged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("usual")]

DAY = DONE.date()


def drawn(at=LATER) -> list[Check]:
    return draw.draw(DAY, zone=clock.city_zone(), at=at, chance=random.Random(1))


def everything(city) -> None:
    draw.set_plan(a_week=700, flagged_share=0.4, by=city.administrator, at=DONE)


def test_a_day_is_drawn_once_with_its_probabilities(completed, city) -> None:
    for n in range(20):
        completed(visit=None if n < 4 else timedelta(minutes=30), at=DONE + timedelta(hours=n / 10))
    judged()
    draw.set_plan(a_week=35, flagged_share=0.4, by=city.supervisor, at=DONE)
    made = drawn()
    assert {(frame.flagged, frame.size) for frame in Frame.objects.all()} == {
        (True, 4),
        (False, 16),
    }
    assert len(made) == 5
    assert {(c.frame and c.frame.flagged, round(c.probability or 0, 4)) for c in made} == {
        (True, 0.5),
        (False, round(3 / 16, 4)),
    }
    assert drawn() == []


def test_a_plan_out_of_bounds_is_refused_with_the_field(city) -> None:
    with pytest.raises(Faults) as caught:
        draw.set_plan(a_week=9_000, flagged_share=0.95, by=city.administrator, at=DONE)
    assert set(caught.value.faults) == {"a_week", "flagged_share"}
    with pytest.raises(NotAllowed):
        draw.set_plan(a_week=10, flagged_share=0.4, by=city.dispatcher, at=DONE)


def test_not_done_opens_it_again_and_counts_as_a_false_closure(completed, city) -> None:
    made = completed()
    everything(city)
    (one,) = drawn()
    check.tell(one.pk, result="not_done", how="call", words="The hole is there.",
               by=city.manager, at=LATER)  # fmt: skip
    request = ServiceRequest.objects.get(pk=made.request_id)
    assert (request.status, request.closures.get().checked) == (Status.ASSIGNED, "not_done")
    kinds = list(Event.objects.order_by("-id").values_list("kind", flat=True)[:3])
    assert {"inspected", "reopened"} <= set(kinds)


def test_not_done_needs_words_and_else_nothing_is_kept(completed, city) -> None:
    completed()
    everything(city)
    (one,) = drawn()
    with pytest.raises(WordsMissing):
        check.tell(one.pk, result="not_done", how="call", words=" ", by=city.manager, at=LATER)
    one.refresh_from_db()
    assert one.result == ""


def test_nobody_checks_what_they_closed(completed, city) -> None:
    completed(by=city.dispatcher)
    everything(city)
    (one,) = drawn()
    with pytest.raises(check.OwnWork):
        check.tell(one.pk, result="done", how="call", words="", by=city.dispatcher, at=LATER)
    assert queries.to_check(city.dispatcher).rows == []
    assert [row.pk for row in queries.to_check(city.manager).rows] == [one.pk]


def test_other_agencies_crews_and_analysts_do_not_check(completed, city) -> None:
    completed()
    everything(city)
    (one,) = drawn()
    for by in (city.outsider, city.crew, city.analyst, city.call_taker):
        with pytest.raises(NotAllowed):
            check.tell(one.pk, result="done", how="call", words="", by=by, at=LATER)
    assert queries.to_check(city.outsider).rows == []


def test_what_was_reopened_meanwhile_is_not_checked_any_more(completed, city) -> None:
    made = completed()
    everything(city)
    (one,) = drawn()
    close.reopen(made.request_id, reason="A mistake.", by=city.dispatcher, at=LATER)
    with pytest.raises(check.Overtaken):
        check.tell(one.pk, result="done", how="call", words="", by=city.manager, at=LATER)


def test_chosen_checks_are_kept_out_of_the_estimate(completed, city) -> None:
    made = [completed(at=DONE + timedelta(minutes=20 * n)) for n in range(6)]
    check.ask(closure_of(made[0]).pk, by=city.supervisor, at=LATER)
    everything(city)
    assert len(drawn()) == 5
    for one in Check.objects.all():
        result = "not_done" if one.probability is None else "done"
        check.tell(one.pk, result=result, how="visit", words="Not there.",
                   by=city.supervisor, at=LATER)  # fmt: skip
    found = queries.rate(city.supervisor, since=DAY, until=DAY)
    assert found is not None
    assert (found.rate, found.checked) == (0.0, 5)


def test_what_nobody_reached_for_two_weeks_is_given_up(completed, city) -> None:
    completed()
    everything(city)
    drawn()
    assert check.give_up(at=LATER + timedelta(days=13)) == 0
    assert check.give_up(at=LATER + timedelta(days=15)) == 1


def test_what_looks_false_is_decided_by_somebody_else(completed, city) -> None:
    made = completed(by=city.dispatcher, visit=None)
    flag = judged()[made.request_id]
    with pytest.raises(check.OwnWork):
        decide.is_right(flag.pk, by=city.dispatcher, at=LATER)
    decided = decide.is_right(flag.pk, by=city.manager, at=LATER)
    assert (decided.state, decided.decided_by_id) == ("right", city.manager.id)
    with pytest.raises(check.Overtaken):
        decide.reopen(flag.pk, words="Not there.", by=city.manager, at=LATER)


def test_sent_to_check_it_waits_on_the_list(completed, city) -> None:
    made = completed(visit=None)
    flag = judged()[made.request_id]
    decide.send_to_check(flag.pk, by=city.manager, at=LATER)
    assert [row.closure_id for row in queries.to_check(city.manager).rows] == [flag.closure_id]
    assert queries.flagged(city.manager).rows == []


def test_the_list_goes_on_where_a_page_ends(completed, city) -> None:
    for n in range(5):
        completed(visit=None, at=DONE + timedelta(minutes=n))
    judged()
    first = queries.flagged(city.manager, size=3)
    rest = queries.flagged(city.manager, after=first.older, size=3)
    ids = [flag.pk for flag in (*first.rows, *rest.rows)]
    assert (len(first.rows), len(rest.rows), len(set(ids)), rest.older) == (3, 2, 5, "")
    assert ClosureFlag.objects.count() == 5
