"""The truth behind the demo city's history: a service's nature follows from what it is about."""

import pytest

from citycall.catalog.actions import save_service
from citycall.catalog.queries import catalog
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.demo import geography
from citycall.demo.history import truth
from tests import city as small_city

pytestmark = pytest.mark.django_db


def nature_of(*codes: str) -> dict[str, truth.ServiceTruth]:
    """What is true of services with these codes."""
    small_city.build()
    for code in codes:
        spec = ServiceSpec.model_validate({**small_city.SERVICES[0], "code": code})
        save_service(spec=spec, by=SYSTEM, at=small_city.NOW)
    told = truth.decide(seed=1, at=small_city.NOW, city=geography.build(), catalog=catalog())
    return {service.code: service for service in told.services}


def test_the_season_follows_from_whole_words_of_the_code() -> None:
    found = nature_of("police-conduct", "dirty-street", "snow-ice-street", "street-repair", "rats")
    assert {code: found[code].season for code in found.keys() - {"graffiti", "something-else"}} == {
        "police-conduct": "even",
        "dirty-street": "even",
        "snow-ice-street": "winter",
        "street-repair": "spring",
        "rats": "summer",
        "pothole": "spring",
        "water-leak": "even",
    }


def test_storms_bring_what_they_damage() -> None:
    found = nature_of("fallen-tree", "street-light-out", "flooded-street", "street-markings")
    stormy = {code for code, service in found.items() if service.storm_share > 0}
    assert stormy == {"fallen-tree", "street-light-out", "flooded-street", "water-leak"}
