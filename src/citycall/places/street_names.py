"""Street names in their parts and in one standard form, however they are written or spoken.

The types of streets and their short forms are those of the United States Postal Service's
Publication 28, appendix C1, with the forms that city files add to them.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

DIRECTIONS = {
    **dict.fromkeys(("n", "no", "north", "norte"), "N"),
    **dict.fromkeys(("s", "so", "south", "sur"), "S"),
    **dict.fromkeys(("e", "east", "este"), "E"),
    **dict.fromkeys(("w", "west", "oeste"), "W"),
    **dict.fromkeys(("ne", "northeast"), "NE"),
    **dict.fromkeys(("nw", "northwest"), "NW"),
    **dict.fromkeys(("se", "southeast"), "SE"),
    **dict.fromkeys(("sw", "southwest"), "SW"),
}
_TYPES = """
Aly: al alley alleé ally aly; Ave: ave av aven avenu avenue avn avnue avenida; Blvd: blvd boul
boulevard boulv; Brg: brg bridge; Byp: bypass byp; Cir: cir circ circle crcl; Cmn: common cmn
commons; Cres: cres crescent cresc; Ct: ct court crt cts; Dr: dr drive drv driv; Dwy: dwy driveway;
Expy: expy expressway expwy exp; Fwy: fwy freeway; Garth: grth garth; Grn: green grn; Hl: hl;
Hwy: hwy highway highwy hiway; Ln: ln lane; Loop: loop; Mall: mall; Mews: mews; Pass: pass passage;
Path: path; Pike: pike; Pkwy: pkwy parkway pkway pky parkwy; Pl: pl place; Plz: plz plaza plza;
Pt: pt; Rd: rd road; Row: row; Run: run; Sq: sq square sqr; St: st street str strt; Ter: ter terr
terrace; Tpke: tpke turnpike; Trl: trl trail; Tunl: tun tunnel tunl; Walk: walk; Way: way wy;
Xing: xing crossing
"""
TYPES: dict[str, str] = {
    form: short.strip()
    for line in " ".join(_TYPES.split()).split(";")
    for short, forms in [line.split(":")]
    for form in forms.split()
}
_UNITS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {word: n for n, word in enumerate(_UNITS, start=1)}
_ROUND_ORDINALS = {f"{word[:-1]}ieth": n * 10 for n, word in enumerate(_TENS, start=2)}
_TENS_OF = {word: n * 10 for n, word in enumerate(_TENS, start=2)}
_NUMBER = re.compile(r"(\d+)(?:st|nd|rd|th)?")
_APART = re.compile(r"[^\w'&]+")
SAME = {
    **{"saint": "st", "mount": "mt", "fort": "ft", "junior": "jr", "doctor": "dr"},
    **{"hts": "heights", "pk": "park", "spgs": "springs", "vly": "valley", "gdns": "gardens"},
}


@dataclass(frozen=True, slots=True)
class StreetName:
    """A street's name in parts: ``N`` ``Charles`` ``St``, and a direction that comes after.

    ``key`` is the bare name as it is compared: ``charles``; ``33`` for every form of 33rd.
    """

    prefix: str
    base: str
    type: str
    post: str

    @property
    def full(self) -> str:
        """The standard form."""
        return " ".join(part for part in (self.prefix, self.base, self.type, self.post) if part)

    @property
    def key(self) -> str:
        """What the bare name is compared by."""
        return key(self.base)


def standard(text: str) -> str:
    """One form for all spellings: ``NORTH CHARLES STREET`` becomes ``N Charles St``."""
    return parse(text).full


@lru_cache(maxsize=65_536)
def parse(text: str) -> StreetName:
    """Take a street's name apart; what could be a direction or a type but is the name stays it.

    ``W NORTH AVE`` is west, North, avenue; ``NORTH AVE`` has no direction; ``THE ALAMEDA`` no type.
    """
    words = _numerals([word for word in _APART.split(text.replace(".", " ").strip()) if word])
    prefix = kind = post = ""
    if len(words) > 1 and (found := DIRECTIONS.get(words[0].lower())) and not _is_type_only(words):
        prefix, words = found, words[1:]
    if len(words) > 2 and words[-1].lower() in DIRECTIONS and words[-2].lower() in TYPES:
        post, words = DIRECTIONS[words[-1].lower()], words[:-1]
    if len(words) > 1 and words[-1].lower() in TYPES:
        kind, words = TYPES[words[-1].lower()], words[:-1]
    return StreetName(prefix, " ".join(_capital(word) for word in words), kind, post)


def _is_type_only(words: list[str]) -> bool:
    """Whether nothing but a type would be left after the direction: North Avenue's own name."""
    return len(words) == 2 and words[1].lower() in TYPES and words[0].lower() not in {"n", "s"}


@lru_cache(maxsize=65_536)
def key(base: str) -> str:
    """A bare name as it is compared: lower case, no accents or apostrophes, plain ordinals."""
    plain = unicodedata.normalize("NFKD", base.lower().replace("'", "").replace("’", ""))
    words = "".join(c for c in plain if not unicodedata.combining(c)).replace("&", " ").split()
    return " ".join(_key_word(word) for word in words)


def _key_word(word: str) -> str:
    number = _NUMBER.fullmatch(word)
    return number[1] if number else SAME.get(word, word)


def _numerals(words: list[str]) -> list[str]:
    """Ordinals in words as digits: ``thirty third`` becomes ``33rd``."""
    found: list[str] = []
    for word in words:
        low = word.lower().replace("-", "")
        if low in _ORDINALS:
            number = _ORDINALS[low]
            if found and found[-1].lower() in _TENS_OF and number < 10:
                number += _TENS_OF[found.pop().lower()]
            found.append(ordinal(number))
        elif low in _ROUND_ORDINALS:
            found.append(ordinal(_ROUND_ORDINALS[low]))
        else:
            found.append(word)
    return found


def ordinal(number: int) -> str:
    """``33rd``."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in {11, 12, 13} else 0)
    return f"{number}{ending or 'th'}"


def _capital(word: str) -> str:
    if not (word.isupper() or word.islower()):
        return word
    if word[:1].isdigit():
        return word.lower()
    if word.lower().startswith("mc") and len(word) > 4:
        return f"Mc{word[2:].capitalize()}"
    return (
        "'".join(part.capitalize() for part in word.split("'"))
        if "'" in word[:3]
        else (word.capitalize())
    )
