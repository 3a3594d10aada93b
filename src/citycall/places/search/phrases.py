"""Taking apart what people say of a place: numbers, corners, stretches, and what stands around.

Everything here works on plain lower-case words, English and Spanish, and knows no place.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 200
# In Queens a house number is its avenue's and then two digits of its own.
QUEENS_DIGITS = 2
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        [
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
            *("seventeen", "eighteen", "nineteen"),
        ]
    )
} | {"oh": 0}
_TENS = {
    word: number * 10
    for number, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2
    )
} | {"fourty": 40, "ninty": 90}
_ORDINAL = re.compile(
    r"(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|\w+teenth|tenth|eleventh|twelfth)"
)
# Spanish words for how places are told, as their English counterparts.
_SPANISH = tuple(
    (re.compile(rf"\b{spanish}\b"), english)
    for spanish, english in (
        (r"(en )?la esquina (de|entre)|(en )?esquina (de|entre|con)?", "corner of"),
        (r"(la )?interseccion de", "corner of"),
        (r"(la )?(cuadra|manzana) (\d+) de( la| el)?( calle)?", r"\3 block of"),
        (r"(el )?bloque (\d+) de( la| el)?( calle)?", r"\2 block of"),
        (r"(por )?(detras|atras) (de la|de|del)", "behind"),
        (r"(en )?frente (a|de|del)( la)?|enfrente (de|del)( la)?", "in front of"),
        (r"cerca (de la|de|del)", "near"),
        (r"al lado (de la|de|del)|junto (a|al)( la)?", "next to"),
        (r"callejon", "alley"),
        (r"(tren|metro) ligero", "light rail"),
        (r"parque infantil|area de juegos", "playground"),
        (r"entre( la| el)?( calle)?", "between"),
        (r"avenida (\w+)", r"\1 ave"),
        (r"(la )?calle", ""),
        (r"parada (de|del) (autobus|bus|camion)", "stop"),
    )
)
_TAIL_NUMBER = re.compile(r"[\s,]+(\d{5})(-\d{4})?$")
_STATE = re.compile(
    r"[\s,]+(a[lkzr]|c[aot]|d[ec]|fl|ga|hi|i[adln]|k[sy]|la|m[adeinost]|n[cdehjmvy]|o[hkr]|pa|ri|"
    r"s[cd]|t[nx]|ut|v[at]|w[aivy]|maryland)$"
)
_ANGLE = (
    r"([-+]?\d{1,3}(?:\.\d+)?)(?:\s*[°º*]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′]\s*)?"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:''|″)\s*)?)?\s*"
)
_POINT = re.compile(
    rf"(?:geo:|lat(?:itude)?\b[:= ]*|n ?)?{_ANGLE}([ns])?(?:orth|outh)?\s*[,;/ ]\s*"
    rf"(?:(?:lon|lng|long|longitude)\b[:= ]*|(w) ?)?{_ANGLE}([ewo])?(?:ast|est)?"
)
# Among other words only what nobody would write for anything else.
_POINT_WITHIN = re.compile(r"(?<![\d.])([-+]?\d{1,3}\.\d{3,})[,; ]+([-+]?\d{1,3}\.\d{3,})(?![\d.])")
_BLOCK = re.compile(
    r"(?:the )?(\d+)(?:00)? ?(?:s|th|rd|st|nd)? ?(?:blk|block|bl)s?\.?(?: of)?(?: the)? (.+)"
)
_NUMBERED = re.compile(r"#?(\d{1,6})(?:\s*-\s*(\d+))?(?: ?1/2)? ?([a-d]\b)? (?:on )?(.+)")
_UNIT = re.compile(r"[\s,]+(?:apt|apartment|unit|suite|ste|floor|fl|rm|room|#)\.? ?\w+$")
# What people say before a house number, and after a place instead of before it.
_NUMBER_IS = re.compile(r"^(?:house |building |street )?(?:number|num|no|#|address)\.?:? (?=\d)")
_AFTER = re.compile(r"[\s,]+(?:in (?:the )?|at (?:the )?)?(rear|back|alley|backyard|front)$")
_CORNER_OF = re.compile(
    r"^(?P<before>.*?)(?:\b(?:at|on|in|by|near) )?(?:the )?\b(?:street )?"
    r"(?:corner|intersection|crossing)(?: of)?\b(?P<rest>.+)$"
)
_MEET = re.compile(
    r" (?:meets|meet|crosses|intersects|and|&|at|y|con|with|by|near|x|off|n|@|e) "
    r"|\s*[&/@+]\s*|,? (?:cross(?:ing)?) "
)
_BETWEEN = re.compile(
    r"^(?P<before>.*?)\b(?:between|betw|btwn|btw|bet)\.? (?P<one>.+?) (?:and|&|y) (?P<other>.+)$"
)
_ON = re.compile(r"^(?P<other>.+?) (?:on|en) (?P<street>.+)$")
_FROM_TO = re.compile(r"^(?P<before>.+?) from (?P<one>.+?) to (?P<other>.+)$")
_RELATION = re.compile(
    r"\b(?:in |at |on |to )?(?:the )?(?:alley )?(?:r/o|rear of|rear|behind|"
    r"(?:in )?back of|in front of|front of|across (?:the street )?from|across|"
    r"next to|beside|besides|near|by|close to|outside of|outside|opposite(?: of)?|off of|"
    r"under|underneath|inside of|inside|along|past|"
    r"just \w+ of|"
    r"(?:north|south|east|west) of|corner of|alley of|alley (?:at|off)|at|on|in|of|from)\b"
    r"(?: the)?\b"
)


@dataclass(frozen=True, slots=True)
class Told:
    """Words about a place, tidied; ``zip_code`` where they ended in one."""

    text: str
    zip_code: str = ""
    as_said: str = ""


def tidy(words: str, *, city: str) -> Told:
    """Lower-case words without accents, the city's own name, state and postal code at the end."""
    text = unicodedata.normalize("NFKD", words[:LONGEST]).casefold().replace("’", "'")
    text = "".join(c for c in text if not unicodedata.combining(c) and c.isprintable())
    text = text.replace('"', "''") if "°" in text else text
    text = re.sub(r"[“”\"!?()\[\]]", " ", text).replace(" .", " ")
    text = " ".join(text.split()).strip(" .,;:")
    text = re.sub(r"(?<=[a-z])\.(?=\s|,|$)", "", text)
    zip_code = ""
    if len(text) > 5 and (found := _TAIL_NUMBER.search(text)):
        zip_code, text = found[1], text[: found.start()]
    text, named = _without_city(text, city.casefold())
    if (zip_code or named or "," in text) and (found := _STATE.search(text)):
        text, named = _without_city(text[: found.start()], city.casefold())
    text = text.strip(" ,")
    if text[:1].isdigit():
        text = _UNIT.sub("", text)
    return Told(_spoken_numbers(_english(text)), zip_code, as_said=text)


