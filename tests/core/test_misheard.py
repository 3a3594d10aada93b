"""Numbers that somebody may have meant."""

from hypothesis import given
from hypothesis import strategies as st

from citycall.core.misheard import meant
from citycall.core.numbers import compose, show

numbers = st.builds(compose, year=st.integers(2000, 2099), serial=st.integers(0, 10**9 - 1))


@given(numbers, st.integers(0, 11), st.integers(1, 9))
def test_a_wrong_digit_leads_to_the_right_number(number: int, at: int, by: int) -> None:
    digits = f"{number:012d}"
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
    assert number in meant(wrong)


@given(numbers, st.integers(0, 10))
def test_swapped_neighbours_lead_to_it(number: int, at: int) -> None:
    digits = f"{number:012d}"
    swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    assert swapped == digits or number in meant(swapped)


@given(numbers, st.integers(0, 11))
def test_a_digit_left_out_leads_to_it(number: int, at: int) -> None:
    digits = f"{number:012d}"
    assert number in meant(digits[:at] + digits[at + 1 :])


@given(numbers)
def test_a_right_number_needs_no_guess_and_guesses_are_few(number: int) -> None:
    assert meant(show(number)) == []
    assert len(meant(f"{number:012d}"[:-1])) <= 26


@given(st.text(max_size=90))
def test_anything_else_is_no_number(text: str) -> None:
    assert isinstance(meant(text), list)
