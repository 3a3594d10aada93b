"""From readings to an answer: the best first, like ones together, and an honest verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from django.utils.translation import gettext as _

from citycall.places.candidates import Answer, Candidate, Verdict
from citycall.places.coordinates import distance_m
from citycall.places.index import AreaIndex
from citycall.places.models import LocationKind
from citycall.places.search import phrases
from citycall.places.search.kinds import LABELS, SORTS
from citycall.places.search.picture import Gazetteer
from citycall.places.search.reading import Found, Point, around, of_names, readings

# From this on one candidate may be meant; below the lower bound it is not worth showing.
SURE = 0.72
WORTH_SHOWING = 0.4
# How much better than the next the first must be to be taken without asking.
AHEAD = 0.055
# Where the words are only a part of both names, or one word, more is asked for.
AHEAD_OF_NAMESAKE, AHEAD_ON_ONE_WORD = 0.18, 0.13
SAME_PLACE_M = 75.0
# What lying near the person's surroundings is worth, and how near that is.
NEARNESS, NEAR_M = 0.09, 1_500.0
ANCHOR_AT_LEAST = 0.6
# What is said between a place and what confirms it; after the first two it may be the place.
_APART = (",", " - ")
_BETWEEN_PARTS = (*_APART, " in ", " en ", " on ", " at ", " near ", " by ", " of ")
LEAST_OF_PART = 0.33
CONFIRMED = 0.965
AT_ANCHOR_M = 400.0


def answer(
    words: str,
    gazetteer: Gazetteer,
    areas: AreaIndex,
    *,
    city: str,
    near: Point | None,
    limit: int,
    typing: bool,
) -> Answer:
    """The places that words may mean. See ``queries.search``."""
    told = phrases.tidy(words, city=city)
    point = phrases.point_in(told.text)
    if point is not None:
        return _coordinates(point, areas)
    if sum(letter.isalnum() for letter in told.text) < 2:
        return Answer(verdict=Verdict.NOTHING)
    found = _all_readings(told.text, gazetteer, zip_code=told.zip_code, typing=typing)
    if told.as_said != told.text:
        found += of_names(told.as_said, gazetteer, typing=typing)
    ranked = _ranked(found, near)
    shown = [each for each in ranked if each.sure >= WORTH_SHOWING][: max(limit, 2)]
    if not shown:
        return Answer(verdict=Verdict.NOTHING)
    verdict = Verdict.CLEAR if _is_clear(shown, len(told.text.split())) else Verdict.ASK
    return Answer(
        verdict=verdict, candidates=tuple(_candidate(each, areas) for each in shown[:limit])
    )


def _coordinates(point: Point, areas: AreaIndex) -> Answer:
    turned = (point[1], point[0])
    if not areas.inside_city(*point) and areas.middle and areas.inside_city(*turned):
        point = turned
    label = f"{point[1]:.5f}, {point[0]:.5f}"
    found = Found(
        kind=LocationKind.POINT, code=f"point:{label}", label=label, point=point,
        accuracy_m=10.0, sure=1.0, reason=_("coordinates"),
    )  # fmt: skip
    return Answer(verdict=Verdict.CLEAR, candidates=(_candidate(found, areas),))


def _all_readings(text: str, gazetteer: Gazetteer, *, zip_code: str, typing: bool) -> list[Found]:
    found = list(readings(text, gazetteer, zip_code=zip_code, typing=typing))
    found += _by_parts(text, gazetteer, zip_code=zip_code)
    if not any(each.sure >= 0.9 for each in found):
        for place, directions in phrases.anchors_in(text):
            anchored = list(readings(place, gazetteer, zip_code=zip_code, typing=typing))
            anchored += _by_parts(place, gazetteer, zip_code=zip_code)
            found += around(_anchors(anchored), directions)
    return found


def _anchors(anchors: Sequence[Found]) -> list[Found]:
    """The anchors that are sure enough to say where something is from them."""
    return [each for each in anchors if each.sure >= ANCHOR_AT_LEAST]


def _by_parts(text: str, gazetteer: Gazetteer, *, zip_code: str) -> list[Found]:
    """Readings of a part before a comma (or ``in``) that the part after it confirms or not."""
    found: list[Found] = []
    for mark in _BETWEEN_PARTS:
        first, _mark, rest = text.partition(mark)
        first, rest = first.strip(), rest.strip()
        if not first or not rest:
            continue
        here = [
            each
            for each in readings(first, gazetteer, zip_code=zip_code)
            if each.sure > LEAST_OF_PART
        ]
        there = [each for each in readings(rest, gazetteer) if each.sure > 0.7]
        apart = mark in _APART
        found += [_confirmed(each, there, unsure=0.8 if apart else 0.9) for each in here]
        if apart:
            found += [_confirmed(each, here, unsure=0.8) for each in there]
    return found


def _confirmed(each: Found, others: Iterable[Found], *, unsure: float) -> Found:
    """A reading that lies where the rest of the words say is surer, and more exact than that."""
    for other in others:
        apart = distance_m(each.point, other.point)
        if apart <= AT_ANCHOR_M + min(other.accuracy_m, 1_500.0) and other.code != each.code:
            surer = min(each.sure * (0.94 + 0.08 * other.sure), CONFIRMED)
            if each.accuracy_m < other.accuracy_m:
                surer = max(surer, min(other.sure + 0.01, CONFIRMED))
            return replace(each, sure=surer)
    return replace(each, sure=each.sure * unsure if each.sure > ANCHOR_AT_LEAST else 0.0)


def _ranked(found: Iterable[Found], near: Point | None) -> list[Found]:
    best: dict[str, Found] = {}
    for each in map(partial(_tipped, near=near), found):
        if each.code not in best or best[each.code].sure < each.sure:
            best[each.code] = each
    return sorted(best.values(), key=lambda each: (-each.sure, len(each.label), each.label))


def _tipped(found: Found, *, near: Point | None) -> Found:
    """What lies near the person's surroundings is a little likelier."""
    if near is None:
        return found
    apart = distance_m(found.point, near)
    return replace(found, sure=found.sure + NEARNESS / (1.0 + (apart / NEAR_M) ** 2))


