"""The search of articles: by their words in any form, misspelt ones, and beginnings of words.

Words are compared by PostgreSQL's full text in the article's language, so "collected" finds
"collection". A word that no article has is looked for among the words of titles and keywords:
what shares letters with it (trigrams) and differs by a slip or two of the pen, or begins with
it, is asked for in its place, and counts for less.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from rapidfuzz.distance import OSA

from citycall.knowledge import markdown, shown
from citycall.knowledge.models import Article
from citycall.places.words import spaced

MOST_FOUND = 50
MOST_WORDS = 16
LONGEST_QUESTION = 400
LONGEST_WORD = 40
LONGEST_EXCERPT = 240
# What is typed wrong counts for this much of what is typed right.
TRUST_IN_CORRECTED = 0.6
# What one word weighs in a title or keyword, as ts_rank counts: a single such hit is enough.
ENOUGH = 0.3

_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?:؟])\s+|(?<=[。！？])|\n+")
_CONFIGURATIONS = {
    "ar": "arabic",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "pt": "portuguese",
}
# Without spaces there are no words to weigh; ``searchable`` has the pairs of signs.
_UNSPACED = frozenset({"zh", "ja"})
_WEIGHED = """setweight(to_tsvector('{language}', title), 'A')
            || setweight(to_tsvector('{language}', array_to_string(keywords, ' ')), 'B')
            || setweight(to_tsvector('{language}', summary), 'C')
            || to_tsvector('{language}', body)"""
_AS_KEPT = "to_tsvector('{language}', searchable)"

# The configuration is written into the statements, since an index is only used with a constant.
_KNOWN = """
SELECT asked.number, plainto_tsquery('{language}', asked.word)::text,
    EXISTS (
        SELECT FROM knowledge_article
        WHERE {shown} AND language = %s
            AND to_tsvector('{language}', searchable) @@ plainto_tsquery('{language}', asked.word)
    )
FROM unnest(%s::text[]) WITH ORDINALITY AS asked (word, number)
WHERE numnode(plainto_tsquery('{language}', asked.word)) > 0
"""
_VOCABULARY = """
SELECT DISTINCT asked.word, known.word
FROM unnest(%s::text[]) AS asked (word)
JOIN (
    SELECT DISTINCT word
    FROM knowledge_article,
        regexp_split_to_table(
            lower(title || ' ' || array_to_string(keywords, ' ')), '[^[:alnum:]]+'
        ) AS word
    WHERE {shown} AND language = %s AND length(word) > 2
) AS known ON similarity(asked.word, known.word) >= 0.2 OR starts_with(known.word, asked.word)
"""
_RANKED = """
WITH asked AS (
    SELECT number, trust, plainto_tsquery('{language}', word) AS query
    FROM unnest(%s::int[], %s::text[], %s::float8[]) AS asked (number, word, trust)
), article AS MATERIALIZED (
    SELECT id, code, title, {weighed} AS words
    FROM knowledge_article
    WHERE {shown} AND language = %s AND to_tsvector('{language}', searchable) @@ %s::tsquery
), hit AS (
    SELECT article.id, number, max(trust * ts_rank('{{0.1, 0.3, 0.8, 1}}', words, query)) AS rank
    FROM article JOIN asked ON words @@ query
    GROUP BY article.id, number
), rarity AS (
    SELECT number, ln(1 + (SELECT count(*) FROM article)::float8 / count(*)) AS weight
    FROM hit GROUP BY number
)
SELECT article.id
FROM article JOIN hit USING (id) JOIN rarity USING (number)
GROUP BY article.id, article.title, article.code
HAVING 2 * count(*) >= %s OR max(rank) >= %s
ORDER BY sum(rank * weight) * count(*) DESC, article.title, article.code
LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article that a search found; ``excerpt`` is the plain sentence that answers best.

    It is not ``sure`` where no word of the question is known in the language as it was typed.
    """

    code: str
    title: str
    summary: str
    excerpt: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class _Term:
    """A word to look for: the which of those asked, in PostgreSQL's form, and how surely meant."""

    number: int
    word: str
    query: str
    trust: float


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who searches: in which language, on which day, and whether scripts are for them too."""

    language: str
    day: date
    for_staff: bool

    @property
    def shown(self) -> str:
        return shown.SQL if self.for_staff else shown.SQL_PUBLIC

    @property
    def values(self) -> list[Any]:
        """What ``{shown} AND language = %s`` takes."""
        return [self.day, self.day, self.language]


def search(
    words: str, *, language: str = "en", limit: int = 10, for_staff: bool = False
) -> list[FoundArticle]:
    """The shown articles that best answer ``words``, the best first, at most fifty.

    An article is found by a word in its title or keywords, or by at least half of what was
    asked. Words that say nothing alone ("when", "my") are not counted. Nothing is found where no
    word is known.
    """
    asked = _words_of(words)
    reader = _Reader(language, shown.today(), for_staff)
    telling, terms = _terms(asked, reader) if asked else (0, [])
    if not terms:
        return []
    most = max(0, min(limit, MOST_FOUND))
    ids = _ranked(terms, reader, telling=telling, limit=most)
    rows = _rows(ids)
    return [_found(rows[pk], terms) for pk in ids if pk in rows]


def _words_of(text: str) -> list[str]:
    """The distinct words of a question, in lower case, the first sixteen."""
    asked = spaced(text[:LONGEST_QUESTION])
    found = (word.lower()[:LONGEST_WORD] for word in _WORD.findall(asked))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def searchable(*texts: str) -> str:
    """What the search looks through, of an article's texts."""
    return spaced("\n".join(texts))


