"""Folding what people type and what maps say into the same plain letters."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 120
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_BETWEEN = re.compile(r"[\W_]+")
# Words that join a place to what it lies in; people and maps use them differently.
_JOINING = frozenset({"a", "at", "by", "in", "inside", "near", "of", "on", "the"})


def fold(text: str) -> str:
    """Lower-case words without accents, punctuation, apostrophes and joining words.

    ``Hooper's Field (in Herring Run Park)`` becomes ``hoopers field herring run park``. Only the
    first 120 characters count.
    """
    plain = unicodedata.normalize("NFKD", text[:LONGEST]).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = _BETWEEN.sub(" ", _APOSTROPHES.sub("", plain.replace("&", " and "))).split()
    return " ".join([word for word in words if word not in _JOINING] or words)


def spaced(text: str) -> str:
    """The text with what is written without spaces, as Chinese is, cut into overlapping pairs.

    ``垃圾收集`` becomes ``垃圾 圾收 收集``, so that a word is found within a longer run of signs.
    """
    return _UNSPACED.sub(_pairs, text)


def _pairs(run: re.Match[str]) -> str:
    signs = run[0]
    return f" {' '.join(signs[at : at + 2] for at in range(max(1, len(signs) - 1)))} "


def search_text(names: Iterable[str]) -> str:
    """What ``Place.search`` holds: the folded names, each word with a space on either side."""
    return f" {' '.join(filter(None, map(fold, names)))} "
