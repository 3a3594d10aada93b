"""The words that may leave the house: those of the place, and nothing that reaches a person."""

import re

from django.conf import settings
from phonenumbers import Leniency, PhoneNumberMatcher

LONGEST_WORDS = 200
_EMAIL = re.compile(r"\S+@\S+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def words_to_send(words: str) -> str:
    """The words without e-mail addresses and telephone numbers, cut to 200 characters.

    Empty where nothing is left that could name a place.
    """
    text = _EMAIL.sub(" ", _UNSEEN.sub(" ", words[: 4 * LONGEST_WORDS]))
    matches = list(PhoneNumberMatcher(text, settings.CITYCALL_COUNTRY, Leniency.POSSIBLE))
    for match in reversed(matches):
        text = f"{text[: match.start]} {text[match.end :]}"
    text = " ".join(text.split())[:LONGEST_WORDS].strip()
    return text if sum(letter.isalnum() for letter in text) >= 2 else ""
