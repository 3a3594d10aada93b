"""The demo city's requests of two years, drawn without a database, as forecasts read them."""

from datetime import UTC, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from citycall.analytics.forecasts.weeks import Days, History, history
from citycall.core import clock
from citycall.demo import geography
from citycall.demo.history import incidents, planted, truth
from citycall.demo.history.writing import BATCH, _spots
from citycall.demo.loading import CATALOG

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@lru_cache(maxsize=1)
def _city() -> geography.City:
    return geography.build()


@lru_cache(maxsize=1)
def _catalog() -> Any:
    """What the truth asks of a catalog: services with code and target, teams."""
    read = YAML(typ="safe").load(CATALOG.read_text())
    entries, agencies = [], []
    for group in read["services"].values():
        for code, entry in group.items():
            target = entry.get("target")
            target = SimpleNamespace(**target) if isinstance(target, dict) else None
            spec = SimpleNamespace(code=code, target=target)
            entries.append(SimpleNamespace(active=True, spec=spec))
            agencies.append(entry["agency"])
    names = sorted(set(agencies))
    return SimpleNamespace(services=entries, teams=[SimpleNamespace(code="all")]), [
        names.index(agency) + 1 for agency in agencies
    ]


def demo(*, seed: int, requests: int, at: datetime = AT) -> History:
    """The weeks of the demo city of this seed, split by neighborhood and by council district."""
    book, agencies = _catalog()
    city = _city()
    real = truth.decide(seed=seed, at=at, city=city, catalog=book)
    rng = np.random.default_rng([seed, 2])
    service, told = incidents.times(real, requests, rng, clock.city_zone())
    spots = _spots(city, real, rng)
    codes = [service.code for service in real.services]
    parts = []
    for start in range(0, requests, BATCH):
        part, own = slice(start, start + BATCH), np.random.default_rng([seed, 3, start])
        found = incidents.scatter(real, service[part], told[part], city, own)
        found = incidents.repeat(found, spots, own)
        own_too = np.random.default_rng([seed, 9, start])
        parts.append(planted.gather(found, real.planted, codes, city, own_too))
    service = np.concatenate([part.service for part in parts]) + 1
    hood = np.concatenate([part.neighborhood for part in parts])
    local = told + incidents.offset_seconds(told) * incidents.SECOND
    day = local.astype("datetime64[D]")
    district = _districts()[hood]
    return history(
        {
            "neighborhoods": Days.of(service, hood + 1, day),
            "council_districts": Days.of(service, district, day),
        },
        until=at.date(),
        agencies={number + 1: agency for number, agency in enumerate(agencies)},
    )


@lru_cache(maxsize=1)
def _districts() -> Any:
    """The council district of each neighborhood: where its middle lies."""
    layers = _city().layers
    middles = [area.polygon.representative_point() for area in layers["neighborhoods"].areas]
    districts = layers["council_districts"].areas
    return np.array(
        [next((n for n, d in enumerate(districts, 1) if d.polygon.contains(m)), 0) for m in middles]
    )
