"""What the next four weeks bring to one service or one area."""

from collections.abc import Sequence

from citycall.analytics.forecasts import publishing, queries
from citycall.analytics.forecasts.queries import Line, Names
from citycall.analytics.store import Facts


def of_service(facts: Facts, service_id: int) -> Line | None:
    """The forecast of a service; none where there is none yet, or nothing is expected."""
    told = publishing.latest()
    if told is None:
        return None
    names = Names.of(facts)
    if service_id not in names.services:
        return None
    return _one(queries.services(told, names, of=[names.services[service_id].agency]), service_id)


def of_area(facts: Facts, layer: str, area_id: int) -> Line | None:
    """The forecast of all services together in an area."""
    told = publishing.latest()
    if told is None:
        return None
    return _one(queries.areas(told, Names.of(facts), layer=layer), area_id)


def _one(lines: Sequence[Line], key: int) -> Line | None:
    return next((line for line in lines if line.id == key), None)
