"""Which services are related, and which open problems near a place may be the one meant."""

from dataclasses import replace

import pytest

from citycall.catalog.actions import save_service
from citycall.catalog.queries import catalog
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.places.coordinates import METRES_PER_DEGREE
from citycall.places.locations import Location
from citycall.service_requests.actions import close
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.known import KnownProblem, known_near
from tests.city import NOW, SERVICES, City, draft

HERE = draft().location
assert HERE is not None


def north(metres: float) -> Location:
    assert HERE is not None
    assert HERE.latitude is not None
    return replace(HERE, latitude=HERE.latitude + metres / METRES_PER_DEGREE)


def save(code: str, **changes: object) -> None:
    spec = ServiceSpec.model_validate({**SERVICES[0], "code": code, "name": code, **changes})
    save_service(spec=spec, by=SYSTEM, at=NOW)


def related(code: str) -> set[str]:
    return {entry.code for entry in catalog().related(catalog().service(code))}


def report(city: City, service: str = "pothole", *, metres: float = 0.0) -> int:
    told = draft(service, location=north(metres))
    return submit(told, by=city.resident, at=NOW).request_id


def near(service: str = "pothole") -> list[KnownProblem]:
    return list(known_near(catalog().service(service), HERE))


def test_services_of_a_group_are_related(city: City) -> None:
    save("sinkhole")
    assert related("pothole") == {"graffiti", "sinkhole"}


def test_a_list_of_its_own_takes_the_place_of_the_group(city: City) -> None:
    save("sinkhole", related=["water-leak"])
    assert related("sinkhole") == {"water-leak"}
    assert related("water-leak") == {"sinkhole"}
    assert "sinkhole" not in related("pothole")


def test_an_empty_list_relates_to_nothing(city: City) -> None:
    save("sinkhole", related=[])
    assert related("sinkhole") == set()


def test_anything_may_be_what_fits_no_service(city: City) -> None:
    assert related("something-else") == {"pothole", "graffiti", "water-leak"}
    assert "something-else" not in related("pothole")


def test_the_nearest_of_the_same_service_comes_first(city: City) -> None:
    far, close_by = report(city, metres=70), report(city, metres=20)
    assert [each.request_id for each in near()] == [close_by, far]


def test_a_related_one_comes_first_only_where_it_is_much_nearer(city: City) -> None:
    save("sinkhole")
    same = report(city, metres=80)
    other = report(city, "sinkhole", metres=5)
    between = report(city, "sinkhole", metres=50)
    assert [each.request_id for each in near()] == [other, same, between]
    assert [each.same for each in near()] == [False, True, False]


def test_a_related_one_must_be_nearer_than_one_of_the_same_service(city: City) -> None:
    save("sinkhole")
    report(city, "sinkhole", metres=80)
    assert near() == []


def test_how_far_it_is_away_is_told_in_metres(city: City) -> None:
    report(city, metres=40)
    assert near()[0].metres == pytest.approx(40, abs=0.5)


def test_what_has_ended_and_what_is_far_away_is_not_known(city: City) -> None:
    report(city, metres=150)
    over = report(city)
    close.cancel(over, reason="A mistake", by=city.call_taker, at=NOW)
    assert near() == []


def test_private_problems_are_never_shown(city: City) -> None:
    report(city, "graffiti")
    assert near() == []
    assert near("graffiti") == []


def test_a_place_without_a_point_is_near_nothing(city: City) -> None:
    assert HERE is not None
    report(city)
    nowhere = replace(HERE, longitude=None, latitude=None)
    assert known_near(catalog().service("pothole"), nowhere) == ()
