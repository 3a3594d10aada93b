"""Boston's due dates of 2011, recomputed by our own rules from a catalog fitted to a part."""

from typing import Any

import pytest

from bench.due_dates.comparing import measure
from tests import real_data

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return measure(real_data.found("boston/311_2011.parquet"))


def test_nearly_all_fall_on_the_date_that_the_city_promised(found: dict[str, Any]) -> None:
    assert found["with_target"] == 47_270
    assert found["equal_dates"] >= 0.96


def test_so_do_those_of_months_that_the_catalog_was_not_fitted_to(found: dict[str, Any]) -> None:
    assert found["equal_dates_later"] >= 0.955


def test_the_fitted_calendar_is_boston_s_own_clock(found: dict[str, Any]) -> None:
    calendar = found["calendar"]
    assert calendar["hours"]["monday"] == ["08:30-17:00"]
    assert calendar["from_opening"] is True
    assert calendar["holidays"]["country"] == ""


def test_every_other_date_has_its_reason(found: dict[str, Any]) -> None:
    other = round((1 - found["equal_dates"]) * found["with_target"])
    assert sum(found["reasons"].values()) == other
