"""The phrases' expected places exist in the layers, and what is said to be nonsense is."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from shapely import Point

from tests import real_data
from tests.places.phrases.expected import NAME_FIELDS, Expected, Layers, to_metres

PHRASES = YAML(typ="safe").load(Path(__file__).parent / "phrases" / "baltimore.yaml")
NAMED = (
    "parks",
    "neighborhoods",
    "explore_baltimore",
    "public_art",
    "rec_centers",
    "schools_21stc",
)
LETTERS_APART = 2
NEVER_MEET_M = 60.0
APART_M = 100.0


@pytest.fixture(scope="module")
def layers() -> Layers:
    """Baltimore's layers; the tests are skipped without them, but never in CI."""
    return Layers(real_data.found("baltimore/geo"))


def test_the_set_is_large_and_says_nothing_twice() -> None:
    classes = Counter(phrase["class"] for phrase in PHRASES["phrases"])
    assert classes.total() >= 240
    assert min(classes.values()) >= 15
    assert len(PHRASES["ambiguous"]) >= 40
    assert len(PHRASES["nonsense"]) >= 60
    said = Counter(phrase["say"].casefold() for part in PHRASES.values() for phrase in part)
    assert [words for words, times in said.items() if times > 1] == []


def test_right_is_inside_or_within_50_metres() -> None:
    place = Expected(Point(-76.6, 39.3).buffer(0.001))
    assert place.is_right(-76.6, 39.3)
    assert place.is_right(-76.6, 39.3014)
    assert not place.is_right(-76.6, 39.3016)


@pytest.mark.real_data
@pytest.mark.parametrize("phrase", PHRASES["phrases"], ids=lambda phrase: phrase["say"])
def test_an_expected_place_is_in_the_city(layers: Layers, phrase: Mapping[str, Any]) -> None:
    expected = layers.expected(phrase["expect"])
    city = to_metres(layers.feature("baltimore_city", {"name": "Baltimore city"}))
    assert not expected.geometry.is_empty
    assert city.distance(to_metres(expected.geometry)) <= 50
    inside = expected.geometry.representative_point()
    assert expected.is_right(inside.x, inside.y)


@pytest.mark.real_data
@pytest.mark.parametrize("phrase", PHRASES["ambiguous"], ids=lambda phrase: phrase["say"])
def test_an_ambiguous_phrase_fits_places_apart(layers: Layers, phrase: Mapping[str, Any]) -> None:
    first, *others = (to_metres(layers.geometry(reference)) for reference in phrase["either"])
    assert others
    assert all(first.distance(other) > APART_M for other in others)


@pytest.mark.real_data
@pytest.mark.parametrize(
    "phrase",
    [phrase for phrase in PHRASES["nonsense"] if phrase.keys() - {"say", "class"}],
    ids=lambda phrase: phrase["say"],
)
def test_nonsense_names_nothing(
    layers: Layers, words: frozenset[str], phrase: Mapping[str, Any]
) -> None:
    match phrase:
        case {"no_street": str(street)}:
            assert [word for word in words if letters_between(street, word) <= LETTERS_APART] == []
        case {"no_number": [str(base), int(number)]}:
            ranges = [r for segment in layers.all_named(base) for r in segment.ranges]
            assert ranges
            assert not any(min(r) <= number <= max(r) for r in ranges)
        case {"never_meet": [str(one), str(other)]}:
            assert layers.metres_between(one, other) > NEVER_MEET_M
        case _:
            pytest.fail(f"unknown reason: {phrase}")


@pytest.fixture(scope="module")
def words(layers: Layers) -> frozenset[str]:
    """Every street name and every word of a name in the layers, in capitals."""
    names = [*layers.streets, *layers.by_base]
    for layer in NAMED:
        field = NAME_FIELDS.get(layer, "name")
        names += [feature.properties[field] or "" for feature in layers.layer(layer)]
    parts = (part for name in names for part in [name, *re.split(r"[\W\d_]+", name)])
    return frozenset(part.upper() for part in parts if part)


def letters_between(one: str, other: str) -> int:
    """Edit distance with swaps of neighbours; a difference in length alone may be answered."""
    if abs(len(one) - len(other)) > LETTERS_APART:
        return abs(len(one) - len(other))
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, above, row = row, before, [i]
        for j, wanted in enumerate(other, start=1):
            best = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, above[j - 2] + 1)
            row.append(best)
    return row[-1]
