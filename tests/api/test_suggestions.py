"""Suggestions through the API."""

from citycall.assistant.actions import train
from citycall.core.actors import SYSTEM
from tests.assistant.town import remember
from tests.city import NOW
from tests.web import town


def test_before_there_is_a_history_names_are_searched(anybody) -> None:
    told = anybody.get("/suggestions?words=a+POTHOLE").json()
    assert told["certainty"] == "by_name"
    assert told["services"] == [{"code": "pothole", "name": "Pothole"}]


def test_what_history_tells_is_told_with_its_certainty_and_nothing_more(db) -> None:
    from tests.api.conftest import Program

    remember(town.build())
    train(by=SYSTEM, at=NOW)
    sure = Program().get("/suggestions?words=my+tire+hit+a+hole")
    assert sure.json()["certainty"] == "sure"
    assert sure.json()["services"][0] == {"code": "pothole", "name": "Pothole"}
    assert sure["Cache-Control"] == "private, max-age=60"
    unsure = Program().get("/suggestions?words=please+help+near+the+school+again").json()
    assert unsure["certainty"] == "unsure"
    assert len(unsure["groups"]) > 1


def test_words_that_are_too_long_are_refused(anybody) -> None:
    assert anybody.get(f"/suggestions?words={'x' * 301}").status_code == 422
