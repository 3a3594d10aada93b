"""The half hours are what one counts by hand, whatever came when, and in whichever order."""

import dataclasses
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from citycall.accounts.models import User
from citycall.calls.measures import counting, queries
from citycall.calls.measures.actions import recount
from citycall.calls.measures.models import Cut, HalfHour, Recount
from citycall.calls.measures.queries import Step
from citycall.calls.measures.rules import NAMES, SERIES, Counts
from citycall.calls.models import Call, DeskSpell, Touch
from citycall.core.actors import resident
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails
from tests import city as small_city
from tests.calls import naive

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 20, 15, 10, tzinfo=UTC)
PHONES = ("", "+14105550101", "+14105550102", "+14105550103")


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


def some_calls(
    seed: int, *, count: int = 120, days: int = 12, requests: Sequence[int] = ()
) -> list[Call]:
    """Calls of all kinds, many of them of the same few numbers."""
    dice = random.Random(seed)
    takers = list(User.objects.filter(username__in=["call-taker", "supervisor"]))
    made = []
    for _ in range(count):
        arrived = NOW - timedelta(seconds=dice.randrange(days * 86_400))
        call = Call(
            medium=dice.choice(["phone", "phone", "phone", "chat", "visit"]),
            outgoing=dice.random() < 0.08,
            phone=dice.choice(PHONES),
            language=dice.choice(["en", "es"]),
            topic=dice.choice(["", "water"]),
            arrived_at=arrived,
        )
        _live(call, dice, takers)
        call.save()
        for _touch in range(dice.choice([0, 1, 1, 2])):
            _touch_something(call, dice, requests)
        made.append(call)
    return made


def _live(call: Call, dice: random.Random, takers: Sequence[User]) -> None:
    moment = call.arrived_at + timedelta(seconds=dice.randrange(20))
    if dice.random() < 0.85:
        call.queued_at = moment
        moment += timedelta(seconds=dice.choice([0, 3, 5, 5.5, 20, 31, 100, 700]))
    if dice.random() < 0.75:
        call.answered_at, call.taker = moment, dice.choice(takers)
        moment += timedelta(seconds=dice.randrange(400))
        call.disposition = dice.choice(
            ["report", "follow_up", "information", "information", "transferred", "nothing", ""]
        )
        call.resolved = dice.choice([True, True, False, None])
    if dice.random() < 0.93 and moment <= NOW:
        call.ended_at = moment
        if call.answered_at:
            call.held_seconds = dice.choice([0, 30])
            if dice.random() < 0.9:
                call.wrapped_at = moment + timedelta(seconds=dice.randrange(60))
        else:
            call.ending = dice.choice(["left", "left", "call_back", "failed", "menu", "closed"])


def _touch_something(call: Call, dice: random.Random, requests: Sequence[int]) -> None:
    about = dice.random() < 0.6 and bool(requests)
    Touch.objects.get_or_create(
        call=call,
        kind="followed" if about else "article",
        request_id=dice.choice(requests) if about else None,
        code="" if about else dice.choice(["snow", "trash"]),
        defaults={"at": call.arrived_at},
    )


def some_requests(city: small_city.City) -> list[int]:
    services = ("pothole", "pothole", "water-leak")
    contact = ContactDetails(phone="+14105550101")
    answers = {"water-leak": {"amount": "drip"}}
    return [
        submit(
            small_city.draft(each, contact=contact, answers=answers.get(each, {})),
            by=resident(),
            at=small_city.NOW,
        ).request_id
        for each in services
    ]


def close_to(counts: Counts) -> dict[str, object]:
    told = dataclasses.asdict(counts)
    return {
        name: pytest.approx(value) if name.endswith("_seconds") else value
        for name, value in told.items()
    }


def without_desks(counts: Counts) -> Counts:
    return dataclasses.replace(counts, staffed_seconds=0.0, busy_seconds=0.0)


def kept(cut: Cut = Cut.ALL, value: str = "") -> dict[datetime, Counts]:
    rows = HalfHour.objects.filter(cut=cut, value=value)
    return {row.begins: _counts(row) for row in rows}


def _counts(row: HalfHour) -> Counts:
    told: dict[str, Any] = {name: getattr(row, name) for name in NAMES}
    told |= {name: tuple(told[name]) for name in SERIES}
    return Counts(**told)


@pytest.mark.parametrize("seed", range(4))
def test_each_half_hour_is_what_one_counts_by_hand(city: small_city.City, seed: int) -> None:
    calls = some_calls(seed, requests=some_requests(city))
    recount(at=NOW + timedelta(hours=1))
    found = kept()
    for begun in {naive.begins(call.arrived_at) for call in calls}:
        inside = [call for call in calls if naive.begins(call.arrived_at) == begun]
        by_hand = naive.count(inside, calls, at=NOW + timedelta(hours=1))
        assert dataclasses.asdict(found.pop(begun)) == close_to(by_hand)
    assert found == {}


