"""The short way answers as the long way does, and takes only what is its own."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from pytest_django import Settings

from citycall.core import numbers
from citycall.open311.lane import Headers, Lane, Start
from citycall.service_requests.actions import work
from tests.city import NOW, City
from tests.open311.cast import sent

pytestmark = pytest.mark.usefixtures("noon")

Told = tuple[str, Headers, bytes]


class LongWay:
    """The framework, counting how often it was asked."""

    def __init__(self) -> None:
        self.handler, self.asked = WSGIHandler(), 0

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Any:
        self.asked += 1
        return self.handler(environ, start_response)


@pytest.fixture(autouse=True)
def _connection_of_the_test() -> Iterator[None]:
    """As Django's own test client does: a request does not end the test's transaction."""
    signals = (request_started, request_finished)
    for each in signals:
        each.disconnect(close_old_connections)
    yield
    for each in signals:
        each.connect(close_old_connections)


@pytest.fixture
def long_way() -> LongWay:
    return LongWay()


@pytest.fixture
def lane(long_way: LongWay) -> Lane:
    return Lane(long_way)


def ask(application: Any, path: str, **more: str) -> Told:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"/open311/v2/requests/{path}",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    started: list[Any] = []
    body = application(environ | more, lambda *told: started.extend(told))
    return started[0], sorted((name.lower(), value) for name, value in started[1]), b"".join(body)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_both_ways_answer_alike(city: City, lane: Lane, long_way: LongWay, form: str) -> None:
    path = f"{sent().request_id}.{form}"
    first, second = ask(lane, path), ask(lane, path)
    assert long_way.asked == 1
    assert first[0] == "200 OK"
    assert second == first


def test_both_ways_say_alike_that_nothing_changed(
    city: City, lane: Lane, long_way: LongWay
) -> None:
    path = f"{sent().request_id}.json"
    tag = dict(ask(lane, path)[1])["etag"]
    short = ask(lane, path, HTTP_IF_NONE_MATCH=tag)
    assert long_way.asked == 1
    assert short == ask(long_way, path, HTTP_IF_NONE_MATCH=tag)
    assert (short[0], short[2]) == ("304 Not Modified", b"")


def test_what_changed_is_told_anew(city: City, lane: Lane) -> None:
    receipt = sent()
    path = f"{receipt.request_id}.json"
    tag = dict(ask(lane, path)[1])["etag"]
    assert ask(lane, path, HTTP_IF_NONE_MATCH='"another"')[0] == "200 OK"
    work.start(receipt.request_id, by=city.dispatcher, at=NOW + timedelta(hours=1))
    status, headers, _body = ask(lane, path, HTTP_IF_NONE_MATCH=tag)
    assert status == "200 OK"
    assert dict(headers)["etag"] != tag


@pytest.mark.parametrize(
    "more",
    [
        {"QUERY_STRING": "extensions=true"},
        {"REQUEST_METHOD": "HEAD"},
        {"HTTP_AUTHORIZATION": "Bearer nobody"},
    ],
    ids=str,
)
def test_what_is_unusual_goes_the_long_way(
    city: City, lane: Lane, long_way: LongWay, more: dict[str, str]
) -> None:
    path = f"{sent().request_id}.json"
    ask(lane, path)
    assert ask(lane, path, **more) == ask(long_way, path, **more)
    assert long_way.asked == 3


def test_a_strange_host_is_refused_each_time(city: City, lane: Lane) -> None:
    path = f"{sent().request_id}.json"
    ask(lane, path)
    for _each in range(2):
        assert ask(lane, path, HTTP_HOST="elsewhere.example")[0] == "400 Bad Request"


def test_numbers_and_unknown_ids_go_the_long_way(city: City, lane: Lane, long_way: LongWay) -> None:
    receipt = sent()
    ask(lane, f"{receipt.request_id}.json")
    assert ask(lane, f"{numbers.show(receipt.number)}.json")[0] == "200 OK"
    assert ask(lane, "999999.json")[0] == "404 Not Found"
    assert long_way.asked == 3


@pytest.mark.usefixtures("one_minute")
def test_calls_of_the_short_way_are_counted(
    city: City, lane: Lane, long_way: LongWay, settings: Settings
) -> None:
    settings.CITYCALL_CALLS_PER_MINUTE = 3
    path = f"{sent().request_id}.json"
    told = [ask(lane, path)[0] for _each in range(4)]
    assert told == ["200 OK"] * 3 + ["429 Too Many Requests"]


def test_one_of_several_jurisdictions_must_be_named(
    city: City, lane: Lane, settings: Settings
) -> None:
    path = f"{sent().request_id}.json"
    ask(lane, path)
    settings.CITYCALL_JURISDICTIONS = ["a.example", "b.example"]
    assert ask(lane, path)[0] == "400 Bad Request"