def _configuration(language: str) -> str:
    return _CONFIGURATIONS.get(language.partition("-")[0], "simple")


def _select(statement: str, values: Sequence[Any], reader: _Reader) -> list[tuple[Any, ...]]:
    configuration = _configuration(reader.language)
    weighed = _AS_KEPT if reader.language.partition("-")[0] in _UNSPACED else _WEIGHED
    parts = {
        "language": configuration,
        "weighed": weighed.format(language=configuration),
        "shown": reader.shown,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**parts), values)
        return list(cursor.fetchall())


def _terms(asked: Sequence[str], reader: _Reader) -> tuple[int, list[_Term]]:
    """How many words say something, and what to look for.

    For a word that no article has, those that were perhaps meant stand in its place.
    """
    rows = _select(_KNOWN, [*reader.values, list(asked)], reader)
    terms = [_Term(number, asked[number - 1], query, 1.0) for number, query, known in rows if known]
    unknown = {asked[number - 1]: number for number, _query, known in rows if not known}
    return len(rows), terms + _meant(unknown, reader)


def _meant(unknown: dict[str, int], reader: _Reader) -> list[_Term]:
    asked = [word for word in unknown if len(word) > 2]
    if not asked:
        return []
    pairs = _select(_VOCABULARY, [asked, *reader.values], reader)
    meant = [(unknown[word], known) for word, known in pairs if _is_slip(word, known)]
    if not meant:
        return []
    words = [known for _number, known in meant]
    queries = dict(_as_queries(words, reader))
    return [
        _Term(number, word, queries[word], TRUST_IN_CORRECTED)
        for number, word in meant
        if queries[word]
    ]


def _as_queries(words: Sequence[str], reader: _Reader) -> Any:
    statement = (
        "SELECT word, plainto_tsquery('{language}', word)::text FROM unnest(%s::text[]) word"
    )
    return _select(statement, [list(words)], reader)


def _is_slip(word: str, known: str) -> bool:
    """Whether ``known`` is begun by ``word``, or a slip (two, in a long word) away from it."""
    if known.startswith(word):
        return True
    allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    return bool(OSA.distance(word, known, score_cutoff=allowed) <= allowed)


def _ranked(terms: Sequence[_Term], reader: _Reader, *, telling: int, limit: int) -> list[int]:
    values = [
        [term.number for term in terms],
        [term.word for term in terms],
        [term.trust for term in terms],
        *reader.values,
        " | ".join(f"({term.query})" for term in terms),
        telling,
        ENOUGH,
        limit,
    ]
    return [pk for (pk,) in _select(_RANKED, values, reader)]


def _rows(ids: Iterable[int]) -> dict[int, tuple[str, str, str, str]]:
    rows = Article.objects.filter(pk__in=list(ids))
    return {
        pk: (code, title, summary, body)
        for pk, code, title, summary, body in rows.values_list(
            "id", "code", "title", "summary", "body"
        )
    }


def _found(row: tuple[str, str, str, str], terms: Sequence[_Term]) -> FoundArticle:
    code, title, summary, body = row
    told = excerpt(body, [term.query for term in terms])
    return FoundArticle(code, title, summary, told, sure=any(term.trust == 1 for term in terms))


def excerpt(body: str, queries: Sequence[str]) -> str:
    """The sentence of the body that has the most of the words, the first of them when equal."""
    stems = [stem for query in queries for stem in re.findall(r"'([^']+)'", query)]
    sentences = [part.strip() for part in _SENTENCE.split(markdown.plain(body)) if part.strip()]

    def told(sentence: str) -> int:
        begun = _WORD.findall(spaced(sentence.lower()))
        return sum(any(word.startswith(stem) for word in begun) for stem in stems)

    best = max(sentences, key=told, default="")
    return best if len(best) <= LONGEST_EXCERPT else best[: LONGEST_EXCERPT - 1].rstrip() + "…"
