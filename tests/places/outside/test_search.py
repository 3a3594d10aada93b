"""What residents get of an outside geocoder, whatever it does."""

import logging
import time
from typing import Any

import pytest

from citycall.places import outside

from ..drawing import corner
from . import server
from .server import Handler, StandIn

pytestmark = pytest.mark.django_db


def photon(*places: tuple[str, float, float]) -> dict[str, Any]:
    """An answer of Photon: names and points in steps of the drawing."""
    return {
        "features": [
            {
                "geometry": {"type": "Point", "coordinates": corner(x, y)},
                "properties": {"name": name, "osm_type": "N", "osm_id": number},
            }
            for number, (name, x, y) in enumerate(places)
        ]
    }


def labels(words: str, **options: Any) -> list[str]:
    return [found.label for found in outside.search(words, **options)]


def test_nobody_is_asked_unless_the_city_chose_it(city: None, stand_in: StandIn) -> None:
    assert outside.search("harbor green") == ()
    assert stand_in.asked == []
    assert outside.attribution() == ""


def test_places_outside_the_city_are_dropped(choose: Any) -> None:
    choose("photon").answers(photon(("Far Mall", 20, 3), ("Harbor Green", 3, 3)))
    assert labels("green") == ["Harbor Green"]


def test_a_find_is_never_sure_enough_to_be_taken_unasked(choose: Any) -> None:
    choose("photon").answers(photon(("Harbor Green", 3, 3)))
    (found,) = outside.search("harbor green", near=(corner(3, 3)[0], corner(3, 3)[1]))
    assert 0.4 <= found.confidence <= 0.6


def test_the_result_says_whom_it_owes_credit(choose: Any) -> None:
    choose("photon").answers(photon(("Harbor Green", 3, 3)))
    (found,) = outside.search("harbor green")
    assert outside.attribution() == "© OpenStreetMap contributors"
    assert outside.attribution() in found.reason


def test_what_lies_near_the_person_comes_first_without_their_place_being_sent(choose: Any) -> None:
    stand_in = choose("photon")
    # The city of this test is a kilometre wide: this person stands beyond it, nearer to the east.
    stand_in.answers(photon(("Green West", 0.5, 0.5), ("Green East", 7.5, 7.5)))
    west, east = corner(0.5, 0.5), corner(7.5 + 14, 7.5)
    assert labels("green")[0] == "Green West"
    assert labels("green", near=(east[0], east[1])) == ["Green East", "Green West"]
    sent = " ".join(stand_in.asked[0].parameters.values())
    assert str(east[0]) not in sent
    assert str(west[0]) not in sent


def test_no_more_candidates_than_asked_for(choose: Any) -> None:
    choose("photon").answers(photon(*((f"Green {number}", 3, 3) for number in range(9))))
    assert labels("green", limit=2) == ["Green 0", "Green 1"]


@pytest.mark.parametrize("words", ["", "  ", "?", "jo@example.org", "410-555-0199"])
def test_words_that_name_no_place_are_not_sent(choose: Any, words: str) -> None:
    stand_in = choose("photon")
    assert outside.search(words) == ()
    assert stand_in.asked == []


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("12 Quay St, call me at (410) 555-0199", "12 Quay St, call me at"),
        ("12 Quay St jo.doe@example.org please", "12 Quay St please"),
        ("1200-1300 block of Quay St 21201-1234", "1200-1300 block of Quay St 21201-1234"),
        ("12\u200b Quay\x00 St", "12 Quay St"),
    ],
)
def test_what_reaches_a_person_is_not_sent(choose: Any, words: str, sent: str) -> None:
    stand_in = choose("photon")
    outside.search(words)
    assert stand_in.asked[0].parameters["q"] == sent


def test_at_most_two_hundred_characters_are_sent(choose: Any) -> None:
    stand_in = choose("photon")
    outside.search("harbor " * 500)
    assert len(stand_in.asked[0].parameters["q"]) <= 200


def test_the_same_words_are_asked_once(choose: Any) -> None:
    stand_in = choose("photon")
    stand_in.answers(photon(("Harbor Green", 3, 3)))
    assert labels("harbor green") == labels("Harbor  GREEN") == ["Harbor Green"]
    assert len(stand_in.asked) == 1
    assert outside.counts() == {"answered": 1, "remembered": 1}


def test_that_nothing_was_found_is_remembered_too(choose: Any) -> None:
    stand_in = choose("photon")
    stand_in.answers(photon())
    outside.search("nowhere")
    outside.search("nowhere")
    assert len(stand_in.asked) == 1


def test_a_failure_is_not_remembered(choose: Any) -> None:
    stand_in = choose("photon")
    stand_in.answering = lambda handler: handler.say(500, "")
    assert labels("harbor green") == []
    stand_in.answers(photon(("Harbor Green", 3, 3)))
    assert labels("harbor green") == ["Harbor Green"]


