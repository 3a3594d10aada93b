"""Where a posted report is: coordinates, words, both, and what the service takes."""

import pytest

from citycall.places.models import LocationKind
from citycall.service_requests.models import ServiceRequest
from tests.city import City
from tests.open311.posting import faults, new_key, offer, post, taken
from tests.web import town

FIELD = (-76.58, 39.32)
WORDS = {"service_code": "pothole"}
PARKS = {
    "code": "park-light",
    "name": "Light in a park",
    "group": "Parks",
    "agency": "streets",
    "team": "cleaning",
    "outcomes": ["fixed"],
}


@pytest.fixture
def key(city: City) -> str:
    return new_key()


def made() -> ServiceRequest:
    return ServiceRequest.objects.get()


def test_a_point_is_named_by_what_lies_there(key: str) -> None:
    taken(post(key, lat="39.32", long="-76.58"))
    assert made().place == "Hooper's Field, Herring Run Park"
    assert made().location_kind == LocationKind.POINT


def test_words_that_are_clear_give_the_point(key: str) -> None:
    taken(post(key, {**WORDS, "address_string": "Hooper's Field"}))
    request = made()
    assert (request.longitude, request.latitude) == FIELD
    assert request.location_kind == LocationKind.LANDMARK
    assert request.place == "Hooper's Field, Herring Run Park"
    assert request.accuracy_m is not None


def test_words_that_are_not_clear_are_kept_as_they_are(key: str) -> None:
    taken(post(key, {**WORDS, "address_string": "behind the old bakery"}))
    request = made()
    assert (request.longitude, request.place) == (None, "behind the old bakery")
    assert request.location_kind == LocationKind.WORDS


def test_an_address_that_is_not_in_the_gazetteer_is_still_an_address(key: str) -> None:
    taken(post(key, {**WORDS, "address_string": "1200 E Monument St"}))
    assert made().location_kind == LocationKind.ADDRESS


def test_of_both_the_point_stands_and_the_words_name_it(key: str) -> None:
    taken(post(key, address_string="Hooper's Field"))
    request = made()
    assert (request.longitude, request.latitude) == (-76.6, 39.29)
    assert request.place == "Hooper's Field"


def test_an_address_id_is_looked_up(key: str) -> None:
    taken(post(key, {**WORDS, "address_id": "Hooper's Field"}))
    assert (made().longitude, made().latitude) == FIELD


def test_an_unknown_address_id_is_a_fault(key: str) -> None:
    (fault,) = faults(post(key, {**WORDS, "address_id": "98765-X"}))
    assert fault.startswith("address_id: ")


def test_chicago_sends_all_of_it_together(key: str) -> None:
    taken(post(key, address_string="1200 E Monument St", address_id="77"))
    request = made()
    assert request.longitude == -76.6
    assert request.place == "1200 E Monument St"


def test_without_a_place_the_report_is_refused(key: str) -> None:
    (fault,) = faults(post(key, WORDS))
    assert fault.startswith("lat: ")


def test_a_service_that_asks_no_place_needs_none(key: str) -> None:
    offer(PARKS, location="none")
    taken(post(key, {"service_code": "park-light", "lat": "39.29", "long": "-76.6"}))
    assert made().longitude is None


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"lat": "39.29"}, "long"),
        ({"long": "-76.6"}, "lat"),
        ({"lat": "NaN", "long": "-76.6"}, "lat"),
        ({"lat": "39.29", "long": "inf"}, "long"),
        ({"lat": "1e999", "long": "-76.6"}, "lat"),
        ({"lat": "39_2", "long": "-76.6"}, "lat"),
        ({"lat": "39.29", "long": "٧٦"}, "long"),
        ({"lat": "139.29", "long": "-76.6"}, "lat"),
        ({"address_string": "x" * 301}, "address_string"),
    ],
)
def test_a_bad_place_is_one_fault_of_its_parameter(
    key: str, sent: dict[str, str], named: str
) -> None:
    told = faults(post(key, {**WORDS, **sent}))
    assert [fault.partition(":")[0] for fault in told] == [named]


@pytest.mark.parametrize(
    "sent",
    [
        {"lat": "39,29", "long": "-76,6"},
        {"latitude": "39.29", "longitude": "-76.6"},
        {"lat": "+39.29", "lon": "-76.6"},
        {"LAT": "39.29", "lng": "-76.60"},
        {"lat": " 39.29 ", "long": "-7.66e1"},
    ],
)
def test_coordinates_come_in_every_accent(key: str, sent: dict[str, str]) -> None:
    taken(post(key, {**WORDS, **sent}))
    assert (made().longitude, made().latitude) == (-76.6, 39.29)


def test_a_point_outside_the_city_is_sent_to_its_neighbor(key: str) -> None:
    town.draw_boundary()
    (fault,) = faults(post(key, lat="39.3", long="-76.4"))
    assert fault.startswith("lat: ")
    assert "410-555-0199" in fault


def test_swapped_coordinates_are_told_as_such(key: str) -> None:
    town.draw_boundary()
    (fault,) = faults(post(key, lat="-76.6", long="39.3"))
    assert "swapped" in fault


def test_a_point_is_taken_where_the_service_takes_points_or_addresses(key: str) -> None:
    taken(
        post(
            key,
            service_code="water-leak",
            email="pat@example.org",
            **{"attribute[amount]": "drip"},
        )
    )
    assert made().location_kind == LocationKind.POINT


def test_a_named_place_is_a_landmark_where_only_those_are_taken(key: str) -> None:
    offer(PARKS, location_kinds=["landmark"])
    taken(post(key, service_code="park-light", lat="39.32", long="-76.58"))
    assert made().location_kind == LocationKind.LANDMARK


def test_words_may_mean_the_kind_that_the_service_takes(key: str) -> None:
    offer(PARKS, location_kinds=["landmark"])
    taken(post(key, service_code="park-light", address_string="Hooper's Field"))
    assert (made().location_kind, made().longitude) == (LocationKind.LANDMARK, -76.6)


def test_a_point_that_is_no_kind_that_the_service_takes_is_refused(key: str) -> None:
    offer(PARKS, location_kinds=["asset"])
    (fault,) = faults(post(key, service_code="park-light"))
    assert fault.startswith("lat: ")
