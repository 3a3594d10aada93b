"""Confirmation numbers catch what people get wrong when they copy or dial them."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.core import numbers

serials = st.integers(0, numbers.SERIALS - 1)
years = st.integers(2000, 2099)


def digits_of(number: int) -> str:
    return f"{number:012d}"


@given(year=years, serial=serials)
def test_a_number_reads_back_as_it_is_shown(year: int, serial: int) -> None:
    number = numbers.compose(year=year, serial=serial)
    assert numbers.read(numbers.show(number)) == number


@given(year=years, serial=serials)
def test_the_year_comes_first(year: int, serial: int) -> None:
    number = numbers.compose(year=year, serial=serial)
    assert numbers.show(number).startswith(f"{year % 100:02d}-")


@given(year=years, serial=serials, place=st.integers(0, 11), other=st.integers(1, 9))
def test_every_wrong_digit_is_caught(year: int, serial: int, place: int, other: int) -> None:
    digits = digits_of(numbers.compose(year=year, serial=serial))
    wrong = (int(digits[place]) + other) % 10
    with pytest.raises(numbers.BadNumber):
        numbers.read(f"{digits[:place]}{wrong}{digits[place + 1 :]}")


@given(year=years, serial=serials, place=st.integers(0, 10))
def test_every_swap_of_neighbours_is_caught(year: int, serial: int, place: int) -> None:
    digits = digits_of(numbers.compose(year=year, serial=serial))
    first, second = digits[place], digits[place + 1]
    if first == second:
        return
    with pytest.raises(numbers.BadNumber):
        numbers.read(f"{digits[:place]}{second}{first}{digits[place + 2 :]}")


@pytest.mark.parametrize(
    "told", ["26-48392-01755", " 26 48392 01755 ", "264839201755", "26.48392.O1755", "264839Z0I755"]
)
def test_spaces_dashes_and_misread_letters_are_forgiven(told: str) -> None:
    assert numbers.read(told) == 264839201755


@pytest.mark.parametrize("told", ["", "1", "abc", "26-48392", "٢٦٤٨٣٩٢٠١٧٥٦", "26" * 50, "\x00"])
def test_what_is_no_number_is_refused(told: str) -> None:
    with pytest.raises(numbers.BadNumber):
        numbers.read(told)


@given(st.text())
def test_reading_never_fails_otherwise(told: str) -> None:
    with contextlib.suppress(numbers.BadNumber):
        assert 0 <= numbers.read(told) < 10**12


def test_numbers_of_one_year_tell_nothing_of_the_next() -> None:
    drawn = [numbers.draw(year=2026) // 10 for _each in range(2000)]
    steps = {abs(b - a) for a, b in itertools.pairwise(drawn)}
    # A draw may repeat another, about once in 450 times here; the database refuses it then.
    assert len(set(drawn)) > len(drawn) - 5
    assert sorted(steps)[2] > 1
