"""What was found is kept whole, and read as it was."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings

from citycall.analytics.places.findings import (
    Cluster,
    Findings,
    StormDays,
    Topic,
    Turn,
    keep,
    present,
)

DAY = date(2026, 3, 2)
CLUSTER = Cluster(
    service=3, agency=1, areas=((7, 9), (8, 2)), longitude=-76.6, latitude=39.28, radius_m=550,
    hexagons=("892aa8c1b0fffff",), since=DAY, until=date(2026, 3, 22), going_on=True, observed=11,
    expected=1.25, chance=1e-5, requests=(5, 4),
)  # fmt: skip
FOUND = Findings(
    made_at=datetime(2026, 3, 23, 8, tzinfo=UTC), facts="v000001.duckdb", first=date(2024, 3, 24),
    last=date(2026, 3, 22), services=60, series=200, late=12, late_by_storm=3.5, terms=900,
    words_since=DAY, clusters=(CLUSTER,),
    turns=(Turn("received", "service", 3, 1, DAY, DAY, DAY, 2.0, 1.6, 2.4, 4.0, 8.0, 1e-6),),
    storms=(StormDays(DAY, DAY, (3, 4), 40, 8.5, 6, 4.2, 1e-8),),
    topics=(Topic("spongy moth", "en", 12, 40, 0, 120, 3, 1, 5.5, 1e-7),),
)  # fmt: skip


def test_what_is_kept_is_read_as_it_was() -> None:
    keep(FOUND)
    assert present() == FOUND


def test_what_is_kept_later_takes_its_place() -> None:
    keep(FOUND)
    assert present() is not None
    keep(replace(FOUND, clusters=()))
    now = present()
    assert now is not None
    assert now.clusters == ()


def test_before_the_first_look_there_is_nothing() -> None:
    assert present() is None


def test_what_an_older_program_kept_is_not_read() -> None:
    path = keep(replace(FOUND, format=0))
    assert path == Path(settings.ANALYTICS) / "places.json"
    assert present() is None
