"""Text in one plain form, and rows of words as regular expressions that search in it.

The form and the expressions are such that a browser's script finds exactly the same.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

LONGEST: Final = 4_000
# Chinese is written without spaces: each character counts as a word, so more fit between.
_GAP: Final = {"zh": 6}
_USUAL_GAP: Final = 3
_KEY: Final = 3
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_ARABIC: Final = re.compile(r"[\u0620-\u064a]")
_END: Final = re.compile(r"[.!?;\n\r\u2026\u3002\uff01\uff1f\uff1b\u061f\u061b]+")
_APOSTROPHES: Final = re.compile(r"['\u2019\u2018\u02bc`\u0640]")
_OTHER: Final = re.compile(r"[^\w]+|_+")
_LETTERS: Final = str.maketrans({"\u0649": "\u064a", "\u0629": "\u0647", "\u0131": "i"})
# Particles that Arabic writes as one with the word, and whose it is.
_ARABIC_PARTS: Final = {
    "<": "[\u0648\u0641\u0628\u0644\u0643]{0,2}(?:\u0627\u0644)?",
    ">": "(?:\u064a|\u0643|\u0647|\u0647\u0627|\u0646\u0627|\u0647\u0645|\u0643\u0645|\u0627)",
}

Groups = Mapping[str, str]


def sentences(text: str) -> list[str]:
    """The sentences of a text: lower-case words without accents, a space before and after each."""
    found = (" ".join(_folded(part)) for part in _END.split(text[:LONGEST]))
    return [f" {words} " for words in found if words]


def keys(sentence: str) -> set[str]:
    """What patterns are looked up by: each word, and the first letters of each."""
    found = set(sentence.split())
    return found | {f"{word[:_KEY]}*" for word in found}


def is_arabic(sentence: str) -> bool:
    """Whether any of it is in Arabic letters."""
    return _ARABIC.search(sentence) is not None


def expression(phrase: str, *, language: str) -> str:
    """The regular expression for one phrase of the data file.

    ``@name`` stands in it for the words of a group, as ``group`` spells them; ``<`` and ``>`` for
    what may be written before and after an Arabic word. ``whole`` puts them in.
    """
    parts = []
    for part in phrase.split():
        if part == "_":
            parts.append(f"(?: [^ ]+){{0,{_GAP.get(language, _USUAL_GAP)}}}?")
        elif part in "^$":
            parts.append("^" if part == "^" else "(?= $)")
        else:
            either = "|".join(
                f"@{language}{each[1:]}@" if each.startswith("@") else _spelt(each)
                for each in part.lstrip("?").split("|")
            )
            parts.append(f"(?:{either})" + ("?" if part.startswith("?") else ""))
    return "".join(parts) + "(?= )"


def shorthand(groups: Groups, *, language: str) -> dict[str, str]:
    """What the short forms in expressions of a language stand for, in the order to put them in."""
    named = {
        f"@{language}{name}@": "|".join(_spelt(each) for each in told.split("|"))
        for name, told in groups.items()
    }
    return {**named, **_ARABIC_PARTS}


def whole(expression: str, *, shorthand: Mapping[str, str]) -> str:
    """An expression with everything put in that its short forms stand for."""
    for short, meant in shorthand.items():
        expression = expression.replace(short, meant)
    return expression


def needed(phrase: str, *, groups: Groups) -> list[frozenset[str]]:
    """For each word that must be there for a phrase, the keys of which a sentence has one.

    Empty for a phrase in Arabic, whose words are not known by how they begin.
    """
    found = []
    for part in phrase.split():
        if part in {"_", "^", "$"} or part.startswith("?"):
            continue
        keys_of_part = set()
        for each in _alternatives(part, groups):
            first, *others = _folded(each)
            if is_arabic(first):
                return []
            begun = each.endswith("*") and not others
            keys_of_part.add(f"{first[:_KEY]}*" if begun else first)
        found.append(frozenset(keys_of_part))
    if not found:
        raise ValueError(f"This phrase has no word that must be there: {phrase}")
    return found


def _alternatives(part: str, groups: Groups) -> Sequence[str]:
    found: list[str] = []
    for each in part.lstrip("?").split("|"):
        found += groups[each[1:]].split("|") if each.startswith("@") else [each.replace("-", " ")]
    return found


def _spelt(alternative: str) -> str:
    words = _folded(alternative.replace("-", " "))
    if not words:
        raise ValueError(f"There is no word in {alternative!r}.")
    if alternative.endswith("*"):
        return "".join(f" {word}" for word in words) + "[^ ]*"
    return "".join(f" {_arabic(word) if is_arabic(word) else word}" for word in words)


def _arabic(word: str) -> str:
    if len(word) < 3:
        return f"<{word}"
    return f"<{word[:-1]}(?:\u0647|\u062a>)" if word.endswith("\u0647") else f"<{word}>?"


def _folded(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower())
    if not plain.isascii():
        plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")
    plain = _APOSTROPHES.sub("", plain).translate(_LETTERS)
    return _OTHER.sub(" ", _HAN.sub(r" \g<0> ", plain)).split()
