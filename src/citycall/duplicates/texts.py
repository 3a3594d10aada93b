"""From what a person said to what can be compared: words, pieces of words, and stated facts."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

# What stands after so many letters says little of which problem it is, and would cost time.
LONGEST: Final = 600
PIECE: Final = 4
# A longer answer is a sentence and no fact.
LONGEST_FACT: Final = 40
_WORD: Final = re.compile(r"\w+")
# Scripts without spaces between words: each sign counts as a word.
_SIGN: Final = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
_BETWEEN: Final = re.compile(r"\s*(?:\||\n)\s*")
_FACT: Final = re.compile(r"([^:?]{2,60}?)\s*[:?]\s+(\S.*)$")
BUCKETS: Final = 1 << 17
Buckets = NDArray[np.int64]
# Odd numbers of 40 bits: letters that are alike fall into buckets that are not.
_FACTORS: Final = (0x9E3779B97F, 0xC2B2AE3D27, 0xA0761D6479, 0xE7037ED1A1)


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, ready to be compared.

    ``terms`` are the words and pairs of words, ``pieces`` stretches of four letters inside words,
    both as the buckets that they are counted in, each once. ``facts`` are short answers by their
    questions, ``spoken`` the words outside of the facts, and ``length`` how many words there are.
    """

    terms: Buckets
    pieces: Buckets
    facts: Mapping[str, str]
    spoken: frozenset[str]
    length: int
    plain: str


def plain(text: str) -> str:
    """Small letters without accents."""
    lower = text[:LONGEST].casefold()
    if lower.isascii():
        return lower
    lower = unicodedata.normalize("NFKD", lower)
    return "".join(letter for letter in lower if not unicodedata.combining(letter))


@lru_cache(maxsize=16_384)
def _read(words: str) -> Said:
    facts, spoken = _facts_apart(plain(words))
    return _said(facts, spoken, plain(words))


def read(words: str, answers: Mapping[str, Any] | None = None) -> Said:
    """Read what was said; ``answers`` are those to the service's questions, by their codes.

    Lines such as "Colour: green | Plate: none" in the words count as answers too: other systems
    hand on their questions so.
    """
    if not answers:
        return _read(words)
    facts, spoken = _facts_apart(plain(words))
    given = {str(code): plain(str(value)) for code, value in answers.items() if value}
    return _said({**facts, **given}, spoken, plain(words))


def _facts_apart(text: str) -> tuple[dict[str, str], str]:
    if "|" not in text and "\n" not in text:
        return {}, text
    facts: dict[str, str] = {}
    rest: list[str] = []
    for part in _BETWEEN.split(text):
        found = _FACT.match(part)
        if found is None:
            rest.append(part)
        elif len(found[2]) <= LONGEST_FACT:
            facts[found[1]] = found[2].strip()
        else:
            rest.append(found[2])
    return facts, " ".join(rest)


def _said(facts: Mapping[str, str], spoken: str, whole: str) -> Said:
    words = words_of(" ".join([spoken, *facts.values()]))
    pairs = {f"{one} {other}" for one, other in pairwise(words)}
    return Said(
        terms=_buckets([*words, *pairs]),
        pieces=_pieces(words),
        facts=facts,
        spoken=frozenset(words_of(spoken)),
        length=len(words),
        plain=whole.strip(),
    )


def words_of(text: str) -> list[str]:
    """The words of a text that is ``plain`` already, in their order."""
    return _WORD.findall(_SIGN.sub(r" \1 ", text))


def _pieces(words: Sequence[str]) -> Buckets:
    """The buckets of all stretches of ``PIECE`` letters that hold a space at their ends only."""
    codes = np.frombuffer(f" {' '.join(words)} ".encode("utf-32-le"), np.uint32).astype(np.int64)
    if len(codes) < PIECE:
        return np.empty(0, np.int64)
    count = len(codes) - PIECE + 1
    spaces = codes == ord(" ")
    broken = spaces[1 : 1 + count] | spaces[2 : 2 + count]
    sums = np.zeros(count, np.int64)
    for n, factor in enumerate(_FACTORS):
        sums += codes[n : n + count] * factor
    return np.unique((sums[~broken] >> 7) % BUCKETS)


def _buckets(terms: Iterable[str]) -> Buckets:
    """Terms are kept as the numbers of the buckets that they fall into, never as letters."""
    found = {crc32(term.encode()) % BUCKETS for term in terms}
    return np.fromiter(found, np.int64, len(found))


def bucket_of(term: str) -> Buckets:
    """The bucket of one word, as ``read`` has it."""
    return _buckets([term])