def _without_city(text: str, city: str) -> tuple[str, bool]:
    initials = "".join(word[0] for word in city.split()) + "c"
    for name in (f"{city} city", city, initials):
        for mark in (f", {name}", f" {name}"):
            rest = text.removesuffix(mark)
            if rest == text or rest.strip(" ,").isdigit():
                continue
            if mark[0] == "," or len(name) > 3:
                return text.removesuffix(mark).strip(" ,"), True
    return text, False


def _english(text: str) -> str:
    for spanish, english in _SPANISH:
        text = spanish.sub(english, text)
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def _spoken_numbers(text: str) -> str:
    """Number words at the beginning, or before ``block``, as digits: ``thirty two hundred``."""
    words = text.replace("-", " ").split() if re.match(r"[a-z]+-", text) else text.split()
    start = next((n for n, word in enumerate(words) if _starts_number(words, n)), None)
    if start is None:
        return text
    number, end = _read_number(words, start)
    if number is None:
        return text
    return " ".join([*words[:start], str(number), *words[end:]])


def _starts_number(words: list[str], at: int) -> bool:
    word = words[at]
    if word == "hundred":
        return "block" in words[at + 1 : at + 2]
    known = word in _NUMBER_WORDS or word in _TENS
    return known and (at == 0 or words[at - 1] not in {"pier", "gate", "route", "number"})


def _read_number(words: list[str], start: int) -> tuple[int | None, int]:
    groups: list[int] = []
    at = start
    tens_open = False
    while at < len(words):
        word = words[at]
        if word in _TENS:
            following = words[at + 1] if at + 1 < len(words) else ""
            if _ORDINAL.fullmatch(following):
                break
            groups.append(_TENS[word])
            tens_open = True
        elif word in _NUMBER_WORDS:
            number = _NUMBER_WORDS[word]
            if tens_open and 0 < number < 10:
                groups[-1] += number
            else:
                groups.append(number)
            tens_open = False
        elif word == "hundred":
            groups = [*(groups[:-1]), (groups[-1] if groups else 1) * 100]
            tens_open = False
        elif word == "thousand":
            groups = [*(groups[:-1]), (groups[-1] if groups else 1) * 1000]
        elif word == "and" and groups and groups[-1] >= 100 and at + 1 < len(words) and (
            words[at + 1] in _NUMBER_WORDS or words[at + 1] in _TENS
        ):  # fmt: skip
            pass
        else:
            break
        at += 1
    return (_together(groups) if groups and at < len(words) else None), at