@pytest.mark.parametrize("cut", [Cut.MEDIUM, Cut.LANGUAGE, Cut.TOPIC])
def test_the_parts_of_a_cut_are_together_the_whole(city: small_city.City, cut: Cut) -> None:
    some_calls(9, requests=some_requests(city))
    recount(at=NOW + timedelta(hours=1))
    since, until = NOW.date() - timedelta(days=20), NOW.date()
    later = NOW + timedelta(days=2)
    whole = queries.by_value(since, until, cut=Cut.ALL, zone=ZONE, at=later)[""]
    parts = queries.by_value(since, until, cut=cut, zone=ZONE, at=later)
    assert len(parts) > 1
    assert dataclasses.asdict(sum(parts.values(), Counts())) == close_to(whole)


@pytest.mark.parametrize("step", list(Step))
def test_the_steps_of_a_report_are_together_the_whole_and_today_is_live(
    city: small_city.City, step: Step
) -> None:
    """However long the steps; and whether the table or the calls themselves were read."""
    calls = some_calls(5, requests=some_requests(city))
    recount(at=NOW)
    lines = queries.by_time(
        NOW.date() - timedelta(days=20), NOW.date(), step=step, zone=ZONE, at=NOW
    )
    assert [line.begins for line in lines] == sorted({line.begins for line in lines})
    together = without_desks(sum((line.counts for line in lines), Counts()))
    assert dataclasses.asdict(together) == close_to(naive.count(calls, calls, at=NOW))


def test_everyone_who_came_was_answered_left_or_waits(city: small_city.City) -> None:
    some_calls(7)
    recount(at=NOW + timedelta(hours=1))
    for each in kept().values():
        parts = each.answered + each.abandoned + each.call_backs + each.lost + each.waiting
        assert each.offered == parts
        assert sum(each.waits) == each.answered
        assert sum(each.left) == each.abandoned
        assert sum(each.still) == each.waiting
        assert each.first_contacts <= each.contacts >= each.repeats


def test_a_late_change_is_counted_in_its_half_hour_and_nothing_twice(
    city: small_city.City,
) -> None:
    calls = some_calls(3, count=40)
    recount(at=NOW + timedelta(hours=1))
    assert not Recount.objects.exists()
    late = next(call for call in calls if call.answered_at and not call.outgoing)
    late.disposition, late.resolved = "report", True
    late.save()
    assert recount(at=NOW + timedelta(hours=1)) >= 1
    begun = naive.begins(late.arrived_at)
    inside = [call for call in calls if naive.begins(call.arrived_at) == begun]
    by_hand = naive.count(inside, calls, at=NOW + timedelta(hours=1))
    assert dataclasses.asdict(kept()[begun]) == close_to(by_hand)
    assert recount(at=NOW + timedelta(hours=1)) == 0


def test_calling_again_takes_the_first_call_its_first_contact(city: small_city.City) -> None:
    def call(arrived: datetime) -> Call:
        return Call.objects.create(
            phone="+14105550109",
            arrived_at=arrived,
            queued_at=arrived,
            answered_at=arrived,
            ended_at=arrived,
            disposition="information",
            resolved=True,
        )

    first = NOW - timedelta(days=6)
    call(first)
    recount(at=NOW)
    begun = naive.begins(first)
    assert (kept()[begun].first_contacts, kept()[begun].repeats) == (1, 0)
    call(NOW - timedelta(hours=1))
    recount(at=NOW)
    assert kept()[begun].first_contacts == 0
    assert kept()[naive.begins(NOW - timedelta(hours=1))].repeats == 1


def test_erasing_who_called_leaves_the_counts(city: small_city.City) -> None:
    calls = some_calls(2, count=60)
    recount(at=NOW + timedelta(hours=1))
    before = kept()
    Call.objects.filter(pk__in=[c.pk for c in calls]).update(
        phone="", name="", notes="", erased_at=NOW
    )
    assert recount(at=NOW + timedelta(hours=1)) == 0
    assert kept() == before


def test_time_at_the_desk_is_shared_out_to_its_half_hours(city: small_city.City) -> None:
    dice = random.Random(4)
    taker = User.objects.get(username="call-taker")
    moment = NOW - timedelta(hours=9, minutes=7)
    while moment < NOW - timedelta(hours=1):
        until = moment + timedelta(seconds=dice.randrange(30, 5_000))
        state = dice.choice(["ready", "busy", "wrapping", "away", "off"])
        DeskSpell.objects.create(taker=taker, state=state, since=moment, until=until)
        moment = until
    DeskSpell.objects.create(taker=taker, state="ready", since=moment)
    spells = list(DeskSpell.objects.all())
    begun = naive.begins(NOW - timedelta(hours=10))
    half_hours = [begun + n * timedelta(minutes=30) for n in range(21)]
    for row in counting.count(half_hours, at=NOW):
        staffed, busy = naive.at_desks(spells, row.begins, at=NOW)
        assert row.cut in {"all", "taker"}
        assert (row.counts.staffed_seconds, row.counts.busy_seconds) == pytest.approx(
            (staffed, busy)
        )
    # Once the last one is over, the table says the same as the rows read live.
    DeskSpell.objects.filter(until=None).update(until=NOW)
    recount(at=NOW + timedelta(hours=1))
    live = {row.begins for row in counting.count(half_hours, at=NOW) if row.cut == "all"}
    assert live == set(kept()) == set(kept(Cut.TAKER, str(taker.pk)))
