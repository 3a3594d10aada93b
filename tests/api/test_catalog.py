"""The catalog through the API."""

from typing import Any


def items(answer: Any) -> list[Any]:
    found: list[Any] = answer.json()["items"]
    return found


def test_services_are_listed_without_a_key(anybody) -> None:
    found = items(anybody.get("/services"))
    assert [each["code"] for each in found] == [
        "graffiti",
        "pothole",
        "water-leak",
        "something-else",
    ]
    assert found[1]["agency"] == "streets"


def test_services_are_narrowed_by_agency_and_words(anybody) -> None:
    assert [each["code"] for each in items(anybody.get("/services?agency=water"))] == ["water-leak"]
    assert [each["code"] for each in items(anybody.get("/services?q=POTHOLE"))] == ["pothole"]


def test_a_service_tells_its_questions_and_stops(anybody) -> None:
    told = anybody.get("/services/water-leak").json()
    question = told["questions"][0]
    assert question["choices"] == [
        {"key": "drip", "name": "A drip"},
        {"key": "gush", "name": "It gushes"},
    ]
    assert question["stops"][0]["kind"] == "emergency"
    assert told["location_kinds"] == ["address", "point"]


def test_a_service_tells_its_target_in_words_and_as_data(anybody) -> None:
    target = anybody.get("/services/graffiti").json()["target"]
    assert (target["amount"], target["unit"], target["clock"]) == (16, "hours", "business")
    assert "16" in target["words"]


def test_an_unknown_service_is_a_problem(anybody) -> None:
    answer = anybody.get("/services/dragons")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unknown_service"


def test_groups_are_in_the_order_to_show_them_in(anybody) -> None:
    assert items(anybody.get("/groups")) == [
        {"name": "Streets", "services": ["graffiti", "pothole"]},
        {"name": "Water", "services": ["water-leak"]},
        {"name": "Other", "services": ["something-else"]},
    ]


def test_agencies_tell_how_to_reach_them(anybody) -> None:
    found = items(anybody.get("/agencies"))
    assert [each["code"] for each in found] == ["streets", "water"]
    assert found[0]["phone"] == "410-555-0100"
