"""Numbers of measures in words."""

from datetime import date

import pytest
from django.utils import translation

from citycall.citistat.pack.amounts import month_day
from citycall.pages import numbers


@pytest.mark.parametrize(
    ("language", "value", "words"),
    [
        ("en", 1.4, "1.4 days"),
        ("en", 0.96, "1.0 days"),
        ("en", 12.3, "12 days"),
        ("es", 1.4, "1,4 días"),
    ],
)
def test_a_part_of_a_day_takes_the_form_of_parts(language: str, value: float, words: str) -> None:
    with translation.override(language):
        assert numbers.days(value) == words


@pytest.mark.parametrize(
    ("language", "value", "decimals", "words"),
    [("en", 87.96, 1, "88.0"), ("en", 1234.5678, 2, "1,234.57"), ("es", -0.199, 1, "-0,2")],
)
def test_what_is_too_much_is_rounded_and_not_cut(
    language: str, value: float, decimals: int, words: str
) -> None:
    with translation.override(language):
        assert numbers.rounded(value, decimals) == words


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Mar 5"), ("es", "5 de Mar"), ("zh-hans", "03月5日")]
)
def test_a_day_without_its_year_is_in_the_order_of_the_language(language: str, words: str) -> None:
    with translation.override(language):
        assert month_day(date(2026, 3, 5)) == words
