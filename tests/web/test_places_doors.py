"""Candidates and surroundings in JSON, as the page asks for them."""

import pytest
from django.test import Client
from limits import RateLimitItemPerMinute

from citycall.web.views import places
from tests.city import City
from tests.web import town

SEARCH, AT = "/places/search", "/places/at"


def test_words_that_are_only_begun_find_places(client: Client, city: City) -> None:
    told = client.get(SEARCH, {"q": "hoop"}).json()
    assert told["candidates"][0]["label"] == "Hooper's Field, Herring Run Park"
    assert set(told["candidates"][0]) == {
        *("code", "kind", "label", "detail", "longitude", "latitude"),
        *("accuracy_m", "confidence", "reason", "directions"),
    }


def test_nonsense_finds_nothing(client: Client, city: City) -> None:
    told = client.get(SEARCH, {"q": "zzqx wvvk"}).json()
    assert told == {"verdict": "nothing", "candidates": []}


@pytest.mark.parametrize("words", ["", " ", "\x00\x01", "a\ud800b", "💡" * 300, "%%__''\";--"])
def test_odd_words_are_no_fault_of_ours(client: Client, city: City, words: str) -> None:
    query = words.encode("utf-8", "surrogatepass")
    assert client.get(SEARCH, {"q": query}).status_code == 200


def test_too_many_words_are_told_so(client: Client, city: City) -> None:
    answer = client.get(SEARCH, {"q": "a" * 301})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Please use at most 300 characters."


@pytest.mark.parametrize(
    "query",
    [
        {"lon": "north", "lat": "39"},
        {"lon": "-76.6"},
        {"lon": "nan", "lat": "39"},
        {"lon": "1e999", "lat": "39"},
        {"lon": "-76.6", "lat": "91"},
    ],
)
@pytest.mark.parametrize("address", [SEARCH, AT])
def test_bad_numbers_are_told_in_a_sentence(
    client: Client, city: City, address: str, query: dict[str, str]
) -> None:
    answer = client.get(address, {"q": "elm", **query})
    assert answer.status_code == 400
    assert answer.json()["detail"].endswith(".")
    assert answer["Cache-Control"] == "no-store"


def test_a_point_is_needed_for_its_surroundings(client: Client, city: City) -> None:
    assert client.get(AT).status_code == 400


def test_a_point_in_a_park_is_told_by_the_parks_name(client: Client, city: City) -> None:
    told = client.get(AT, {"lon": "-76.58", "lat": "39.32"}).json()
    assert told["inside"] is True
    assert "Hooper's Field" in told["words"]


def test_outside_the_city_the_neighbor_is_named_with_its_phone(client: Client, city: City) -> None:
    town.draw_boundary()
    told = client.get(AT, {"lon": "-76.4", "lat": "39.3"}).json()
    assert told["inside"] is False
    assert "in Calder County. Please contact them at 410-555-0199." in told["sentence"]
    assert told["neighbor"]["phone"] == "410-555-0199"


def test_what_was_found_stays_with_its_reader(client: Client, city: City) -> None:
    answer = client.get(SEARCH, {"q": "hooper"})
    assert "private" in answer["Cache-Control"]
    assert not answer.cookies


def test_faster_than_people_type_is_refused(
    client: Client, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "LIMIT", RateLimitItemPerMinute(2))
    codes = [client.get(SEARCH, {"q": "elm"}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
