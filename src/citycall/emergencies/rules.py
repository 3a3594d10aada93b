"""Which dangers a person's own words speak of; pure, and quick enough for every report."""

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ruamel.yaml import YAML

from citycall.emergencies import words
from citycall.emergencies.dangers import Danger

# What concerns life itself is looked for even where something past is told.
_ALWAYS: Final = frozenset({Danger.SUICIDE.value})
_HARMLESS, _OVER = "harmless", "over"
# Stands in a sentence for what was harmless.
_TAKEN_OUT: Final = " ~"


@dataclass(frozen=True, slots=True, eq=False)
class _Pattern:
    """One phrase: its row in the file, what it is a sign of, and the keys that it needs."""

    row: int
    sign: str
    needed: tuple[frozenset[str], ...]
    found: re.Pattern[str]


class Phrases:
    """All phrases of all languages, to be looked for in one text."""

    def __init__(self, patterns: Sequence[_Pattern]) -> None:
        self._by_key: dict[str, list[_Pattern]] = defaultdict(list)
        self._arabic = [each for each in patterns if not each.needed]
        for each in patterns:
            # Looked up by the word that fewest others can stand for.
            for key in min(each.needed, key=len, default=()):
                self._by_key[key].append(each)

    def in_sentence(self, sentence: str) -> set[str]:
        """The codes of the dangers that one sentence speaks of."""
        possible = self._possible(sentence)
        for each in possible:
            if each.sign == _HARMLESS:
                sentence = each.found.sub(_TAKEN_OUT, sentence)
        over = any(each.sign == _OVER and each.found.search(sentence) for each in possible)
        return {
            each.sign
            for each in possible
            if each.sign not in {_HARMLESS, _OVER}
            and (not over or each.sign in _ALWAYS)
            and each.found.search(sentence)
        }

    def _possible(self, sentence: str) -> list[_Pattern]:
        keys = words.keys(sentence)
        looked_up = {each for key in keys for each in self._by_key.get(key, ())}
        found = [p for p in looked_up if not any(keys.isdisjoint(word) for word in p.needed)]
        if words.is_arabic(sentence):
            found += self._arabic
        # In the order of the file, as in a browser: what is taken out first decides.
        return sorted(found, key=lambda each: each.row)


def heard(*texts: str) -> list[Danger]:
    """The dangers that any of these texts speaks of, the most urgent first; none mostly."""
    codes: set[str] = set()
    for text in texts:
        for sentence in words.sentences(text):
            codes |= _phrases().in_sentence(sentence)
    return [danger for danger in Danger if danger.value in codes]


def for_browsers() -> str:
    """The same phrases as JSON.

    ``short`` are pairs of a short form and what it stands for; ``phrases`` pairs of a sign and
    its expressions with short forms. Both are used in their order, which is that of the file.
    """
    short: dict[str, str] = {}
    phrases: dict[str, list[str]] = defaultdict(list)
    for language, spoken in _file().items():
        short |= words.shorthand(spoken.get("words", {}), language=language)
        for sign, spoken_of in _signs(spoken):
            phrases[sign] += [words.expression(each, language=language) for each in spoken_of]
    # What is written as one with a word stands within groups too, so it is put in last.
    last_first = sorted(short.items(), key=lambda pair: len(pair[0]), reverse=True)
    told = {"short": last_first, "phrases": list(phrases.items())}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


@cache
def _phrases() -> Phrases:
    return Phrases(list(_patterns()))


def _patterns() -> Iterator[_Pattern]:
    rows = itertools.count()
    for language, spoken in _file().items():
        groups = spoken.get("words", {})
        short = words.shorthand(groups, language=language)
        for sign, phrases in _signs(spoken):
            for phrase in phrases:
                expression = words.expression(phrase, language=language)
                found = re.compile(words.whole(expression, shorthand=short))
                needed = tuple(words.needed(phrase, groups=groups))
                yield _Pattern(next(rows), sign, needed, found)


def _signs(spoken: dict[str, Any]) -> Iterable[tuple[str, Sequence[str]]]:
    yield _HARMLESS, spoken[_HARMLESS]
    yield _OVER, spoken[_OVER]
    for danger in Danger:
        yield danger.value, spoken["dangers"][danger.value]


@cache
def _file() -> dict[str, Any]:
    text = files("citycall.emergencies").joinpath("phrases.yaml").read_text("utf-8")
    told: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return told
