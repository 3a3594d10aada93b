"""Cells that a spreadsheet must not work out."""

import pytest

from citycall.core.spreadsheets import harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@name", "\tname", "\rname"])
def test_what_begins_like_a_formula_stays_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Pothole", "A = B"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
