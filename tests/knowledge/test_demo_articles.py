"""The demo city's own articles: all of them load, and are found as people ask."""

from datetime import UTC, date, datetime

import pytest

from citycall.core.actors import SYSTEM
from citycall.demo import articles, loading
from citycall.exchange import catalog_file
from citycall.knowledge import queries

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def demo(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's catalog and its articles; the areas that targets name are not needed here."""
    from citycall.catalog import queries as catalog

    monkeypatch.setattr(catalog, "area_ids", lambda names: dict.fromkeys(names, 1))
    text = loading.CATALOG.read_text().split("\nrouting:")[0]
    catalog_file.import_catalog(text, file_name="catalog.yaml", by=SYSTEM, at=NOW)
    articles.load(by=SYSTEM, at=NOW)


ASKED = [
    ("when is trash day", "trash-day"),
    ("my recyling was not picked up", "trash-day"),
    ("get rid of an old couch", "bulk-trash"),
    ("matress", "bulk-trash"),
    ("refridgerator", "appliances"),
    ("why has nobody plowed my street", "snow"),
    ("do i have to shovel the sidewalk", "snow"),
    ("water bill too high", "water-bill"),
    ("payment plan", "water-bill"),
    ("they turned off my water", "water-shut-off"),
    ("pothole damaged my tire", "potholes"),
    ("pot hole", "potholes"),
    ("street lamp flickering", "street-lights"),
    ("the alley is dark, the bulb is out", "street-lights"),
    ("rodents in the alley", "rats"),
    ("neighbors playing loud music", "noise"),
    ("dog barks all night", "noise"),
    ("residential parking permit", "parking-permits"),
    ("my car was towed", "towing"),
    ("impound lot", "towing"),
    ("branch hanging from a tree", "trees"),
    ("dead racoon", "dead-animals"),
    ("landlord will not fix the heat", "housing-complaints"),
    ("what happens with my report", "how-311-works"),
    ("confirmation number", "how-311-works"),
    ("is this an emergency", "when-to-call-911"),
    ("call 911", "when-to-call-911"),
]


def test_the_articles_are_found_as_people_ask(demo: None) -> None:
    answered = {words: [found.code for found in queries.search(words)] for words, _ in ASKED}
    missed = {
        words: answered[words][:3] for words, code in ASKED if code not in answered[words][:1]
    }
    assert missed == {}


@pytest.mark.parametrize("words", ["qwertz uiop", "lorem ipsum dolor", "xyzzy", "pizza recipe"])
def test_nonsense_finds_none_of_them(demo: None, words: str) -> None:
    assert queries.search(words) == []


def test_every_article_says_what_is_needed(demo: None) -> None:
    known = queries.articles()
    assert len(known) >= 15
    assert all(each.summary and each.keywords and each.agency for each in known)
    assert all(each.checked_on < date(2026, 6, 1) for each in known)


def test_no_other_number_than_311_and_911_is_given(demo: None) -> None:
    import re

    for each in queries.articles():
        assert not re.search(r"\d{3}[-. ]\d{4}", each.body + each.summary), each.code
