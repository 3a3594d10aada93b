"""What was found of recurring trouble, with names in the place of ids, for who may see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from citycall.analytics.places.findings import (
    Cluster,
    Findings,
    StormDays,
    Topic,
    Turn,
    present,
)
from citycall.analytics.queries import agencies_of, sees_all
from citycall.catalog.queries import catalog
from citycall.core.actors import Actor
from citycall.duplicates.models import RepeatPlace
from citycall.duplicates.repeats import page as repeat_page
from citycall.pages.lists import listed
from citycall.pages.numbers import rounded
from citycall.places.index import AreaRef
from citycall.places.queries import areas

# The places where trouble returns most often; the whole list is the agencies'.
REPEATS: Final = 10
_ONE_IN: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """One hot spot: what, where in words, and how many times the expected.

    ``areas`` are the names of ``where`` with the addresses of their pages.
    """

    found: Cluster
    key: str
    service: str
    where: str
    expected: str
    times: str
    one_in: str
    areas: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Level:
    """One change of level: of what, with the address of its page, and its numbers."""

    found: Turn
    what: str
    address: str
    before: str
    after: str
    times: str
    interval: str


@dataclass(frozen=True, slots=True)
class Weather:
    """One storm with its services."""

    found: StormDays
    services: Sequence[str]
    usual: str
    late_by_storm: str


@dataclass(frozen=True, slots=True)
class Saying:
    """One term that is told more than before."""

    found: Topic
    service: str
    lately: str
    before: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Everything that the page shows."""

    found: Findings
    places: Sequence[Place]
    levels: Sequence[Level]
    storms: Sequence[Weather]
    sayings: Sequence[Saying]
    late_by_storm: str


def trouble(actor: Actor) -> Trouble | None:
    """What was found, as far as the actor may see it; none before the first look.

    What concerns the city as a whole is for those who may see every agency's numbers.
    """
    whole = sees_all(actor)
    mine = {agency.pk for agency in agencies_of(actor)}
    found = present()
    if found is None:
        return None
    clusters = [each for each in found.clusters if whole or each.agency in mine]
    clusters.sort(key=lambda each: (not each.going_on, -each.until.toordinal(), each.chance))
    return Trouble(
        found=found,
        places=[_place(each) for each in clusters],
        levels=[_level(each) for each in found.turns if whole or each.agency in mine],
        storms=[_weather(each) for each in reversed(found.storms)] if whole else [],
        sayings=[_saying(each) for each in found.topics if whole or each.agency in mine],
        late_by_storm=rounded(found.late_by_storm, 0) if whole else "",
    )


def of_service(actor: Actor, service_id: int) -> dict[str, Any]:
    """The hot spots and changes of level of one service."""
    return _narrowed(
        trouble(actor),
        lambda each: each.service == service_id,
        lambda each: (each.by, each.key) == ("service", service_id),
    )


def of_area(actor: Actor, area_id: int) -> dict[str, Any]:
    """The hot spots that an area has requests of, and its changes of level."""
    return _narrowed(
        trouble(actor),
        lambda each: any(area == area_id for area, _count in each.areas),
        lambda each: (each.by, each.key) == ("area", area_id),
    )


def _narrowed(
    found: Trouble | None, spot: Callable[[Cluster], bool], turn: Callable[[Turn], bool]
) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        "looked": found.found,
        "spots": [each for each in found.places if spot(each.found)],
        "levels": [each for each in found.levels if turn(each.found)],
    }


def cluster_for(actor: Actor, key: str) -> Place | None:
    """The hot spot of this key, if there is one and the actor may see it."""
    shown = trouble(actor)
    return next((each for each in shown.places if each.key == key), None) if shown else None


def repeats(actor: Actor) -> Sequence[RepeatPlace]:
    """The places where trouble returned most often, as ``/agency/repeats`` counts them."""
    return repeat_page(actor, size=REPEATS).rows


def key_of(cluster: Cluster) -> str:
    """What a cluster is called in an address."""
    return f"{cluster.service}-{cluster.since:%Y%m%d}-{cluster.hexagons[0]}"


def _place(found: Cluster) -> Place:
    return Place(
        found=found,
        key=key_of(found),
        service=_service(found.service),
        where=_where(found),
        expected=rounded(found.expected, 1),
        times=rounded(found.factor, 1),
        one_in=_one_in(found.chance),
        areas=[(each.name, _page(each)) for each in _areas(found)],
    )


def _where(found: Cluster) -> str:
    """The areas that hold most of it; without areas, where its middle is."""
    names = [each.name for each in _areas(found)]
    if names:
        return listed(names)
    return _("around %(latitude)s, %(longitude)s") % {
        "latitude": f"{found.latitude:.4f}",
        "longitude": f"{found.longitude:.4f}",
    }


def _areas(found: Cluster) -> list[AreaRef]:
    """The areas that hold at least a fifth of it."""
    whole = sum(count for _area, count in found.areas)
    return [areas().area(area) for area, count in found.areas if 5 * count >= whole]


def _page(area: AreaRef) -> str:
    return reverse("citistat:area", args=[area.layer, area.id])


def _address(found: Turn) -> str:
    """The page of what has changed its level; teams have none."""
    if found.by == "service":
        code = catalog().service_by_id(found.key).spec.code
        return reverse("citistat:service", args=[code])
    if found.by == "agency":
        return reverse("citistat:agency", args=[catalog().agency(found.key).spec.code])
    return _page(areas().area(found.key)) if found.by == "area" else ""


def _level(found: Turn) -> Level:
    digits = 1 if found.measure == "received" else 2
    return Level(
        found=found,
        what=_what(found),
        address=_address(found),
        before=rounded(found.before, digits),
        after=rounded(found.after, digits),
        times=rounded(found.factor, 2),
        interval=_("%(low)s to %(high)s")
        % {"low": rounded(found.low, 2), "high": rounded(found.high, 2)},
    )


def _what(found: Turn) -> str:
    if found.by == "service":
        return _service(found.key)
    if found.by == "agency":
        return catalog().agency(found.key).spec.name
    return catalog().team(found.key).spec.name if found.by == "team" else _area(found.key)


def _weather(found: StormDays) -> Weather:
    return Weather(
        found=found,
        services=[_service(each) for each in found.services],
        usual=rounded(found.usual, 1),
        late_by_storm=rounded(found.late_by_storm, 0),
    )


def _saying(found: Topic) -> Saying:
    return Saying(
        found=found,
        service=_service(found.service) if found.service else "",
        lately=_share(found.reporters, found.of),
        before=_share(found.before, found.before_of),
    )


def _share(part: int, whole: int) -> str:
    return _("%(n)s of %(whole)s") % {"n": rounded(part, 0), "whole": rounded(whole, 0)}


def _service(service_id: int) -> str:
    return catalog().service_by_id(service_id).spec.name


def _area(area_id: int) -> str:
    return areas().area(area_id).name


def _one_in(chance: float) -> str:
    """A chance as one in so many, as far as anybody can imagine it."""
    many = min(_ONE_IN, round(1 / max(chance, 1e-12)))
    two = float(f"{many:.1g}")
    sentence = _("less than 1 in %(n)s") if many >= _ONE_IN else _("1 in %(n)s")
    return sentence % {"n": rounded(two, 0)}
