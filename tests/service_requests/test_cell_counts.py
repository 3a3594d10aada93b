"""Hexagons of requests: counts that are exact at every moment, folded or not."""

import itertools
import random
import threading
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.core.actors import SYSTEM
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests import cell_counts, cells
from citycall.service_requests import map as request_map
from citycall.service_requests.actions import close, merge
from citycall.service_requests.actions.load import load_past
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.cells import BadBox, Box
from citycall.service_requests.jobs import fold_cell_counts
from citycall.service_requests.models import CellChange, CellCount, Report, ServiceRequest
from citycall.service_requests.selections import Age, BadAge, Selection, by_age, by_months
from tests import city as small_city
from tests.city import NOW, City, draft
from tests.service_requests.mapped import (
    AROUND,
    MIDDLE,
    OPEN,
    WEEK,
    YEAR,
    ZONE,
    ZOOMS,
    fold,
    told,
    total,
)
from tests.service_requests.past import Town, batch

# The hexagons of H3, in Python and in the database.


@settings(deadline=None)
@given(
    longitude=st.floats(-180, 180),
    latitude=st.floats(-85, 85),
    resolution=st.integers(0, cells.RESOLUTION),
)
@pytest.mark.django_db
def test_the_database_finds_the_parents_that_h3_finds(
    longitude: float, latitude: float, resolution: int
) -> None:
    cell = cells.cell_of(longitude, latitude)
    with connection.cursor() as cursor:
        cursor.execute("SELECT citycall_h3_parent(%s::bigint, %s::int)", [cell, resolution])
        assert cursor.fetchone() == (h3.cell_to_parent(cell, resolution),)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), max_size=20))
def test_many_points_have_the_cells_of_each(points: list[tuple[float, float]]) -> None:
    x, y = (np.array([p[axis] for p in points], dtype=float) for axis in (0, 1))
    assert cells.cells_of(x, y).tolist() == [cells.cell_of(*point) for point in points]


