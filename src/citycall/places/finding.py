"""Finding named places by what people type: the small beginning of the gazetteer.

The database narrows a hundred thousand places to some hundred by its trigram index; which of
them is meant is then decided here, word by word.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from citycall.places.words import fold, likeness

SHORTEST_WORDS = 2
MOST_FOUND = 100
# Trigrams that a place must share with the words when it does not have them all: tried from
# strict to generous, so that a misspelling costs more than a name that is spelled right.
STEPS = (0.6, 0.45, 0.3)
# Below this, less than half of the words are anything like the place's.
LEAST_LIKENESS = 0.55

# From here on a place is so clearly meant that more generous steps are not tried.
CLEAR = 1.2
MOST_WORDS = 12

_COLUMNS = "id, code, kind, name, parent, aliases::text, longitude, latitude"
# Places that begin with the words come before those that have them somewhere, since the latter
# may be more than are looked at.
_BY_WORDS = """
(SELECT {columns} FROM places_place WHERE search LIKE %s ORDER BY length(search) LIMIT 100)
UNION
(SELECT {columns} FROM places_place WHERE {each_word} LIMIT 300)
"""
_BY_LIKENESS = f"""
SELECT {_COLUMNS}
  FROM (SELECT * FROM places_place WHERE search %%> %(words)s LIMIT 1000) AS near
 ORDER BY word_similarity(%(words)s, search) + similarity(%(words)s, search) DESC, id
 LIMIT 200
"""  # noqa: S608  (constants only)
# Without the index the database would compare each place in turn.
_SET_STEP = """
SELECT set_config('pg_trgm.word_similarity_threshold', %s, true),
       set_config('enable_seqscan', 'off', true)
"""
_RESTORE = """
SET LOCAL pg_trgm.word_similarity_threshold TO DEFAULT;
SET LOCAL enable_seqscan TO DEFAULT
"""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A named place that answers some words. ``likeness`` runs from 0 to 2 (the very name)."""

    id: int
    code: str
    kind: str
    name: str
    parent: str
    longitude: float
    latitude: float
    likeness: float

    @property
    def label(self) -> str:
        """The place's own name with what it lies in: ``Hooper's Field, Herring Run Park``."""
        return f"{self.name}, {self.parent}" if self.parent else self.name


def find_places(words: str, *, limit: int = 10) -> list[FoundPlace]:
    """Named places that answer some words, best first; at most ``limit``, and never over 100.

    Case, accents, punctuation, apostrophes and a few wrong letters do not matter; a place's
    parent and other names count, and a word may be only begun. Less than two letters find
    nothing.
    """
    folded = fold(words)
    if len(folded) < SHORTEST_WORDS or limit < 1:
        return []
    asked = folded.split()[:MOST_WORDS]
    found = _ranked(_with_the_words(asked), asked) or _like(asked)
    return found[: min(limit, MOST_FOUND)]


def search_text(names: Iterable[str]) -> str:
    """What ``Place.search`` holds: the folded names, each word with a space on either side."""
    return f" {' '.join(filter(None, map(fold, names)))} "


def _with_the_words(asked: Sequence[str]) -> list[tuple[Any, ...]]:
    # One condition for each word, since the index does not serve LIKE ALL. Folded words have no
    # wildcard of LIKE in them.
    each_word = " AND ".join(["search LIKE %s"] * len(asked))
    values = [f" {' '.join(asked)}%", *(f"% {word}%" for word in asked)]
    with connection.cursor() as cursor:
        cursor.execute(_BY_WORDS.format(columns=_COLUMNS, each_word=each_word), values)
        return list(cursor.fetchall())


def _like(asked: Sequence[str]) -> list[FoundPlace]:
    found: list[FoundPlace] = []
    with transaction.atomic(), connection.cursor() as cursor:
        for step in STEPS:
            cursor.execute(_SET_STEP, [str(step)])
            cursor.execute(_BY_LIKENESS, {"words": " ".join(asked)})
            found = _ranked(cursor.fetchall(), asked)
            if found and found[0].likeness >= CLEAR:
                break
        # The caller's transaction may go on after this.
        cursor.execute(_RESTORE)
    return found


def _ranked(rows: Iterable[tuple[Any, ...]], asked: Sequence[str]) -> list[FoundPlace]:
    found = [
        FoundPlace(
            pk, code, kind, name, parent, x, y, likeness(asked, _names(name, parent, aliases))
        )
        for pk, code, kind, name, parent, aliases, x, y in rows
    ]
    good = [place for place in found if place.likeness >= LEAST_LIKENESS]
    return sorted(good, key=lambda place: (-place.likeness, len(place.label), place.label))


def _names(name: str, parent: str, aliases: str) -> Iterator[list[str]]:
    """The folded words of each way to call a place; ``aliases`` is a list in JSON."""
    within = fold(parent).split()
    for one in (name, *json.loads(aliases)):
        words = fold(one).split()
        yield words
        yield words + within
