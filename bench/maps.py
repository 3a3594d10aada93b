"""What the map of requests costs: hexagons of the whole city and of a part, points, nearest."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench import stage


def reads(where: stage.Stage) -> dict[str, Callable[[int], object]]:
    """The map's reads by name, each called with the number of its turn; counts are made first."""
    from citycall.catalog.queries import catalog
    from citycall.core import clock
    from citycall.service_requests import cell_counts
    from citycall.service_requests import map as request_map
    from citycall.service_requests.cells import Box
    from citycall.service_requests.selections import Age, by_age

    at, zone = datetime.now(UTC), clock.city_zone()
    cell_counts.fold(at=at, zone=zone)
    for table in ("servicerequest", "cellcount", "cellchange"):
        where.psql(f"VACUUM ANALYZE service_requests_{table}")
    city = _city(where)
    middles = _points(where)
    ages = (Age.OPEN, Age.WEEK, Age.MONTH, Age.YEAR)
    selections = {age.value: by_age(age, at=at, zone=zone) for age in ages}
    group = [entry.id for entry in catalog().groups[0].services]
    selections["year_of_a_group"] = selections["year"].of(group)

    def city_wide(name: str, zoom: float) -> Callable[[int], object]:
        return lambda n: request_map.hexagons(city, zoom, selections[name])

    def part(name: str, zoom: float, metres: float) -> Callable[[int], object]:
        return lambda n: request_map.hexagons(
            Box.around(*middles[n % len(middles)], metres=metres), zoom, selections[name]
        )

    def points(name: str) -> Callable[[int], object]:
        return lambda n: request_map.points(
            Box.around(*middles[n % len(middles)], metres=300), selections[name]
        )

    def nearest(name: str) -> Callable[[int], object]:
        return lambda n: request_map.nearest(
            *middles[n % len(middles)], selections[name], within_m=500, size=25
        )

    calls = {}
    for name in selections:
        # Hexagons of a few hundred pixels' width, and the smallest that are drawn of a whole city.
        calls[f"hexagons_city_{name}"] = city_wide(name, 11.0)
        calls[f"hexagons_city_small_{name}"] = city_wide(name, 13.0)
    for name in ("open", "month", "year"):
        calls[f"hexagons_quarter_{name}"] = part(name, 14.0, 2_500)
        calls[f"hexagons_streets_{name}"] = part(name, 15.0, 800)
        calls[f"points_{name}"] = points(name)
        calls[f"nearest_{name}"] = nearest(name)
    return calls


def _city(where: stage.Stage) -> Any:
    from citycall.service_requests.cells import Box

    found = where.psql(
        "SELECT min(longitude), min(latitude), max(longitude), max(latitude) "
        "FROM (SELECT longitude, latitude FROM service_requests_servicerequest "
        "WHERE longitude IS NOT NULL ORDER BY id DESC LIMIT 5000) AS latest"
    )
    west, south, east, north = (float(str(degrees)) for degrees in found[0])
    return Box(west=west, south=south, east=east, north=north)


def _points(where: stage.Stage) -> list[tuple[float, float]]:
    rows = where.psql(
        "SELECT longitude, latitude FROM service_requests_servicerequest "
        "WHERE longitude IS NOT NULL ORDER BY id DESC LIMIT 200"
    )
    return [(float(str(x)), float(str(y))) for x, y in rows]
