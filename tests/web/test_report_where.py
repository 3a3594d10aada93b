"""The place: any description that the service takes, and the city's limits told plainly."""

import pytest
from django.test import Client

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.pages.place_words import likely_kind
from citycall.places import outside, queries
from citycall.places.candidates import Answer, Candidate, Surroundings, Verdict
from citycall.places.models import LocationKind
from citycall.web.telling import Telling
from tests.city import NOW, City
from tests.web import town
from tests.web.telling import choose, send


@pytest.fixture
def telling(client: Client, city: City) -> Client:
    choose(client, "pothole")
    return client


def field(code: str, label: str, longitude: float, directions: str = "") -> Candidate:
    return Candidate(
        kind=LocationKind.LANDMARK,
        code=code,
        label=label,
        detail="Field in Mill Park",
        longitude=longitude,
        latitude=39.30,
        accuracy_m=50.0,
        confidence=0.6,
        reason="has this name",
        directions=directions,
    )


def answer_with(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> Answer:
    monkeypatch.setattr(queries, "search", lambda _words, **_more: answer)
    return answer


@pytest.fixture
def two_fields(monkeypatch: pytest.MonkeyPatch) -> Answer:
    found = field("place:up", "Upper Field", -76.60), field("place:low", "Lower Field", -76.62)
    return answer_with(monkeypatch, Answer(verdict=Verdict.ASK, candidates=found))


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Answer:
    found = field("place:up", "Upper Field", -76.60, "behind the playground")
    return answer_with(monkeypatch, Answer(verdict=Verdict.CLEAR, candidates=(found,)))


def test_nothing_said_is_asked_for_beside_the_field(telling: Client) -> None:
    answer = send(telling, "where", {"place": " "})
    assert answer.status_code == 422
    assert "Please say where this is." in answer.content.decode()


def test_a_street_address_goes_on_without_further_question(telling: Client) -> None:
    assert send(telling, "where", {"place": "12 Elm Street"})["Location"] == "/report/details"


@pytest.mark.parametrize(
    "words", ["Hoopers Field", "hoopers feild", "hooper's field, Herring Run park"]
)
def test_a_place_that_is_clearly_meant_is_taken_and_shown_back(telling: Client, words: str) -> None:
    assert send(telling, "where", {"place": words})["Location"] == "/report/details"
    page = telling.get("/report/where").content.decode()
    assert "<strong>Hooper&#x27;s Field, Herring Run Park</strong>" in page


def test_words_for_two_places_ask_which_one(telling: Client, two_fields: Answer) -> None:
    assert send(telling, "where", {"place": "ball field"})["Location"] == "/report/place"
    page = telling.get("/report/place").content.decode()
    for words in ("Upper Field", "Field in Mill Park · has this name", "None of these"):
        assert words in page
    assert send(telling, "place", {"choice": "place:low"})["Location"] == "/report/details"
    assert telling.session["telling"]["found"]["label"] == "Lower Field"


def test_own_words_may_stand_as_they_are(telling: Client, two_fields: Answer) -> None:
    send(telling, "where", {"place": "ball field"})
    assert send(telling, "place", {"choice": "as-written"})["Location"] == "/report/details"
    assert telling.session["telling"]["found"] is None


def test_a_choice_must_be_made(telling: Client, two_fields: Answer) -> None:
    send(telling, "where", {"place": "ball field"})
    answer = send(telling, "place", {})
    assert answer.status_code == 422
    assert "Please choose one, or say that it is none of these." in answer.content.decode()


def test_what_was_chosen_while_typing_is_not_asked_again(
    telling: Client, two_fields: Answer
) -> None:
    answer = send(telling, "where", {"place": "Lower Field", "code": "place:low"})
    assert answer["Location"] == "/report/details"
    assert telling.session["telling"]["found"]["code"] == "place:low"


def test_a_pin_says_which_of_two_places_is_meant(telling: Client, two_fields: Answer) -> None:
    pin = {"longitude": "-76.62", "latitude": "39.30"}
    answer = send(telling, "where", {"place": "ball field", **pin})
    assert answer["Location"] == "/report/details"
    assert telling.session["telling"]["found"]["code"] == "place:low"


def test_a_pin_far_from_the_named_place_is_questioned(telling: Client, two_fields: Answer) -> None:
    pin = {"longitude": "-76.55", "latitude": "39.30"}
    answer = send(telling, "where", {"place": "Lower Field", "code": "place:low", **pin})
    assert answer.status_code == 422
    assert "Your pin is 6.0 km from “Lower Field”." in answer.content.decode()


def test_what_the_words_said_besides_becomes_directions(telling: Client, behind: Answer) -> None:
    send(telling, "where", {"place": "behind Upper Field"})
    assert telling.session["telling"]["directions"] == "behind the playground"


def test_directions_that_were_typed_are_kept(telling: Client, behind: Answer) -> None:
    send(telling, "where", {"place": "behind Upper Field", "directions": "by the gate"})
    assert telling.session["telling"]["directions"] == "behind the playground\nby the gate"


def test_a_place_that_is_not_known_can_go_on_in_words(telling: Client) -> None:
    assert send(telling, "where", {"place": "where the fox lives"})["Location"] == "/report/place"
    page = telling.get("/report/place").content.decode()
    assert "We do not know this place" in page
    assert "street address" not in page
    assert send(telling, "place")["Location"] == "/report/details"


def test_words_beside_a_pin_need_no_gazetteer(telling: Client) -> None:
    pin = {"longitude": "-76.60", "latitude": "39.29"}
    answer = send(telling, "where", {"place": "where the fox lives", **pin})
    assert answer["Location"] == "/report/details"


def test_a_pin_alone_is_named_by_what_lies_there(
    telling: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Surroundings(kind=LocationKind.ADDRESS, words="12 Elm St, north side")
    monkeypatch.setattr(queries, "surroundings", lambda *_point: there)
    send(telling, "where", {"longitude": "-76.60", "latitude": "39.29"})
    location = Telling(**telling.session["telling"]).location()
    assert location is not None
    assert (location.place, location.kind) == ("12 Elm St, north side", "point")


def test_directions_alone_are_enough(telling: Client) -> None:
    answer = send(telling, "where", {"directions": "behind the playground at the river"})
    assert answer["Location"] == "/report/details"


def test_a_device_alone_is_enough(telling: Client) -> None:
    point = {"latitude": "39.29", "longitude": "-76.60", "accuracy": "20"}
    assert send(telling, "where", point)["Location"] == "/report/details"


def test_a_park_is_not_exact_enough_for_a_pole_but_a_pin_in_it_is(
    client: Client, city: City
) -> None:
    save_service(
        spec=ServiceSpec.model_validate(
            {**town.QUICK, "code": "pole", "location_kinds": ["asset", "point", "address"]}
        ),
        by=SYSTEM,
        at=NOW,
    )
    choose(client, "pole")
    answer = send(client, "where", {"place": "Herring Run Park"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "the number on the pole, stop or sign or a pin on the map" in page
    pin = {"longitude": "-76.585", "latitude": "39.325"}
    answer = send(client, "where", {"place": "Herring Run Park", **pin})
    assert answer["Location"] == "/report/details"
    location = Telling(**client.session["telling"]).location()
    assert location is not None
    assert (location.place, location.kind) == ("Herring Run Park", "point")


def test_outside_the_city_is_told_with_whom_to_call(telling: Client) -> None:
    town.draw_boundary()
    answer = send(telling, "where", {"place": "Mill", "latitude": "39.3", "longitude": "-76.4"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "in Calder County. Please contact them at 410-555-0199." in page
    assert 'value="Mill"' in page
    assert 'href="tel:410-555-0199"' in page


@pytest.mark.parametrize("latitude", ["north", "nan", "91", "1e400"])
def test_a_damaged_point_is_refused(telling: Client, latitude: str) -> None:
    answer = send(telling, "where", {"latitude": latitude, "longitude": "-76.4"})
    assert answer.status_code == 422


def test_a_sort_of_place_is_asked_where_the_service_takes_only_some(
    client: Client, city: City
) -> None:
    choose(client, "water-leak")
    send(client, "safety", {"answers.amount": "drip", "asked": "amount"})
    assert send(client, "where", {"place": "by the mill"})["Location"] == "/report/place"
    assert send(client, "place", {"kind": ""}).status_code == 422
    assert send(client, "place", {"kind": "address"})["Location"] == "/report/details"


def test_back_keeps_what_was_typed_unjudged(telling: Client) -> None:
    answer = send(telling, "where", {"place": "", "directions": "half a sent", "go": "back"})
    assert answer["Location"] == "/report"
    assert "half a sent" in telling.get("/report/where").content.decode()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("1200 Harbor Street", "address"),
        ("12b Elm", "address"),
        ("Harbor Street and Pine Street", "intersection"),
        ("Harbor/Pine", "intersection"),
        ("1200 block of Harbor", "segment"),
        ("Harbor between 3rd and 4th", "segment"),
        ("the old mill", "words"),
    ],
)
def test_the_shape_of_words_tells_the_kind(words: str, kind: str) -> None:
    assert likely_kind(words, accepted=(), pointed=False) == kind


def test_a_kind_that_is_not_taken_is_asked_for() -> None:
    accepted = (LocationKind.ADDRESS, LocationKind.INTERSECTION)
    assert likely_kind("the old mill", accepted=accepted, pointed=False) is None


def test_an_outside_geocoder_is_asked_only_where_nothing_is_known(
    telling: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def elsewhere(words: str, **_more: object) -> tuple[Candidate, ...]:
        asked.append(words)
        return (field("outside:1", "Far Mill, by some geocoder", -76.61),)

    monkeypatch.setattr(outside, "search", elsewhere)
    answer_with(monkeypatch, Answer(verdict=Verdict.NOTHING))
    assert send(telling, "where", {"place": "the far mill"})["Location"] == "/report/place"
    assert "Far Mill, by some geocoder" in telling.get("/report/place").content.decode()
    assert set(asked) == {"the far mill"}


def test_no_outside_geocoder_hears_of_a_place_that_is_known(
    telling: Client, two_fields: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_words: str, **_more: object) -> tuple[Candidate, ...]:
        raise AssertionError

    monkeypatch.setattr(outside, "search", never)
    assert send(telling, "where", {"place": "the field"})["Location"] == "/report/place"
