import time
from statistics import median

from .cast import POTHOLE, SORTING, book, local, rule


def test_choosing_among_five_hundred_rules_looks_at_few() -> None:
    """A rule book of 500 costs no more than one of five: rules are indexed, not scanned."""
    at = local("2026-05-04 14:05")

    def cost(count: int) -> float:
        rules = book(
            rule("fallback", SORTING),
            *(
                rule(f"r{number:03d}", service_id=number % 60 + 1, area_id=number // 60 + 1)
                for number in range(count)
            ),
        )
        rounds = []
        for _round in range(15):
            started = time.perf_counter()
            for _time in range(200):
                rules.choose(POTHOLE, (3, 5, 7), at)
            rounds.append(time.perf_counter() - started)
        return median(rounds)

    assert cost(500) < 4 * cost(5)
