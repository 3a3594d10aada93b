"""The ways to read some words as a place; each gives candidates with what it is sure of."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.places.coordinates import METRES_PER_DEGREE, distance_m
from citycall.places.models import LocationKind
from citycall.places.search import along, phrases
from citycall.places.search.kinds import KIND_OF, WORTH
from citycall.places.search.names import is_generic
from citycall.places.search.picture import Gazetteer, NamedPlace
from citycall.places.search.spellings import POINTING, words_of
from citycall.places.search.streets import StreetMatch

Point = tuple[float, float]

# A number that is said to be painted on something: stop 325, pole no. 12-3456, light #77.
_NUMBERED_THING = re.compile(
    r"(?:stop|pole|light|lamp|post|signal|poste|luz|parada)"
    r"(?: (?:number|no|num|id|numero))?\.? ?#? ?"
    r"([a-z]{0,4}-?\d[\w-]*)"
)

MOST_STREETS = 6
# Streets that meet nowhere as they are named were perhaps misheard.
DO_NOT_MEET = 0.9
MOST_MATCHES = 16
MUCH_WORSE = 0.35
MOST_NAMES = 24
# How many numbers a house may lie outside what is known of its street and be put at its end.
NEAR_NUMBERS = 24
STREET_ALONE = 0.55
# A sort of place without a name is no more than a question; this much of a name is all of it.
NO_NAME, WHOLE_NAME = 0.6, 0.93
NUMBER_UNKNOWN = 0.42
ADDRESS_ACCURACY_M, HOUSE_ACCURACY_M, CORNER_ACCURACY_M = 25.0, 10.0, 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One reading of the words, not yet compared with others. ``sure`` runs from 0 to 1."""

    kind: LocationKind
    code: str
    label: str
    point: Point
    accuracy_m: float
    sure: float
    reason: str | Promise
    directions: str = ""
    place: NamedPlace | None = None
    # Of names: the share of the words that the place has, and whether they are its whole name.
    said: float = 1.0
    whole: bool = True


def readings(
    text: str, gazetteer: Gazetteer, *, zip_code: str = "", typing: bool = False
) -> Iterator[Found]:
    """Every reading of tidy words that fits the gazetteer, in no order."""
    yield from of_codes(text, gazetteer)
    yield from of_stretches(text, gazetteer)
    yield from of_corners(text, gazetteer, typing=typing)
    yield from of_numbers(text, gazetteer, zip_code=zip_code, typing=typing)
    yield from of_names(text, gazetteer, typing=typing)
    yield from of_streets(text, gazetteer, typing=typing)


def streets_of(
    words: str,
    gazetteer: Gazetteer,
    *,
    typing: bool = False,
    loose: bool = False,
    least: float = 0.6,
) -> list[StreetMatch]:
    """The streets that words may mean and that are like them enough."""
    matches = gazetteer.streets.matching(words, typing=typing, loose=loose)
    return [match for match in matches if match.quality >= least]


def of_codes(text: str, gazetteer: Gazetteer) -> Iterator[Found]:
    """A pole, stop or other numbered thing by its own number."""
    numbered = _NUMBERED_THING.search(text)
    place = gazetteer.place_of_code(text) if any(c.isdigit() for c in text) else None
    if place is not None:
        yield named(place, 0.97 if not text.isdigit() else 0.8, _("has this number"))
    elif numbered and (place := gazetteer.place_of_code(numbered[1])) is not None:
        yield named(place, 0.95, _("has this number"))


def of_numbers(text: str, gazetteer: Gazetteer, *, zip_code: str, typing: bool) -> Iterator[Found]:
    """House numbers and hundred blocks."""
    if block := phrases.block_in(text):
        yield from _hundreds(*block, gazetteer, typing=typing)
    elif numbered := phrases.number_in(text):
        numbers, words = numbered
        matches = streets_of(words, gazetteer, typing=typing)
        best = matches[0].quality if matches else 0.0
        for match, number in product(matches, numbers):
            if match.quality >= best - MUCH_WORSE:
                yield from _house(number, match, gazetteer, zip_code)


