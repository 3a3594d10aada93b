"""An operation that will end says so in its answers and in the reference."""

from datetime import UTC, datetime

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from ninja import Router

from citycall.api import reference
from citycall.api.conditions import document
from citycall.api.deprecation import ending
from citycall.api.door import open_door
from citycall.api.keys import ANYBODY
from citycall.api.telling import told

SINCE, SUNSET = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)


def door():
    router = Router()

    @router.get("/old", auth=ANYBODY, **told("old", "The old way", gives=dict[str, str]))
    @ending(since=SINCE, sunset=SUNSET, instead="/api/v1/new")
    def old(request: HttpRequest) -> HttpResponse:
        return document({"answer": "as before"})

    return open_door(router, namespace="deprecation-test")


def test_its_answers_say_since_when_until_when_and_what_instead() -> None:
    made = door()
    view = next(each for each in made.urls[0] if str(each.pattern) == "old").callback
    answer = view(RequestFactory().get("/api/v1/old"))
    assert answer.content == b'{"answer":"as before"}'
    assert answer.headers["Deprecation"] == "@1767225600"
    assert answer.headers["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
    assert '</api/v1/new>; rel="successor-version"' in answer.headers["Link"]


def test_the_reference_says_so_too() -> None:
    op = reference.document(door())["paths"]["/old"]["get"]
    assert op["deprecated"] is True
    assert "2027-06-01" in op["description"]


def test_nothing_ends_within_a_year() -> None:
    with pytest.raises(ValueError, match="a year"):
        ending(since=SINCE, sunset=datetime(2026, 6, 1, tzinfo=UTC), instead="/x")(lambda: None)
