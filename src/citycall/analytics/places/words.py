"""Terms in what people write: words and pairs of words, as written, without what tells of a person.

A term is one or two words in a row; where words are not set apart, as in Chinese, two or three
characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

_NOT_WORDS: Final = re.compile(
    r"\S+@\S+|https?://\S+|www\.\S+|[+(]?\d[\d\s().-]{4,}\d|\S*█\S*|\S*\d\S*"
)
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_END: Final = re.compile(r"[.!?:;\n]+")
_SHORTEST: Final = 3
_LONGEST: Final = 30
# From so much of its use with a capital inside a sentence on, a word is taken for a name.
NAME_LIKE: Final = 0.5


def sentences(text: str) -> Iterator[list[str]]:
    """The words of each sentence, as they were written."""
    for part in _END.split(_NOT_WORDS.sub(" . ", unicodedata.normalize("NFC", text))):
        whole = _WORD.findall(_HAN.sub(" ", part))
        found = [word for word in whole if not any(sign.isnumeric() for sign in word)]
        if found:
            yield found


def terms(text: str) -> set[str]:
    """The different terms of a text, in small letters."""
    found: set[str] = set()
    for words in sentences(text):
        small = [word.casefold() for word in words]
        good = [_SHORTEST <= len(word) <= _LONGEST for word in small]
        found |= {word for word, is_good in zip(small, good, strict=True) if is_good}
        found |= {
            f"{one} {other}"
            for one, other, first, second in zip(small, small[1:], good, good[1:], strict=False)
            if first and second
        }
    for run in _HAN.findall(_NOT_WORDS.sub(" ", text)):
        found |= {run[n : n + k] for k in (2, 3) for n in range(len(run) - k + 1)}
    return found


def capitals(text: str) -> Iterator[tuple[str, bool]]:
    """The words inside sentences, and whether each is written with a capital.

    What begins a sentence says nothing, nor does what is written in capitals throughout.
    """
    for words in sentences(text):
        if all(word.isupper() for word in words):
            continue
        for word in words[1:]:
            yield word.casefold(), word[0].isupper()


def parts(term: str) -> list[str]:
    """The words of a term."""
    return term.split(" ")


def words_of(texts: Iterable[str]) -> set[str]:
    """All words of some texts, in small letters, and all that terms of them may be."""
    found: set[str] = set()
    for text in texts:
        found |= terms(text)
        found |= {word.casefold() for words in sentences(text) for word in words}
    return found


def has_case(word: str) -> bool:
    """Whether a word's script knows capitals."""
    return word.upper() != word.lower()
