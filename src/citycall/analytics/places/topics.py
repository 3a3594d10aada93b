"""Words that far more people write lately than before, told so that nobody can be told by them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from citycall.analytics.places import words
from citycall.analytics.places.chances import believed
from citycall.analytics.places.findings import Topic

# A term is told when at least so many different people wrote it.
FEWEST_REPORTERS: Final = 5
FALSE_SHARE: Final = 0.05
# How many reporters' worth of what is usual a term's share is drawn towards.
PRIOR: Final = 100.0
MOST: Final = 30
# A term that hardly anybody wrote without the other is no topic of its own.
TOGETHER: Final = 0.8


@dataclass(frozen=True, slots=True)
class Told:
    """What one person wrote: a key of theirs, the language, whether it is of late, for what."""

    reporter: str
    language: str
    lately: bool
    service: int
    agency: int
    text: str


@dataclass
class _Use:
    """Who used a term in a language, lately and before, and for which services."""

    lately: set[str]
    before: set[str]
    services: Counter[tuple[int, int]]


def emerging(
    told: Iterable[Told], *, names: Set[str] = frozenset(), known: Set[str] = frozenset()
) -> tuple[list[Topic], int]:
    """The terms that are told more, the strongest first, and how many terms were looked at.

    ``names`` are words of people's names, which are never told unless they are among ``known``:
    the words of the city's own texts. A word that people write with a capital is taken for a name
    too, unless it is known.
    """
    listed = list(told)
    reporters = {
        (language, lately): {
            t.reporter for t in listed if (t.language, t.lately) == (language, lately)
        }
        for language in {t.language for t in listed}
        for lately in (True, False)
    }
    uses = _uses(listed)
    hidden = _hidden(listed, names, known)
    looked = {
        key: use
        for key, use in uses.items()
        if len(use.lately | use.before) >= FEWEST_REPORTERS
        and _may_be_told(key[1], use, hidden, known)
    }
    found = [_judged(key, use, reporters) for key, use in sorted(looked.items())]
    verdict = believed([topic.chance for topic in found], false_share=FALSE_SHARE)
    good = [
        topic
        for topic, is_good in zip(found, verdict, strict=True)
        if is_good and topic.reporters >= FEWEST_REPORTERS
    ]
    good.sort(key=lambda topic: -topic.strength)
    return _apart(good, looked)[:MOST], len(looked)


def _uses(told: list[Told]) -> Mapping[tuple[str, str], _Use]:
    uses: dict[tuple[str, str], _Use] = defaultdict(lambda: _Use(set(), set(), Counter()))
    for each in told:
        for term in words.terms(each.text):
            use = uses[each.language, term]
            (use.lately if each.lately else use.before).add(each.reporter)
            if each.lately:
                use.services[each.service, each.agency] += 1
    return uses


def _hidden(told: list[Told], names: Set[str], known: Set[str]) -> set[str]:
    """The words that may tell of a person."""
    capital: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for each in told:
        for word, is_capital in words.capitals(each.text):
            seen[word] += 1
            capital[word] += is_capital
    like_names = {
        word
        for word, count in capital.items()
        if count >= words.NAME_LIKE * seen[word] and words.has_case(word)
    }
    return (set(names) | like_names) - set(known)


def _may_be_told(term: str, use: _Use, hidden: Set[str], known: Set[str]) -> bool:
    """Whether no part of the term may be a name.

    Where a script has no capitals, nobody can see whether a new word is a name: only words that
    the city itself uses, or that enough people used before, are told.
    """
    if any(part in hidden for part in words.parts(term)):
        return False
    if all(words.has_case(part) for part in words.parts(term)):
        return True
    return term in known or len(use.before) >= FEWEST_REPORTERS


def _judged(
    key: tuple[str, str], use: _Use, reporters: Mapping[tuple[str, bool], set[str]]
) -> Topic:
    """A term with its evidence: log-odds with an informative prior (Monroe and others 2008).

    Its chance is the exact one of so many of a term's users being of late.
    """
    language, term = key
    of, before_of = len(reporters[language, True]), len(reporters[language, False])
    lately, before = len(use.lately), len(use.before)
    usual = PRIOR * (lately + before) / max(of + before_of, 1)
    odds = np.log((lately + usual) / max(of + PRIOR - lately - usual, 0.5)) - np.log(
        (before + usual) / max(before_of + PRIOR - before - usual, 0.5)
    )
    error = np.sqrt(1 / (lately + usual) + 1 / (before + usual))
    service, agency = use.services.most_common(1)[0][0] if use.services else (0, 0)
    return Topic(
        term=term,
        language=language,
        reporters=lately,
        of=of,
        before=before,
        before_of=before_of,
        service=service,
        agency=agency,
        strength=round(float(odds / error), 3),
        chance=float(stats.hypergeom.sf(lately - 1, of + before_of, lately + before, of)),
    )


def _apart(good: list[Topic], uses: Mapping[tuple[str, str], _Use]) -> list[Topic]:
    """One term for what the same people wrote: the pair of words where there is one."""
    kept: list[Topic] = []
    for topic in sorted(good, key=lambda t: (-len(t.term), -t.strength)):
        mine = uses[topic.language, topic.term].lately
        longer = [t for t in kept if t.language == topic.language and topic.term in t.term]
        if not any(
            len(uses[t.language, t.term].lately & mine) >= TOGETHER * len(mine) for t in longer
        ):
            kept.append(topic)
    return sorted(kept, key=lambda t: -t.strength)
