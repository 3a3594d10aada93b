"""From a person's words to the pieces that a model knows them by, as numbers.

Whole words, pairs of words, and the pieces of three to five letters inside each word, so that a
slip of the pen or an ending changes little. A piece is kept as a 64-bit digest, never as letters.
"""

import re
import unicodedata
from typing import Final

import numpy as np
from numpy.typing import NDArray

Digests = NDArray[np.uint64]

# What stands after so many letters decides nothing about the service, and would cost time.
LONGEST: Final = 2_000
SHORTEST_PIECE, LONGEST_PIECE = 3, 5
_PAGE: Final = ("http://", "https://", "www.")
_APOSTROPHES: Final = re.compile(r"['’‘`´ʼ]")
_BETWEEN: Final = re.compile(r"[\W_]+")
# Scripts without spaces between words: each sign counts as a word.
_SIGN: Final = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
_DIGIT: Final = re.compile(r"\d")

_ROOM: Final = 2 * LONGEST + 8
_BASE: Final = 0x9E3779B97F4A7C15
_WORD_SALT, _PAIR_SALT, _PIECE_SALT = (
    np.uint64(0xD6E8FEB86659FD93),
    np.uint64(0xA0761D6478BD642F),
    np.uint64(0xE7037ED1A0B428DB),
)


def _powers(base: int) -> Digests:
    powers = [1]
    for _step in range(_ROOM):
        powers.append(powers[-1] * base % 2**64)
    return np.array(powers, dtype=np.uint64)


# Every piece is a stretch of the text, so its digest is the difference of two sums over powers
# of an odd number, moved back to the beginning by a power of that number's inverse.
_POWERS: Final = _powers(_BASE)
_INVERSE_POWERS: Final = _powers(pow(_BASE, -1, 2**64))


def plain(text: str) -> str:
    """Lower-case words without accents and punctuation, a space before, between and after them.

    Every digit becomes 0, and addresses of mail and of pages are left out: they say who and where,
    not what. Only the first ``LONGEST`` letters count. Empty where there is no word.
    """
    said = (word for word in text[:LONGEST].casefold().split() if not _is_address(word))
    text = unicodedata.normalize("NFKD", " ".join(said)).casefold()
    text = "".join(letter for letter in text if unicodedata.category(letter)[0] != "M")
    text = _DIGIT.sub("0", _APOSTROPHES.sub("", text))
    words = _SIGN.sub(r" \1 ", _BETWEEN.sub(" ", text)).split()
    return f" {' '.join(words)} "[: _ROOM - 1] if words else ""


def _is_address(word: str) -> bool:
    return "@" in word or word.startswith(_PAGE)


def pieces(text: str) -> tuple[Digests, Digests]:
    """The digests of a text's words and pairs of words, and of the pieces inside its words.

    A piece that occurs twice is there twice. Both are empty where there is no word.
    """
    letters = plain(text)
    if not letters:
        return np.empty(0, np.uint64), np.empty(0, np.uint64)
    codes = np.frombuffer(letters.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(codes * _POWERS[: len(codes)], out=sums[1:])
    spaces = codes == ord(" ")
    edges = np.flatnonzero(spaces)
    words = _digests(sums, edges[:-1], edges[1:] + 1, _WORD_SALT)
    pairs = _digests(sums, edges[:-2], edges[2:] + 1, _PAIR_SALT)
    return np.concatenate([words, pairs]), _inner(sums, spaces)


def _inner(sums: Digests, spaces: NDArray[np.bool_]) -> Digests:
    """The pieces that hold no space but at their ends."""
    before = np.concatenate([[0], np.cumsum(spaces)])
    found = []
    for length in range(SHORTEST_PIECE, LONGEST_PIECE + 1):
        starts = np.arange(max(0, len(spaces) - length + 1))
        whole = before[starts + length - 1] == before[starts + 1]
        starts = starts[whole]
        found.append(_digests(sums, starts, starts + length, _PIECE_SALT))
    return np.concatenate(found)


def _digests(
    sums: Digests, starts: NDArray[np.intp], ends: NDArray[np.intp], salt: np.uint64
) -> Digests:
    digests = (sums[ends] - sums[starts]) * _INVERSE_POWERS[starts] + salt
    # The low bits of such sums are alike for like letters: mix them well.
    digests ^= digests >> np.uint64(31)
    digests *= np.uint64(0xBF58476D1CE4E5B9)
    digests ^= digests >> np.uint64(27)
    digests *= np.uint64(0x94D049BB133111EB)
    mixed: Digests = digests ^ (digests >> np.uint64(31))
    return mixed
