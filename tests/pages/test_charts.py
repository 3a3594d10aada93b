"""Charts speak the reader's language, and lie the same way in every one."""

import re
from datetime import date

import pytest
from django.utils import translation

from citycall.analytics.measures.measure import Unit
from citycall.pages import chart_words, charts

MONTHS = [date(2025, month, 1) for month in range(1, 13)]


def axis(language: str, days: list[date] = MONTHS) -> list[str]:
    with translation.override(language):
        svg = charts.line(days, [1000.0 * n for n in range(len(days))], unit=Unit.COUNT)
    assert 'direction="ltr"' in svg
    return re.findall(r"<text[^>]*>([^<]+)</text>", svg)


@pytest.mark.parametrize(
    ("language", "month", "number"),
    [
        ("en", "Apr", "2,000"),
        ("es", "Abr", "2\xa0000"),
        ("zh-hans", "四月", "2000"),
        ("ar", "إبريل", "2.000"),
    ],
)
def test_months_and_numbers_are_the_reader_s(language: str, month: str, number: str) -> None:
    told = axis(language)
    assert month in told
    assert number in told


@pytest.mark.parametrize(
    ("language", "day"), [("en", "%b %-d"), ("es", "%-d de %b"), ("ar", "%-d %b")]
)
def test_days_are_written_in_the_language_s_order(language: str, day: str) -> None:
    with translation.override(language):
        assert chart_words.of_axis()["date"] == day
