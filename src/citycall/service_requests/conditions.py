"""What lists of requests are narrowed by besides plain columns: words, tags, areas, distance."""

import math
import re
from collections.abc import Collection
from typing import Final

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, FloatField, Func, IntegerField, Q, Value
from django.db.models.functions import Cast

from citycall.core.fields import PointField
from citycall.service_requests.views_models import OpenWords

Point = tuple[float, float]

# So many words of a question are looked for; further ones hardly ever tell more apart.
MOST_WORDS: Final = 12
_WORD: Final = re.compile(r"\w+")


def says(words: str) -> Q:
    """Open requests of which one report, with its place, has words that begin with all of these.

    What was merged into a request counts as reports of it.
    """
    asked = " & ".join(f"'{word}':*" for word in _WORD.findall(words.lower())[:MOST_WORDS])
    if not asked:
        return Q(pk__in=[])
    query = SearchQuery(asked, config="simple", search_type="raw")
    found = OpenWords.objects.filter(words=query)
    return Q(pk__in=found.values("request_id"))


def tagged(tags: Collection[str]) -> Q:
    """Requests that have all of these tags."""
    # The index holds tagged requests only, and has to be told so.
    return Q(tags__contains=list(tags)) & ~Q(tags=[])


def in_area(area_id: int) -> Q:
    """Requests whose point lies in this area."""
    return Q(areas__contains=[area_id])


def metres_from(point: Point) -> Cast:
    """How far each request is from a (longitude, latitude), in whole metres; null without point."""
    apart = Func(
        F("mercator"),
        _mercator(point),
        template="(%(expressions)s)",
        arg_joiner=" <-> ",
        output_field=FloatField(),
    )
    return Cast(apart * Value(_shrink(point)), IntegerField())


def _mercator(point: Point) -> Func:
    longitude, latitude = (Value(degrees) for degrees in point)
    return Func(longitude, latitude, function="citycall_mercator", output_field=PointField())


def _shrink(point: Point) -> float:
    """How much longer the map's metres are than those on the ground there."""
    return math.cos(math.radians(point[1]))