def _house(number: int, match: StreetMatch, gazetteer: Gazetteer, zip_code: str) -> Iterator[Found]:
    street = gazetteer.streets.names[match.street]
    label = f"{number} {street}"
    house = gazetteer.houses.get((match.street, number))
    reason = _("house number on this street") if match.how == "name" else _("similar street name")
    if house is not None:
        yield Found(
            kind=LocationKind.ADDRESS, code=f"address:{label}", label=label, point=house,
            accuracy_m=HOUSE_ACCURACY_M, sure=0.98 * match.quality, reason=reason,
        )  # fmt: skip
        return
    table = gazetteer.blocks
    blocks = table.of_street(match.street).tolist()
    fitting = [fit for block in blocks if (fit := along.place_number(table, block, number))]
    if not fitting:
        yield from _nearest_number(number, match, gazetteer, blocks)
        return
    best = max(fit.fit for fit in fitting)
    seen: list[Point] = []
    for fit in sorted(fitting, key=lambda each: _narrowness(gazetteer, each)):
        point = along.point_on(table.lines[fit.block], fit.share, side=fit.side)
        if fit.fit < best or any(distance_m(point, other) < 200.0 for other in seen):
            continue
        seen.append(point)
        zips = table.zips[fit.block]
        worth = 0.97 * match.quality * fit.fit + (0.04 if zip_code and zip_code in zips else 0.0)
        yield Found(
            kind=LocationKind.ADDRESS, code=f"address:{label}@{table.codes[fit.block]}",
            label=label, point=point, accuracy_m=ADDRESS_ACCURACY_M, sure=worth, reason=reason,
        )  # fmt: skip


def _narrowness(gazetteer: Gazetteer, fit: along.OnBlock) -> int:
    """Of blocks that claim the same number the one with the narrower range is right."""
    start, end = gazetteer.blocks.numbers[fit.block, 2 * fit.side : 2 * fit.side + 2].tolist()
    return abs(int(end) - int(start))


def _nearest_number(
    number: int, match: StreetMatch, gazetteer: Gazetteer, blocks: Sequence[int]
) -> Iterator[Found]:
    table = gazetteer.blocks
    gaps = sorted((along.gap_to(table, block, number), block) for block in blocks)
    if not gaps:
        return
    gap, block = gaps[0]
    street = gazetteer.streets.names[match.street]
    hundred = number // 100 * 100
    same_hundred = any(along.place_number(table, b, hundred + n) for b in blocks for n in (0, 1, 2))
    line = table.lines[block]
    known = table.numbers[block]
    low, high = known[known != -1].min() if gap < 10**9 else 0, known.max()
    share = 0.5 if low == high else min(max((number - low) / (high - low), 0.0), 1.0)
    if known[0] > known[1] or known[2] > known[3]:
        share = 1.0 - share
    point = along.point_on(line, share, side=None)
    if gap <= NEAR_NUMBERS or (same_hundred and gap < 100):
        sure, reason = 0.8 - 0.002 * gap, _("nearest known house number on this street")
        yield Found(
            kind=LocationKind.ADDRESS, code=f"address:{number} {street}",
            label=f"{number} {street}", point=point, accuracy_m=60.0 + 2 * gap,
            sure=sure * match.quality, reason=reason,
        )  # fmt: skip
    else:
        yield Found(
            kind=LocationKind.SEGMENT, code=f"street:{street}", label=street,
            point=_middle(match.street, gazetteer), accuracy_m=2000.0,
            sure=NUMBER_UNKNOWN * match.quality, reason=_("the street is known, not this number"),
        )  # fmt: skip