@settings(deadline=None)
@given(
    west=st.floats(-170, 170),
    south=st.floats(-80, 80),
    size=st.floats(1e-4, 0.02),
    inside=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_the_cells_of_a_box_hold_every_point_in_it(
    west: float, south: float, size: float, inside: tuple[float, float]
) -> None:
    box = Box(west=west, south=south, east=west + size, north=south + size)
    point = (west + inside[0] * size, south + inside[1] * size)
    assert cells.cell_of(*point) in cells.covering(box, cells.RESOLUTION)


def test_a_box_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(BadBox):
        Box(west=1.0, south=2.0, east=0.0, north=3.0)


# Every way in gives a request its cell.


def test_intake_keeps_the_cell(city: City) -> None:
    request = ServiceRequest.objects.get(pk=told(city).request_id)
    assert request.h3_cell == h3.latlng_to_cell(MIDDLE[1], MIDDLE[0], cells.RESOLUTION)


def test_a_request_without_a_point_has_no_cell_and_is_not_counted(city: City) -> None:
    words = Location(kind=LocationKind.WORDS, place="Somewhere in the north")
    receipt = submit(draft("something-else", location=words), by=city.resident, at=NOW)
    assert ServiceRequest.objects.get(pk=receipt.request_id).h3_cell is None
    assert total(OPEN) == 0


def test_rows_of_an_older_version_get_their_cell_and_are_counted_then(city: City) -> None:
    told(city)
    ServiceRequest.objects.update(h3_cell=None)
    assert total(OPEN) == 0
    fold_cell_counts(0)
    assert total(OPEN) == 1
    assert cell_counts.fill_cells() == 0


def test_loading_history_keeps_the_cell_and_moves_it_with_the_place(city: City) -> None:
    town = Town(
        service=city.services["pothole"].pk,
        agency=city.streets.pk,
        team=city.teams["paving"].pk,
    )
    for longitude, facts in ((MIDDLE[0], "{}"), (MIDDLE[0] + 0.01, '{"moved": 1}')):
        row = {"id": "1", "longitude": longitude, "latitude": MIDDLE[1], "facts": facts}
        load_past([batch(town, [{**row, "requested_at": NOW}])], by=SYSTEM, at=NOW)
        request = ServiceRequest.objects.get(source_id="1")
        assert request.h3_cell == cells.cell_of(longitude, MIDDLE[1])
        (found,) = request_map.hexagons(AROUND, 15.5, WEEK)
        assert found == request_map.Hexagon(cells.cell_of(longitude, MIDDLE[1]), 1)


# Counting.


@pytest.mark.parametrize("zoom", ZOOMS)
def test_counts_are_the_same_before_and_after_folding(city: City, zoom: float) -> None:
    for n in range(4):
        told(city, point=(MIDDLE[0] + n * 0.002, MIDDLE[1]))
    before = request_map.hexagons(AROUND, zoom, OPEN)
    assert sum(hexagon.count for hexagon in before) == 4
    assert fold() == 4
    assert CellChange.objects.count() == 0
    assert request_map.hexagons(AROUND, zoom, OPEN) == before


def test_what_is_closed_is_no_longer_open_but_was_received(city: City) -> None:
    receipt = told(city)
    fold()
    close.cancel(receipt.request_id, reason="Not there.", by=city.dispatcher, at=NOW)
    assert (total(OPEN), total(WEEK), total(YEAR)) == (0, 1, 1)
    fold()
    assert (total(OPEN), total(WEEK), total(YEAR)) == (0, 1, 1)


def test_a_repetition_counts_with_the_request_that_it_repeats(city: City) -> None:
    first, second = told(city), told(city)
    fold()
    merge.merge(second.request_id, parent_id=first.request_id, by=city.dispatcher, at=NOW)
    assert (total(OPEN), total(YEAR)) == (1, 1)


@pytest.mark.parametrize(
    ("days", "week", "month", "year"),
    [(0, 1, 1, 1), (7, 1, 1, 1), (8, 0, 1, 1), (30, 0, 1, 1), (31, 0, 0, 1), (367, 0, 0, 0)],
)
def test_ages_are_counted_from_the_citys_midnight(
    city: City, days: int, week: int, month: int, year: int
) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=ZONE)
    told(city, at=datetime.combine(midnight - timedelta(days=days), midnight.time(), ZONE))
    for _time in range(2):
        found = [total(by_age(age, at=NOW, zone=ZONE)) for age in (Age.WEEK, Age.MONTH, Age.YEAR)]
        assert found == [week, month, year]
        fold()


def test_months_are_the_citys_own(city: City) -> None:
    told(city, at=datetime(2026, 1, 31, 23, 59, tzinfo=ZONE))
    told(city, at=datetime(2026, 2, 1, 0, 0, tzinfo=ZONE))
    fold()
    told(city, at=datetime(2026, 2, 28, 23, 59, tzinfo=ZONE))
    january = by_months(date(2026, 1, 5), date(2026, 1, 5), zone=ZONE)
    both = by_months(date(2026, 1, 1), date(2026, 2, 1), zone=ZONE)
    assert (total(january), total(both)) == (1, 3)


def test_a_range_of_months_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(BadAge):
        by_months(date(2026, 3, 1), date(2026, 2, 1), zone=ZONE)


def test_days_past_keeping_are_forgotten_and_their_months_kept(city: City) -> None:
    told(city)
    fold()
    assert CellCount.objects.filter(period__gt=cell_counts.DAYS_FROM).exists()
    cell_counts.fold(at=NOW + timedelta(days=60), zone=ZONE)
    assert not CellCount.objects.filter(period__gt=cell_counts.DAYS_FROM).exists()
    assert total(YEAR) == 1


def test_services_can_be_chosen(city: City) -> None:
    told(city)
    told(city, service="something-else")
    only = OPEN.of([city.services["pothole"].pk])
    assert (total(OPEN), total(only)) == (2, 1)
    fold()
    assert (total(OPEN), total(only)) == (2, 1)


