"""The search on Baltimore: the city's own rows, and phrases written before the search was run.

What was asked of it is in the numbers below; the classes of misses are in the failures' messages.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from pyarrow import parquet
from ruamel.yaml import YAML

from citycall.core.actors import SYSTEM
from citycall.places import queries
from citycall.places.actions.building import build_gazetteer
from citycall.places.candidates import Answer, Verdict
from citycall.places.coordinates import distance_m
from citycall.places.models import LocationKind
from citycall.places.search import answering
from tests.places.phrases.expected import Layers

pytestmark = [pytest.mark.real_data, pytest.mark.slow, pytest.mark.django_db]

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MANIFEST = Path(queries.__file__).parent / "layouts" / "baltimore.yaml"
PHRASES = Path(__file__).parent / "phrases" / "baltimore.yaml"
KINDS = {
    "address": LocationKind.ADDRESS,
    "corner": LocationKind.INTERSECTION,
    "block": LocationKind.SEGMENT,
}


@pytest.fixture(scope="module")
def data() -> Path:
    """Where Baltimore's files are; the tests are skipped without them, but never in CI."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("CITYCALL_DATA", beside)) / "baltimore"
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the 311 data; there is none at {folder}")
        pytest.skip(f"there is no 311 data at {folder}; set CITYCALL_DATA")
    return folder


class City:
    """Baltimore's gazetteer and areas, in memory."""

    def __init__(self) -> None:
        self.gazetteer = queries.GAZETTEER.get()
        self.areas = queries.areas()

    def find(self, words: str) -> Answer:
        return answering.answer(
            words,
            self.gazetteer,
            self.areas,
            city="Baltimore",
            near=None,
            limit=6,
            typing=False,
        )


@pytest.fixture(scope="module")
def city(data: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[City]:
    """The city as an administrator builds it; the tables are left as they were."""
    with django_db_blocker.unblock(), transaction.atomic():
        build_gazetteer(manifest=MANIFEST, data=data / "geo", by=SYSTEM, at=AT)
        yield City()
        transaction.set_rollback(True)
    queries.GAZETTEER.discard()
    queries.AREAS.discard()


def located(data: Path) -> Iterator[tuple[str, tuple[float, float]]]:
    """The rows' addresses with the points that the city gave them."""
    for row in parquet.read_table(data / "baltimore_311_2019-10.parquet").to_pylist():
        if row["Address"] and row["Latitude"] and float(row["Latitude"]):
            yield row["Address"], (float(row["Longitude"]), float(row["Latitude"]))


def sort_of(address: str) -> str:
    body = address.split(",", maxsplit=1)[0]
    if "&" in body:
        return "corner"
    if " BLK " in body:
        return "block"
    return "address" if re.match(r"\d", body) else "name"


@pytest.mark.parametrize(
    ("sort", "least", "median", "p90"),
    [("address", 0.97, 20.0, 50.0), ("corner", 0.95, 5.0, 15.05), ("block", 0.95, 10.0, 60.0)],
)
def test_the_citys_own_rows_are_found_where_the_city_put_them(
    city: City, data: Path, sort: str, least: float, median: float, p90: float
) -> None:
    metres, missed = [], []
    for address, point in located(data):
        if sort_of(address) != sort:
            continue
        found = city.find(address).candidates[:1]
        if found and found[0].kind is KINDS[sort]:
            metres.append(distance_m((found[0].longitude, found[0].latitude), point))
        else:
            missed.append(address)
    assert len(metres) / (len(metres) + len(missed)) >= least, missed
    assert np.median(metres) <= median
    assert np.percentile(metres, 90) <= p90


@pytest.fixture(scope="module")
def phrases() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = YAML(typ="safe").load(PHRASES)
    return found


def test_phrases_lead_to_their_place(
    city: City, data: Path, phrases: dict[str, list[dict[str, Any]]]
) -> None:
    layers = Layers(data / "geo")
    first, three, wrong = 0, 0, []
    for phrase in phrases["phrases"]:
        expected = layers.expected(phrase["expect"])
        answer = city.find(phrase["say"])
        right = [expected.is_right(each.longitude, each.latitude) for each in answer.candidates]
        first += right[:1] == [True]
        three += any(right[:3])
        if right[:1] != [True]:
            wrong.append((phrase["class"], phrase["say"], [c.label for c in answer.candidates]))
    total = len(phrases["phrases"])
    assert total >= 200
    assert first / total >= 0.90, wrong
    assert three / total >= 0.97, wrong


def test_phrases_that_fit_two_places_are_asked_about(
    city: City, phrases: dict[str, list[dict[str, Any]]]
) -> None:
    taken = [
        each["say"]
        for each in phrases["ambiguous"]
        if city.find(each["say"]).verdict is not Verdict.ASK
    ]
    assert len(taken) / len(phrases["ambiguous"]) <= 0.05, taken


def test_nonsense_is_never_a_confident_place(
    city: City, phrases: dict[str, list[dict[str, Any]]]
) -> None:
    said = [each["say"] for each in phrases["nonsense"]]
    confident = [words for words in said if city.find(words).verdict is Verdict.CLEAR]
    assert len(confident) / len(said) <= 0.02, confident


def test_no_wrong_place_is_taken_without_asking(
    city: City, data: Path, phrases: dict[str, list[dict[str, Any]]]
) -> None:
    layers = Layers(data / "geo")
    by_class: defaultdict[str, list[str]] = defaultdict(list)
    for phrase in phrases["phrases"]:
        answer = city.find(phrase["say"])
        if answer.verdict is not Verdict.CLEAR:
            continue
        found = answer.candidates[0]
        if not layers.expected(phrase["expect"]).is_right(found.longitude, found.latitude):
            by_class[phrase["class"]].append(phrase["say"])
    wrong = sum(map(len, by_class.values()))
    assert wrong / len(phrases["phrases"]) <= 0.02, dict(by_class)