def _together(groups: list[int]) -> int:
    """``32, 1`` is 3201 and ``4, 18`` is 418, as numbers are read; ``3000, 200`` is a sum."""
    total = groups[0]
    for group in groups[1:]:
        if any(total >= round_ > group and total % round_ == 0 for round_ in (100, 1000)):
            total += group
        elif group < 10 and (groups[0] < 10 or len(groups) > 2):
            total = total * 10 + group
        else:
            total = total * 100 + group
    return total


def point_in(text: str) -> tuple[float, float] | None:
    """(longitude, latitude) where the words are coordinates, in the usual order or with letters."""
    found = _POINT.fullmatch(text.strip(" ()"))
    if not found:
        within = _POINT_WITHIN.search(text)
        return _in_order(float(within[1]), float(within[2])) if within else None
    first, second = _degrees(*found.groups()[:3]), _degrees(*found.groups()[5:8])
    if not any(mark in text for mark in ".°º"):
        return None
    if found[4] == "s":
        first = -abs(first)
    if found[5] or found[9] in {"w", "o"}:
        second = -abs(second)
    return _in_order(first, second)


def _in_order(first: float, second: float) -> tuple[float, float]:
    """Longitude and latitude of two numbers of which the latitude most often comes first."""
    if abs(first) > 90 or (abs(second) <= 90 and first < 0 < second):
        return first, second
    return second, first


def _degrees(whole: str, minutes: str | None, seconds: str | None) -> float:
    part = float(minutes or 0) / 60 + float(seconds or 0) / 3600
    return float(whole) + (-part if whole.startswith("-") else part)


def block_in(text: str) -> tuple[int, str] | None:
    """The hundred and the street of ``1200 blk e monument``."""
    found = _BLOCK.fullmatch(text)
    if not found:
        return None
    number = re.match(r"(?:the )?(\d+)", text)
    hundred = int(number[1]) if number else 0
    return hundred // 100 * 100, found[2]


def number_in(text: str) -> tuple[tuple[int, ...], str] | None:
    """The house number and the street of ``3200 harford rd``; not of ``33rd street``.

    ``52-10`` is house 5210 where numbers are written so, and else the first of some.
    """
    found = _NUMBERED.fullmatch(_NUMBER_IS.sub("", text))
    if not found:
        return None
    number, second = found[1], found[2] or ""
    joined = (int(number + second),) if len(second) == QUEENS_DIGITS else ()
    return (*joined, int(number)), _UNIT.sub("", found[4])


def corner_in(text: str) -> tuple[list[str], str] | None:
    """The streets of a corner, and what else was said: two to four parts."""
    before = ""
    if found := _CORNER_OF.match(text):
        before, text = found["before"].strip(" ,"), found["rest"].strip(" ,:")
        if not text:
            return None
    parts = [part.strip(" ,") for part in _MEET.split(text) if part and part.strip(" ,")]
    parts[:1] = [part.removeprefix("where ") for part in parts[:1]]
    if len(parts) < 2 and before:
        # "Pratt at the corner of Light"
        return ([before, parts[0]], "") if parts else None
    return (parts[:4], before) if len(parts) > 1 else None


def stretch_in(text: str) -> tuple[str, str, str] | None:
    """Street, one end and the other of ``charles between 33rd and 34th``, in any order."""
    if found := _BETWEEN.match(text):
        before, one, other = found["before"].strip(" ,"), found["one"], found["other"]
        if turned := _ON.match(other):
            return turned["street"], one, turned["other"]
        before = re.sub(r"^(.*\b)?(?:on|en) ", "", before)
        return (before, one, other) if before else None
    if found := _FROM_TO.match(text):
        return found["before"], found["one"], found["other"]
    return None


def anchors_in(text: str) -> list[tuple[str, str]]:
    """Each way to split words into a place and where it is from there: (place, directions)."""
    found = []
    for match in _RELATION.finditer(text):
        place, directions = text[match.end() :].strip(" ,"), text[: match.end()].strip(" ,")
        if place and len(place) > 2:
            found.append((place, directions))
    if after := _AFTER.search(text):
        found.append((text[: after.start()], after[1]))
    return found
