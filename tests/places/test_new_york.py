"""New York's corners, houses, parks and landmarks, as another city that spells its own way.

The names and points come from the rows themselves; what is asked is spelled as people do.
"""

import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from citycall.places.candidates import Answer, Verdict
from citycall.places.coordinates import distance_m
from citycall.places.index import AreaIndex
from citycall.places.search import answering
from citycall.places.search.picture import Gazetteer, NamedPlace
from citycall.places.street_names import ordinal, standard

pytestmark = pytest.mark.real_data

Row = dict[str, Any]
Point = tuple[float, float]
SHORT = {"STREET": "St", "AVENUE": "ave", "BOULEVARD": "Blvd.", "EAST": "E", "WEST": "W"}
NO_STREET = ("JOHN F KENNEDY AIRPORT", "LINCOLN CENTER", "BROOKLYN BRIDGE", "THE BATTERY")
AT_ONE_CORNER_M = 40.0


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The rows that have a point; the tests are skipped without them, but never in CI."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    file = Path(os.environ.get("CITYCALL_DATA", beside)) / "nyc" / "nyc_311_full_columns.parquet"
    if not file.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the 311 data; there is none at {file}")
        pytest.skip(f"there is no 311 data at {file}; set CITYCALL_DATA")
    return [row for row in parquet.read_table(file).to_pylist() if row["Latitude"]]


def point_of(row: Row) -> Point:
    return float(row["Longitude"]), float(row["Latitude"])


def corners_in(rows: list[Row]) -> dict[tuple[str, str], list[Point]]:
    """The points of each pair of streets, one for each place in the city where they meet."""
    found: defaultdict[tuple[str, str], list[Point]] = defaultdict(list)
    for row in rows:
        one, other = row["Intersection Street 1"], row["Intersection Street 2"]
        if row["Address Type"] != "INTERSECTION" or not one or not other:
            continue
        known = found[min(one, other), max(one, other)]
        if all(distance_m(point_of(row), point) > AT_ONE_CORNER_M for point in known):
            known.append(point_of(row))
    return found


def houses_in(rows: list[Row]) -> dict[tuple[str, str], list[Point]]:
    """The points of each number and street: several boroughs may have it."""
    found: defaultdict[tuple[str, str], list[Point]] = defaultdict(list)
    for row in rows:
        number, _space, street = (row["Incident Address"] or "").partition(" ")
        if row["Address Type"] == "ADDRESS" and number.replace("-", "").isdigit():
            known = found[number, street]
            if all(distance_m(point_of(row), point) > AT_ONE_CORNER_M for point in known):
                known.append(point_of(row))
    return found


def named_in(rows: list[Row]) -> dict[str, Point]:
    """Parks, playgrounds and landmarks by name."""
    parks = {
        row["Park Facility Name"]: point_of(row)
        for row in rows
        if row["Park Facility Name"] and row["Park Facility Name"] != "Unspecified"
    }
    return parks | {row["Landmark"]: point_of(row) for row in rows if row["Landmark"] in NO_STREET}


@pytest.fixture(scope="module")
def gazetteer(rows: list[Row]) -> Gazetteer:
    return Gazetteer(
        houses=[
            (standard(street), int(number.replace("-", "")), *points[0])
            for (number, street), points in houses_in(rows).items()
        ],
        corners=[
            (f"{one}/{other}/{n}", [standard(one), standard(other)], *point)
            for (one, other), points in corners_in(rows).items()
            for n, point in enumerate(points)
        ],
        places=[
            (NamedPlace(name, "park", name, "", "", *point, 0.0), [])
            for name, point in named_in(rows).items()
        ],
    )


def find(words: str, gazetteer: Gazetteer) -> Answer:
    return answering.answer(
        words, gazetteer, AreaIndex(), city="New York", near=None, limit=6, typing=False
    )


def spelled(street: str) -> str:
    """``EAST   42 STREET`` as people write it: ``E 42nd St``."""
    words = [SHORT.get(word, word) for word in street.split()]
    return " ".join(ordinal(int(word)) if word.isdigit() else word.title() for word in words)


def test_corners_are_found_in_any_order_and_spelling(rows: list[Row], gazetteer: Gazetteer) -> None:
    apart, asked = [], 0
    for (one, other), points in corners_in(rows).items():
        answer = find(f"{spelled(other)} and {spelled(one)}", gazetteer)
        if len(points) > 1:
            asked += answer.verdict is Verdict.ASK
            continue
        found = [(each.longitude, each.latitude) for each in answer.candidates[:1]]
        apart += [distance_m(point, points[0]) for point in found] or [float("inf")]
    twice = sum(len(points) > 1 for points in corners_in(rows).values())
    assert len(apart) > 500
    assert np.mean(np.array(apart) <= 15.0) >= 0.95
    assert asked >= 0.9 * twice


def test_house_numbers_with_a_dash_are_found(rows: list[Row], gazetteer: Gazetteer) -> None:
    dashed = {
        key: points for key, points in houses_in(rows).items() if "-" in key[0] and len(points) == 1
    }
    right = [
        any(
            distance_m((each.longitude, each.latitude), points[0]) <= 50.0
            for each in find(f"{number} {spelled(street)}", gazetteer).candidates[:1]
        )
        for (number, street), points in dashed.items()
    ]
    assert len(right) > 500
    assert np.mean(right) >= 0.97


def test_parks_and_landmarks_are_found_by_name(rows: list[Row], gazetteer: Gazetteer) -> None:
    for name, point in named_in(rows).items():
        found = find(name.lower().replace(" - ", " "), gazetteer).candidates[0]
        assert distance_m((found.longitude, found.latitude), point) <= 50.0, name