def test_building_anew_gives_the_same_counts(city: City) -> None:
    for n in range(5):
        told(city, at=NOW - timedelta(days=10 * n))
    fold()
    before = sorted(CellCount.objects.exclude(count=0).values_list())
    CellCount.objects.all().delete()
    told(city, service="something-else")
    call_command("rebuild_cell_counts", verbosity=0)
    assert total(OPEN) == 6
    other = ServiceRequest.objects.filter(service=city.services["something-else"])
    Report.objects.filter(service_request__in=other).delete()
    other.delete()
    assert total(OPEN) == 5
    cell_counts.rebuild(at=NOW, zone=ZONE)
    assert sorted(CellCount.objects.exclude(count=0).values_list()) == before


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_counts_are_those_of_the_rows(city: City, seed: int) -> None:
    chance = random.Random(seed)
    ids = [told(city, at=NOW - timedelta(days=chance.randrange(400))).request_id for _n in range(8)]
    statuses = ("new", "in_progress", "on_hold", "completed", "closed", "cancelled")

    def change() -> dict[str, Any]:
        point = (MIDDLE[0] + chance.uniform(-0.02, 0.02), MIDDLE[1] + chance.uniform(-0.02, 0.02))
        return chance.choice(
            [
                {"status": chance.choice(statuses)},
                {"service_id": chance.choice(list(city.services.values())).pk},
                {
                    "longitude": point[0],
                    "latitude": point[1],
                    "h3_cell": cells.cell_of(*point),
                },
                {"longitude": None, "latitude": None, "h3_cell": None},
                {"requested_at": NOW - timedelta(days=chance.randrange(400))},
            ]
        )

    for _step in range(60):
        chosen = chance.choice(ids)
        ServiceRequest.objects.filter(pk=chosen).update(**change())
        if chance.random() < 0.2:
            fold()
    resolutions = set()
    for zoom, box in itertools.product(ZOOMS, (AROUND, Box.around(*MIDDLE, metres=4_000))):
        resolutions.add(request_map.resolution_for(box, zoom))
        for selection in (OPEN, WEEK, YEAR):
            assert request_map.hexagons(box, zoom, selection) == by_hand(box, zoom, selection)
    assert resolutions == {*cells.COUNTED, cells.RESOLUTION}


def by_hand(box: Box, zoom: float, selection: Selection) -> list[request_map.Hexagon]:
    """The hexagons, counted in Python from the rows."""
    resolution = request_map.resolution_for(box, zoom)
    counted: Counter[int] = Counter()
    rows = ServiceRequest.objects.filter(h3_cell__isnull=False).exclude(status="merged")
    for row in rows.select_related("service"):
        is_open = row.status in {"new", "assigned", "in_progress", "on_hold"}
        fits = is_open if selection.open_only else row.requested_at >= (selection.since or NOW)
        if fits and row.service.code != "graffiti":
            counted[h3.cell_to_parent(row.h3_cell, resolution)] += 1
    covering = set(cells.covering(box, resolution))
    found = [request_map.Hexagon(c, n) for c, n in counted.items() if c in covering]
    return sorted(found, key=lambda hexagon: (-hexagon.count, hexagon.cell))


@pytest.mark.django_db(transaction=True)
def test_a_request_that_commits_late_is_not_lost() -> None:
    city = small_city.build()
    written, folded = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            told(city)
            written.set()
            folded.wait(10)
        connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    assert written.wait(10)
    told(city)
    assert fold() == 1
    folded.set()
    thread.join()
    assert total(OPEN) == 2
    assert fold() == 1
    assert total(OPEN) == 2


@pytest.mark.django_db(transaction=True)
def test_only_one_process_folds_at_a_time() -> None:
    told(small_city.build())
    counts: list[int] = []

    def other() -> None:
        counts.append(fold())
        connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(311311312)")
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert counts == [0]
    assert fold() == 1
