"""What reaches a person is hidden in words, and what only looks alike stays."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.contacts.in_words import hide, hide_in_place, hide_of

AREA, EXCHANGE, LINE = st.integers(200, 999), st.integers(200, 999), st.integers(0, 9999)
FORMS = (
    "{a}-{e}-{l:04}",
    "({a}) {e}-{l:04}",
    "{a}.{e}.{l:04}",
    "{a} {e} {l:04}",
    "{a}{e}{l:04}",
    "+1 {a} {e} {l:04}",
    "1-{a}-{e}-{l:04}",
    "{a}/{e}–{l:04}",
    "+1 ({a}) {e} {l:04}",
)
PHONES = st.builds(
    lambda form, a, e, n: form.format(a=a, e=e, l=n), st.sampled_from(FORMS), AREA, EXCHANGE, LINE
)
LETTERS = st.text("abcxyzäö", min_size=1, max_size=12)
EMAILS = st.builds(
    "{0}{1}@{2}.{3}".format, LETTERS, st.sampled_from(("", ".x", "+311", "_1", "-y")), LETTERS,
    st.sampled_from(("org", "co.uk", "example", "中国")),
)  # fmt: skip
# Anything people write around it, but for what would make one longer number or address of it.
AROUND = st.text(st.characters(exclude_categories=("Cs", "Nd", "No", "Nl"), exclude_characters="@"))
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def digits_of(text: str) -> str:
    return re.sub(r"\D", "", text)


@given(AROUND, PHONES, AROUND)
def test_a_phone_number_is_hidden_wherever_it_stands(before: str, phone: str, after: str) -> None:
    assert digits_of(hide(f"{before} {phone} {after}")) == ""


@given(PHONES, PHONES)
def test_two_numbers_in_a_row_are_both_hidden(first: str, second: str) -> None:
    assert digits_of(hide(f"{first} {second}, {first}; {second}")) == ""


@given(PHONES)
def test_digits_of_another_script_are_digits(phone: str) -> None:
    assert digits_of(hide(phone.translate(EASTERN))) == ""


@given(AROUND, EMAILS, AROUND)
def test_an_address_is_hidden_wherever_it_stands(before: str, email: str, after: str) -> None:
    told = hide(f"{before} {email} {after}")
    assert email not in told
    assert "@" not in told


@given(st.text())
def test_hiding_once_is_enough(words: str) -> None:
    assert hide(hide(words)) == hide(words)


@given(AROUND)
def test_words_without_numbers_and_addresses_stay(words: str) -> None:
    assert hide(words) == words or "at" in words.casefold()


@given(PHONES, PHONES)
def test_only_the_named_numbers_are_hidden_however_they_are_written(one: str, other: str) -> None:
    told = hide_of(f"Call {one}, or {other}.", reached_at=[one])
    assert one not in told
    assert (other in told) is (digits_of(other)[-7:] != digits_of(one)[-7:])


@pytest.mark.parametrize(
    "words",
    [
        "Since 2026-03-02 15:00",
        "seen 3/14/2026 and 14.03.2026",
        "Baltimore 21201-1234",
        "39.29123, -76.61234",
        "10500 100th Ave",
        "1200 E Monument St",
        "between 1200 and 1300",
        "Main St @ Oak Ave",
        "5 lamps, 3 dark, 2 blinking",
    ],
)
def test_what_reaches_nobody_stays(words: str) -> None:
    assert hide(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "jane (at) example (dot) org",
        "jane[at]example.org",
        "mail:jane@example.org.",
        "tel4105550100",
        "555-0100",
        "5550100",
        "+49 30 901820",
        "0044 20 7946 0018",
    ],
)
def test_other_ways_to_write_it_are_known(words: str) -> None:
    told = hide(words)
    assert "hidden]" in told
    assert "jane" not in told
    assert digits_of(told) == ""


def test_a_pole_keeps_its_number_and_a_phone_in_a_place_does_not() -> None:
    assert hide_in_place("Pole 1234567") == "Pole 1234567"
    assert hide_in_place("by 410-555-0100") == "by [phone number hidden]"
    assert hide_in_place("at jane@example.org's") != "at jane@example.org's"


def test_long_hostile_words_take_no_time() -> None:
    for piece in ("1 ", "a.", "(at)", "1-", "a@", "@a.", "+1", "(", "a-1."):
        hide(piece * 20_000)