def _is_clear(shown: Sequence[Found], words: int) -> bool:
    first = shown[0]
    # A neighborhood is where to look, not a place to send somebody to.
    if first.sure < SURE or first.kind is LocationKind.AREA:
        return False
    return all(
        first.sure - other.sure >= _ahead(first, other, words) or _same_place(first, other)
        for other in shown[1:]
    )


def _ahead(first: Found, other: Found, words: int) -> float:
    """How much better the first must be than another so that it is meant."""
    if not first.whole and other.said > 0.98:
        return AHEAD_OF_NAMESAKE
    return AHEAD_ON_ONE_WORD if words == 1 else AHEAD


def _same_place(first: Found, other: Found) -> bool:
    apart = distance_m(first.point, other.point)
    if apart <= SAME_PLACE_M:
        return True
    # A park and the neighborhood around it of the same name: the park is meant.
    inside = apart <= min(max(first.accuracy_m, other.accuracy_m), 1_500.0)
    return inside and LocationKind.AREA in {first.kind, other.kind}


def _candidate(found: Found, areas: AreaIndex) -> Candidate:
    longitude, latitude = found.point
    return Candidate(
        kind=found.kind,
        code=found.code,
        label=found.label,
        detail=_detail(found, areas),
        longitude=round(longitude, 6),
        latitude=round(latitude, 6),
        accuracy_m=round(found.accuracy_m, 1),
        confidence=round(min(max(found.sure, 0.0), 1.0), 3),
        reason=str(found.reason),
        directions=found.directions,
    )


def _detail(found: Found, areas: AreaIndex) -> str:
    sort = LABELS.get(found.place.kind) if found.place else None
    sort = sort or SORTS.get(found.kind, "")
    around_it = areas.neighborhood_at(*found.point)
    if around_it is None or around_it.name == found.label:
        return str(sort)
    return _("%(sort)s in %(neighborhood)s") % {
        "sort": sort,
        "neighborhood": around_it.name,
    }