def packed(handler: Handler) -> None:
    handler.say(200, b"\x1f\x8b", Content_Encoding="gzip")


def elsewhere(handler: Handler) -> None:
    handler.say(302, "", Location="http://127.0.0.1:1/api")


@pytest.mark.parametrize(
    "answering",
    [
        server.cut,
        server.endless,
        packed,
        elsewhere,
        lambda handler: handler.say(500, "oops"),
        lambda handler: handler.say(403, "{}"),
        lambda handler: handler.say(200, "<html>not found</html>"),
        lambda handler: handler.say(200, b"\xff\xfe\x00"),
        lambda handler: handler.say(200, "null"),
        lambda handler: handler.say(200, '{"features": 7}'),
        lambda handler: handler.say(200, '{"features": [7, {"geometry": null}]}'),
        lambda handler: handler.say(200, '{"features": [' + "[" * 100_000),
        lambda handler: handler.say(
            200,
            '{"features": [{"geometry": {"coordinates": [1e999, 4]}, "properties": {}}]}',
        ),
    ],
    ids=[
        "cut", "endless", "packed", "redirect", "500", "403", "html", "bytes", "null",
        "no list", "no places", "deep", "infinite",
    ],
)  # fmt: skip
def test_a_bad_answer_is_no_answer(choose: Any, answering: Any) -> None:
    stand_in = choose("photon")
    stand_in.answering = answering
    assert outside.search("harbor green") == ()
    assert outside.counts() == {"failed": 1}
    assert len(stand_in.asked) == 1


def test_one_bad_place_does_not_spoil_the_others(choose: Any) -> None:
    answer = photon(("Harbor Green", 3, 3), ("Quay Green", 4, 4))
    answer["features"][0]["geometry"]["coordinates"] = ["east", None]
    choose("photon").answers(answer)
    assert labels("green") == ["Quay Green"]


def test_a_fault_that_arcgis_tells_with_status_200_is_a_failure(choose: Any) -> None:
    choose("arcgis").answers({"error": {"code": 498, "message": "Invalid token."}})
    assert outside.search("harbor green") == ()
    assert outside.counts() == {"failed": 1}


@pytest.mark.parametrize("answering", [server.silent, server.drip])
def test_nobody_waits_longer_than_the_city_allows(choose: Any, answering: Any) -> None:
    stand_in = choose("photon", seconds=0.3)
    stand_in.answering = answering
    begun = time.monotonic()
    assert outside.search("harbor green") == ()
    assert time.monotonic() - begun < 8


def test_a_server_that_is_not_there_is_no_answer(choose: Any, settings: Any) -> None:
    choose("photon")
    settings.CITYCALL_GEOCODER = type(settings.CITYCALL_GEOCODER)(
        provider="photon", url="http://127.0.0.1:1"
    )
    assert outside.search("harbor green") == ()


def test_after_three_failures_the_server_is_left_alone(choose: Any) -> None:
    stand_in = choose("photon")
    stand_in.answering = lambda handler: handler.say(500, "")
    for number in range(5):
        outside.search(f"harbor green {number}")
    assert len(stand_in.asked) == 3
    assert outside.counts() == {"failed": 3, "refused": 2}


def test_what_is_remembered_is_answered_while_the_server_is_left_alone(choose: Any) -> None:
    stand_in = choose("photon")
    stand_in.answers(photon(("Harbor Green", 3, 3)))
    outside.search("harbor green")
    stand_in.answering = lambda handler: handler.say(500, "")
    for number in range(4):
        outside.search(f"other words {number}")
    assert labels("harbor green") == ["Harbor Green"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_a_rest_gets_it_at_once(choose: Any, status: int) -> None:
    stand_in = choose("photon")
    stand_in.answering = lambda handler: handler.say(status, "", Retry_After="60")
    outside.search("harbor green")
    outside.search("harbor blue")
    assert len(stand_in.asked) == 1


def test_words_that_the_server_refuses_do_not_count_against_it(choose: Any) -> None:
    stand_in = choose("photon")
    stand_in.answering = lambda handler: handler.say(400, "{}")
    for number in range(5):
        assert outside.search(f"strange words {number}") == ()
    assert len(stand_in.asked) == 5


def test_neither_the_words_nor_the_key_are_logged(choose: Any, caplog: Any) -> None:
    stand_in = choose("pelias", key="s3cret")
    with caplog.at_level(logging.DEBUG, logger=""):
        stand_in.answering = lambda handler: handler.say(200, '{"features": []}')
        outside.search("quay of my neighbor")
        stand_in.answering = lambda handler: handler.say(500, "")
        outside.search("quay of my sister")
    assert "No answer of pelias" in caplog.text
    assert "sister" not in caplog.text
    assert "neighbor" not in caplog.text
    assert "s3cret" not in caplog.text