def _hundreds(hundred: int, words: str, gazetteer: Gazetteer, *, typing: bool) -> Iterator[Found]:
    table = gazetteer.blocks
    for match in streets_of(words, gazetteer, typing=typing)[:MOST_MATCHES]:
        fitting = [
            block
            for block in table.of_street(match.street).tolist()
            if any(along.place_number(table, block, hundred + n) for n in range(100))
        ]
        street = gazetteer.streets.names[match.street]
        for part in _near_together(fitting, gazetteer):
            lengths = [table.lines[block].length for block in part]
            whole = sum(lengths)
            middle = part[max(range(len(part)), key=lambda n: lengths[n])]
            yield Found(
                kind=LocationKind.SEGMENT, code=f"block:{hundred} {street}@{table.codes[middle]}",
                label=f"{hundred} block of {street}",
                point=along.point_on(table.lines[middle], 0.5, side=None),
                accuracy_m=max(whole * METRES_PER_DEGREE / 2, 30.0),
                sure=0.96 * match.quality, reason=_("houses with these numbers"),
            )  # fmt: skip


def _near_together(blocks: Sequence[int], gazetteer: Gazetteer) -> list[list[int]]:
    """Blocks in groups that hang together, so that two streets of one name stay two."""
    groups: list[list[int]] = []
    lines = gazetteer.blocks.lines
    for block in blocks:
        here = lines[block]
        for group in groups:
            if any(here.distance(lines[other]) < 0.002 for other in group):
                group.append(block)
                break
        else:
            groups.append([block])
    return groups


def of_corners(text: str, gazetteer: Gazetteer, *, typing: bool) -> Iterator[Found]:
    """Where two or more streets meet, in any order."""
    told = phrases.corner_in(text)
    if told is None:
        return
    parts, before = told
    # Where the streets as they are spelled do not meet, others that sound so may.
    best = _corners(parts, gazetteer, typing=typing)
    if not best:
        loose = _corners(parts, gazetteer, typing=typing, loose=True)
        best = {number: (DO_NOT_MEET * sure, exact) for number, (sure, exact) in loose.items()}
    for number, (sure, exact) in best.items():
        corner = gazetteer.corners[number]
        yield Found(
            kind=LocationKind.INTERSECTION, code=f"corner:{corner.code}",
            label=" & ".join(gazetteer.streets.names[street] for street in corner.streets),
            point=(corner.longitude, corner.latitude), accuracy_m=CORNER_ACCURACY_M, sure=sure,
            reason=_("these streets meet here") if exact else _("similar street names"),
            directions=before,
        )  # fmt: skip


def _corners(
    parts: Sequence[str], gazetteer: Gazetteer, *, typing: bool, loose: bool = False
) -> dict[int, tuple[float, bool]]:
    """The corners of streets by these names: how sure, and whether by the very names."""
    matches = [streets_of(part, gazetteer, typing=typing, loose=loose) for part in parts]
    known = [found for found in matches if found][:3]
    if len(known) < 2:
        return {}
    unknown = 0.1 * (len(matches) - len(known))
    best: dict[int, tuple[float, bool]] = {}
    for one, other in product(known[0][:MOST_MATCHES], known[1][:MOST_MATCHES]):
        least = min(one.quality, other.quality)
        sure = 0.98 * (one.quality + other.quality + least) / 3 - unknown
        for number in _shared((one, other), gazetteer):
            if number not in best or best[number][0] < sure:
                best[number] = sure, one.how == other.how == "name"
    return best


def _shared(pair: Iterable[StreetMatch], gazetteer: Gazetteer) -> set[int]:
    one, other = (match.street for match in pair)
    if one == other:
        return set()
    return set(gazetteer.corners_of.get(one, ())) & set(gazetteer.corners_of.get(other, ()))


