"""Weeks end with the last whole day, and every layer holds the same requests."""

from datetime import date

import numpy as np
import pytest

from citycall.analytics.forecasts.weeks import Days, history

UNTIL = date(2026, 3, 15)


def days(*rows: tuple[int, int, str]) -> Days:
    service, part, day = zip(*rows, strict=True)
    return Days.of(service, part, np.array(day, dtype="datetime64[D]"))


def test_the_last_week_ends_with_the_day_before() -> None:
    past = history(
        {"areas": days((1, 5, "2026-02-20"), (1, 5, "2026-03-07"), (1, 5, "2026-03-08"))},
        until=UNTIL,
        agencies={1: 1},
    )
    assert past.received.tolist() == [[0, 1, 1]]
    assert past.starts() == [date(2026, 2, 22), date(2026, 3, 1), date(2026, 3, 8)]


def test_a_day_that_is_not_over_does_not_count() -> None:
    past = history(
        {"areas": days((1, 5, "2026-03-01"), (1, 5, "2026-03-15"))}, until=UNTIL, agencies={1: 1}
    )
    assert past.received.tolist() == [[1, 0]]


def test_what_lies_in_no_area_is_kept_apart() -> None:
    past = history(
        {"areas": days((1, 0, "2026-03-01"), (1, 5, "2026-03-09"), (2, 9, "2026-03-09"))},
        until=UNTIL,
        agencies={1: 1, 2: 1},
    )
    layer = past.layers["areas"]
    assert layer.ids == (5, 9, 0)
    assert layer.counts[0].tolist() == [[0, 1], [0, 0], [1, 0]]
    assert layer.counts[1].tolist() == [[0, 0], [0, 1], [0, 0]]


def test_services_that_are_not_named_are_left_out() -> None:
    past = history(
        {"areas": days((1, 5, "2026-03-01"), (2, 5, "2026-03-09"))}, until=UNTIL, agencies={1: 1}
    )
    assert past.services == (1,)
    assert past.received.sum() == 1


def test_counts_of_days_are_added_up() -> None:
    counted = Days.of([1, 1], [5, 5], np.array(["2026-03-01", "2026-03-02"], "M8[D]"), [3, 4])
    past = history({"areas": counted}, until=UNTIL, agencies={1: 1})
    assert past.received.tolist() == [[7, 0]]


def test_layers_that_disagree_are_refused() -> None:
    layers = {"a": days((1, 5, "2026-03-01")), "b": days((1, 5, "2026-03-09"))}
    with pytest.raises(ValueError, match="the layer b"):
        history(layers, until=UNTIL, agencies={1: 1})


def test_nothing_known_makes_no_week() -> None:
    nothing = Days.of([], [], np.array([], "M8[D]"))
    assert history({"areas": nothing}, until=UNTIL, agencies={1: 1}).weeks == 0
