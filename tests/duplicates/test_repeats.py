"""Repeat places: found at night, joined by what comes next, kept by people."""

from datetime import timedelta
from typing import Any

import pytest

from citycall.core.errors import NotAllowed, NotFound
from citycall.duplicates import repeats
from citycall.duplicates.models import RepeatPlace, RepeatState
from citycall.duplicates.rules import Trouble
from citycall.service_requests.actions import close, work
from tests.city import NOW, City

from .conftest import Tell

DAY = timedelta(days=1)


@pytest.fixture
def place(city: City, tell: Tell) -> RepeatPlace:
    """A hole that came back three times after it had been filled, and is there again."""
    for n in range(4):
        at = NOW + 10 * n * DAY
        hole = tell("The hole again.", north=n * 2.0, at=at, place="12 Elm St")
        if n < 3:
            work.start(hole.pk, by=city.dispatcher, at=at + DAY)
            close.complete(
                hole.pk,
                outcome_code="fixed",
                explanation="Filled.",
                by=city.dispatcher,
                at=at + DAY,
            )
    assert repeats.find(at=NOW + 31 * DAY) == 1
    return RepeatPlace.objects.get()


def test_trouble_that_returns_makes_a_place(place: RepeatPlace) -> None:
    assert (place.times, place.place, place.state) == (4, "12 Elm St", RepeatState.OPEN)
    assert len(repeats.requests_of(place)) == 4


def test_finding_again_finds_the_same_place(city: City, place: RepeatPlace) -> None:
    repeats.keep(
        place.pk,
        state=RepeatState.LOOKED_INTO,
        owner_id=city.dispatcher.id,
        cause="The pipe below leaks.",
        by=city.dispatcher,
        at=NOW + 32 * DAY,
    )
    assert repeats.find(at=NOW + 33 * DAY) == 1
    again = RepeatPlace.objects.get()
    assert (again.pk, again.cause, again.state) == (
        place.pk,
        "The pipe below leaks.",
        RepeatState.LOOKED_INTO,
    )


def test_a_new_request_there_joins_at_once(city: City, tell: Tell, place: RepeatPlace) -> None:
    open_one = repeats.requests_of(place)[0]
    at = NOW + 35 * DAY
    work.start(open_one.pk, by=city.dispatcher, at=at)
    close.complete(
        open_one.pk, outcome_code="fixed", explanation="Filled.", by=city.dispatcher, at=at
    )
    new = tell("And again.", at=NOW + 40 * DAY)
    joined = repeats.join(new.pk, at=NOW + 40 * DAY)
    assert joined is not None
    assert (joined.pk, joined.times) == (place.pk, 5)
    assert repeats.of_request(city.dispatcher, new.pk) == place


def test_what_lies_elsewhere_does_not_join(tell: Tell, place: RepeatPlace) -> None:
    assert repeats.join(tell(north=80.0, at=NOW + 40 * DAY).pk, at=NOW + 40 * DAY) is None


def test_what_is_another_trouble_does_not_join(tell: Tell, place: RepeatPlace) -> None:
    other = tell(service="graffiti", at=NOW + 40 * DAY)
    assert repeats.join(other.pk, at=NOW + 40 * DAY) is None


def test_what_repeats_no_more_leaves_the_list_and_stays(city: City, place: RepeatPlace) -> None:
    repeats.find(at=NOW + 500 * DAY)
    assert repeats.page(city.dispatcher).rows == []
    assert repeats.place_for(city.dispatcher, place.pk).times == 0


def test_every_decision_is_kept(city: City, place: RepeatPlace) -> None:
    for state, cause in ((RepeatState.LOOKED_INTO, "A pipe?"), (RepeatState.SETTLED, "A pipe.")):
        repeats.keep(place.pk, state=state, owner_id=None, cause=cause, by=city.dispatcher, at=NOW)
    assert [each.cause for each in repeats.changes_of(place)] == ["A pipe.", "A pipe?"]


def test_others_neither_read_nor_keep_it(city: City, place: RepeatPlace) -> None:
    with pytest.raises(NotAllowed):
        repeats.place_for(city.outsider, place.pk)
    with pytest.raises(NotAllowed):
        repeats.keep(
            place.pk,
            state=RepeatState.SETTLED,
            owner_id=None,
            cause="",
            by=city.crew,
            at=NOW,
        )
    assert repeats.page(city.outsider).rows == []


def test_there_is_no_such_place(city: City) -> None:
    with pytest.raises(NotFound):
        repeats.place_for(city.dispatcher, 12_345)


def test_counting_anew_leaves_what_somebody_decides_meanwhile(
    city: City, place: RepeatPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles_at = repeats._troubles_at

    def meanwhile(*args: Any, **told: Any) -> list[Trouble]:
        RepeatPlace.objects.update(cause="Bad ground.")
        return troubles_at(*args, **told)

    monkeypatch.setattr(repeats, "_troubles_at", meanwhile)
    repeats.find(at=NOW + timedelta(days=800))
    place.refresh_from_db()
    assert (place.times, place.cause) == (0, "Bad ground.")
