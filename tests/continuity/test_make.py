"""Numbers that nobody else gives."""

import itertools
from datetime import timedelta

import numpy as np
import pytest

from citycall.continuity.actions.make import make_kits
from citycall.continuity.models import Kit, ReservedNumber
from citycall.core import bulk_numbers, numbers
from citycall.core.errors import Faults, NotAllowed
from citycall.service_requests.actions.submit import submit
from tests.city import NOW, City, draft
from tests.continuity.files import a_kit


def test_a_kit_holds_as_many_numbers_as_asked_all_in_the_part_set_aside(city: City) -> None:
    made = make_kits(count=2, size=300, kind=Kit.Kind.LAPTOP, by=city.supervisor, at=NOW)
    held = {number for each in made for number in each.numbers}
    assert len(held) == 600 == ReservedNumber.objects.count()
    assert all(numbers.is_set_aside(number) for number in held)
    assert all(numbers.read(numbers.show(number)) == number for number in held)


def test_the_numbers_of_a_kit_do_not_follow_each_other(city: City) -> None:
    held = [number // 10 for number in a_kit(size=200).numbers]
    assert held != sorted(held)
    assert min(abs(a - b) for a, b in itertools.pairwise(held)) > 1


def test_nobody_else_draws_there() -> None:
    assert not any(numbers.is_set_aside(numbers.draw(year=2026)) for _each in range(3_000))
    drawn = bulk_numbers.draw(years=np.full(200_000, 2026, dtype=np.int64))
    assert (drawn // 10 % numbers.SERIALS < numbers.FIRST_SET_ASIDE).all()
    # One in nine would lie in the last ninth below the limit.
    assert (drawn // 10 % numbers.SERIALS > 800_000_000).any()


def test_a_number_of_an_old_report_or_another_kit_is_not_set_aside(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As reports were given numbers before a part was set aside.
    old = numbers.compose(year=2026, serial=950_000_000)
    monkeypatch.setattr("citycall.core.numbers.draw", lambda *, year: old)
    submit(draft(), by=city.resident, at=NOW)
    first = a_kit(size=1).numbers[0]
    new = numbers.compose(year=2026, serial=950_000_001)
    drawn = iter([old, first, new])
    monkeypatch.setattr("citycall.core.numbers.draw_set_aside", lambda *, year: next(drawn))
    assert a_kit(size=1).numbers == (new,)


def test_a_kit_is_believed_for_a_year(city: City) -> None:
    kit = a_kit().kit
    assert kit.ends_at - kit.made_at == timedelta(days=366)


def test_only_supervisors_and_administrators_make_kits(city: City) -> None:
    for actor in (city.call_taker, city.dispatcher, city.analyst, city.resident):
        with pytest.raises(NotAllowed):
            make_kits(count=1, size=10, kind=Kit.Kind.LAPTOP, by=actor, at=NOW)
    (made,) = make_kits(count=1, size=10, kind=Kit.Kind.CARDS, by=city.administrator, at=NOW)
    assert made.kit.made_by_id == city.administrator.id


def test_too_many_at_once_are_refused(city: City) -> None:
    with pytest.raises(Faults) as caught:
        make_kits(count=51, size=2_001, kind=Kit.Kind.LAPTOP, by=city.supervisor, at=NOW)
    assert set(caught.value.faults) == {"kits", "numbers"}