def of_stretches(text: str, gazetteer: Gazetteer) -> Iterator[Found]:
    """A stretch of one street between two others."""
    told = phrases.stretch_in(text)
    if told is None:
        return
    street, one, other = (_streets_within(part, gazetteer) for part in told)
    best: dict[str, Found] = {}
    for on, first, second in product(street, one, other):
        starts, ends = _shared((on, first), gazetteer), _shared((on, second), gazetteer)
        for start, end in product(starts, ends):
            if start == end:
                continue
            a, b = gazetteer.corners[start], gazetteer.corners[end]
            ends_at = (a.longitude, a.latitude), (b.longitude, b.latitude)
            apart = distance_m(*ends_at)
            if apart > 2500:
                continue
            names = gazetteer.streets.names
            label = f"{names[on.street]}, {names[first.street]} – {names[second.street]}"
            sure = 0.97 * min(on.quality, first.quality, second.quality) - apart / 50_000
            found = Found(
                kind=LocationKind.SEGMENT, code=f"stretch:{a.code}:{b.code}", label=label,
                point=_halfway(on.street, ends_at, gazetteer), accuracy_m=max(apart / 2, 30.0),
                sure=sure, reason=_("the stretch between these streets"),
            )  # fmt: skip
            if label not in best or best[label].sure < sure:
                best[label] = found
    yield from best.values()


def _streets_within(words: str, gazetteer: Gazetteer) -> list[StreetMatch]:
    """The streets that words name, with something said after the name or not."""
    parts = words.split()
    for end in range(len(parts), 0, -1):
        if found := streets_of(" ".join(parts[:end]), gazetteer):
            return found[:MOST_MATCHES]
    return []


def _halfway(street: int, ends: tuple[Point, Point], gazetteer: Gazetteer) -> Point:
    """The point of the street nearest to the middle between two corners."""
    x, y = (ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2
    table = gazetteer.blocks
    middles = [
        along.point_on(table.lines[block], 0.5, side=None)
        for block in table.of_street(street).tolist()
    ]
    return min(middles, key=lambda p: distance_m(p, (x, y)), default=(x, y))


def of_names(text: str, gazetteer: Gazetteer, *, typing: bool) -> Iterator[Found]:
    """Named places: parks, fields, landmarks, stations, schools, neighborhoods."""
    words = words_of(text)
    most = NO_NAME if is_generic(words) else 1.0
    for match in gazetteer.names.matching(words, typing=typing, limit=MOST_NAMES):
        place = gazetteer.places[match.entry]
        reason = _("has this name") if match.exact else _("has a similar name")
        sure, whole = 0.98 * match.score * WORTH.get(place.kind, 1.0), match.whole > WHOLE_NAME
        by_name = whole and match.exact and len(words) > 1 and POINTING.isdisjoint(words)
        if not by_name:
            sure = min(sure, most)
        yield replace(named(place, sure, reason), said=match.said, whole=whole)


def named(place: NamedPlace, sure: float, reason: str | Promise) -> Found:
    """A named place as a reading."""
    return Found(
        kind=KIND_OF.get(place.kind, LocationKind.LANDMARK),
        code=f"place:{place.code}",
        label=place.label,
        point=(place.longitude, place.latitude),
        accuracy_m=max(place.reach_m, 10.0),
        sure=sure,
        reason=reason,
        place=place,
    )


def of_streets(text: str, gazetteer: Gazetteer, *, typing: bool) -> Iterator[Found]:
    """A street without more, which is too long to be a place, yet worth asking about."""
    for match in streets_of(text, gazetteer, typing=typing, least=0.7)[: 2 * MOST_STREETS]:
        street = gazetteer.streets.names[match.street]
        if not len(gazetteer.blocks.of_street(match.street)):
            continue
        yield Found(
            kind=LocationKind.SEGMENT, code=f"street:{street}", label=street,
            point=_middle(match.street, gazetteer), accuracy_m=2000.0,
            sure=STREET_ALONE * match.quality, reason=_("street name; which block?"),
        )  # fmt: skip


def _middle(street: int, gazetteer: Gazetteer) -> Point:
    blocks = gazetteer.blocks.of_street(street)
    return along.point_on(gazetteer.blocks.lines[blocks[len(blocks) // 2]], 0.5, side=None)


def around(anchors: Iterable[Found], directions: str) -> Iterator[Found]:
    """Readings of a place that words point to from beside it: the words become directions."""
    for found in anchors:
        more = " ".join(part for part in (directions, found.directions) if part)
        yield replace(found, directions=more, sure=found.sure * 0.97)
