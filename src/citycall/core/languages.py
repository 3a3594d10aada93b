"""Which language a text is written in, where that can be said; and what languages are called.

The model takes some 80 MB once it is used, so only the worker asks it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

# Those that cities hear. What the model knows besides is mostly near kin of one of them, which it
# would take short texts for: Aragonese for Spanish, Wu for Chinese.
NAMES: Final[Mapping[str, str | Promise]] = {
    "am": lazy("Amharic"),
    "ar": lazy("Arabic"),
    "bn": lazy("Bengali"),
    "bs": lazy("Bosnian"),
    "de": lazy("German"),
    "el": lazy("Greek"),
    "en": lazy("English"),
    "es": lazy("Spanish"),
    "fa": lazy("Persian"),
    "fr": lazy("French"),
    "gu": lazy("Gujarati"),
    "he": lazy("Hebrew"),
    "hi": lazy("Hindi"),
    "ht": lazy("Haitian Creole"),
    "hu": lazy("Hungarian"),
    "hy": lazy("Armenian"),
    "ig": lazy("Igbo"),
    "it": lazy("Italian"),
    "ja": lazy("Japanese"),
    "ka": lazy("Georgian"),
    "km": lazy("Khmer"),
    "ko": lazy("Korean"),
    "ku": lazy("Kurdish"),
    "lo": lazy("Lao"),
    "ml": lazy("Malayalam"),
    "my": lazy("Burmese"),
    "ne": lazy("Nepali"),
    "pa": lazy("Punjabi"),
    "pl": lazy("Polish"),
    "ps": lazy("Pashto"),
    "pt": lazy("Portuguese"),
    "ro": lazy("Romanian"),
    "ru": lazy("Russian"),
    "so": lazy("Somali"),
    "sq": lazy("Albanian"),
    "sw": lazy("Swahili"),
    "ta": lazy("Tamil"),
    "te": lazy("Telugu"),
    "th": lazy("Thai"),
    "tl": lazy("Tagalog"),
    "tr": lazy("Turkish"),
    "uk": lazy("Ukrainian"),
    "ur": lazy("Urdu"),
    "vi": lazy("Vietnamese"),
    "yo": lazy("Yoruba"),
    "zh": lazy("Chinese"),
}
# The model's own name for what is no language, such as numbers and addresses.
_NO_LANGUAGE: Final = "zxx"
# Below this the model is wrong too often on a short sentence, and nothing is said.
_SURE: Final = 0.6
# Fewer letters than this may be any language's; a sign of Chinese, Japanese or Korean is a word.
_FEWEST_LETTERS: Final = 8
_FEWEST_SIGNS: Final = 3
_LONGEST: Final = 2_000
_SIGN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# What is the same in any language.
_NOT_WORDS: Final = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\S*\d\S*")


def recognise(text: str) -> str:
    """The code of the language of a text, such as "es"; empty where it is too short or unsure."""
    words = " ".join(_NOT_WORDS.sub(" ", text[:_LONGEST]).split())
    signs = len(_SIGN.findall(words))
    if signs < _FEWEST_SIGNS and sum(map(str.isalpha, words)) < _FEWEST_LETTERS:
        return ""
    code, sure = _model().classify(words)
    return "" if sure < _SURE or code == _NO_LANGUAGE else str(code)


def is_foreign(code: str) -> bool:
    """Whether it is a language, and another than the city's first."""
    return bool(code) and code != settings.LANGUAGE_CODE.partition("-")[0]


def written_in(code: str) -> str:
    """Such as "Written in Spanish"; empty for the city's first language and for none."""
    if not is_foreign(code):
        return ""
    return _("Written in %(language)s") % {"language": NAMES.get(code, code)}


@lru_cache(maxsize=1)
def _model() -> Any:
    # Loaded where it is used: whoever only reads what was recognised needs none of its memory.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages([*NAMES, _NO_LANGUAGE])
    return model
