"""What holds for every operation: problems, methods, parameters, fields, ETags, limits, keys."""

import json

import pytest

from citycall.api import conditions
from tests.api.conftest import REPORT, key_of

PROBLEM = "application/problem+json"


def problem(answer, status: int, code: str) -> None:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == PROBLEM
    told = answer.json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["type"] == f"urn:citycall:problem:{code}"
    assert told["detail"]


@pytest.mark.parametrize("path", ["/", "/dragons", "/services/a/b", "/services/", "/x%0Ay", "/%00"])
def test_an_unknown_address_is_a_problem(anybody, path) -> None:
    problem(anybody.get(path), 404, "unknown_address")


def test_a_wrong_method_is_told_which_are_right(anybody) -> None:
    answer = anybody.send("DELETE", "/services")
    problem(answer, 405, "wrong_method")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b'{"service": "pothole", "words": "\\ud800"}', b"NaN", b"[" * 5000]
)
def test_what_is_not_json_is_a_problem(reporter, body) -> None:
    answer = reporter.client.post(
        "/api/v1/service_requests", body, content_type="application/json", headers=reporter.headers
    )
    problem(answer, 400, "unreadable")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json; charset=utf-16", "application/json; charset=klingon"]
)
def test_another_media_type_or_charset_is_a_problem(reporter, kind) -> None:
    answer = reporter.client.generic(
        "POST", "/api/v1/service_requests", json.dumps(REPORT), kind, headers=reporter.headers
    )
    problem(answer, 415, "wrong_media_type")


def test_a_body_in_utf8_that_says_so_is_read(reporter) -> None:
    answer = reporter.client.generic(
        "POST",
        "/api/v1/service_requests",
        json.dumps(REPORT),
        'Application/JSON; charset="UTF-8"',
        headers=reporter.headers,
    )
    assert answer.status_code == 201


def test_a_body_that_is_too_large_is_a_problem(reporter, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    problem(reporter.post("/service_requests", REPORT), 413, "too_large")


def test_a_body_that_must_be_there_is_missed(reporter) -> None:
    answer = reporter.client.generic("POST", "/api/v1/service_requests", headers=reporter.headers)
    problem(answer, 422, "bad_shape")


def test_every_fault_is_told_at_once(reporter) -> None:
    answer = reporter.post(
        "/service_requests", {**REPORT, "words": 5, "location": {"longitude": "x"}, "wrods": ""}
    )
    problem(answer, 422, "bad_shape")
    assert set(answer.json()["faults"]) == {"words", "location.longitude", "wrods"}


def test_a_parameter_that_is_misspelt_is_refused(anybody) -> None:
    answer = anybody.get("/services?agecny=water")
    problem(answer, 422, "invalid")
    assert list(answer.json()["faults"]) == ["agecny"]


def test_a_parameter_that_is_given_twice_is_refused(anybody) -> None:
    assert list(anybody.get("/services?q=a&q=b").json()["faults"]) == ["q"]


def test_an_operation_without_parameters_takes_none(reporter) -> None:
    problem(reporter.post("/service_requests?service=pothole", REPORT), 422, "invalid")


def test_the_null_character_is_refused(anybody) -> None:
    problem(anybody.get("/services?q=%00"), 422, "bad_shape")


def test_fields_are_chosen(anybody) -> None:
    told = anybody.get("/services?agency=water&fields=code,name").json()
    assert told["items"] == [{"code": "water-leak", "name": "Water leak"}]


def test_fields_within_fields_are_chosen(anybody) -> None:
    told = anybody.get("/services/water-leak?fields=code,questions.code,questions.choices.key")
    keys = [{"key": "drip"}, {"key": "gush"}]
    assert told.json() == {"code": "water-leak", "questions": [{"code": "amount", "choices": keys}]}


@pytest.mark.parametrize("fields", ["cod", "code.name", "questions.txt", "code,,name", "code."])
def test_a_field_that_there_is_not_is_refused(anybody, fields) -> None:
    assert anybody.get(f"/services/pothole?fields={fields}").status_code == 422


def test_what_is_held_already_is_not_told_again(anybody) -> None:
    first = anybody.get("/services")
    again = anybody.get("/services", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_an_etag_is_found_in_a_list_and_weakly(anybody) -> None:
    tag = anybody.get("/services").headers["ETag"]
    assert anybody.get("/services", If_None_Match=f'"x", W/{tag}').status_code == 304
    assert anybody.get("/services", If_None_Match='"x"').status_code == 200


def test_an_unchanged_answer_is_not_made_again(anybody, monkeypatch) -> None:
    tag = anybody.get("/services").headers["ETag"]
    monkeypatch.setattr(conditions, "render", None)
    assert anybody.get("/services", If_None_Match=tag).status_code == 304


def test_head_is_answered_like_get(anybody) -> None:
    answer = anybody.send("HEAD", "/services")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"]


def test_public_reads_are_for_every_site(anybody, worker) -> None:
    assert anybody.get("/services").headers["Access-Control-Allow-Origin"] == "*"
    assert anybody.get("/services/dragons").headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in worker.get("/staff/teams").headers


def test_browsers_are_told_what_they_may(anybody) -> None:
    asked = anybody.send("OPTIONS", "/service_requests")
    assert asked.status_code == 204
    assert asked.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Origin" not in anybody.send("OPTIONS", "/webhooks").headers


def test_a_key_is_needed_and_must_be_known(anybody) -> None:
    missing = anybody.post("/service_requests", REPORT)
    problem(missing, 401, "key_missing")
    assert missing.headers["WWW-Authenticate"] == "Bearer"
    wrong = anybody.post("/service_requests", REPORT, Authorization="Bearer nonsense")
    problem(wrong, 401, "key_unknown")


def test_a_key_needs_the_scope(subscriber) -> None:
    problem(subscriber.post("/service_requests", REPORT), 403, "not_allowed")
    problem(subscriber.get("/staff/teams"), 403, "not_allowed")


@pytest.mark.usefixtures("one_minute")
def test_a_key_that_calls_too_often_is_told_to_wait(city) -> None:
    program = key_of(["webhooks:manage"], per_minute=2)
    answers = [program.get("/webhooks") for _each in range(3)]
    assert [each.status_code for each in answers[:2]] == [200, 200]
    answer = answers[2]
    problem(answer, 429, "too_many_calls")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert answer.headers["RateLimit-Policy"] == '"calls";q=2;w=60'
    assert answer.headers["RateLimit"].startswith('"calls";r=0;t=')


@pytest.mark.usefixtures("one_minute")
def test_an_address_that_calls_too_often_is_told_to_wait(anybody, settings) -> None:
    settings.CITYCALL_CALLS_PER_MINUTE = 1
    assert anybody.get("/services").status_code == 200
    problem(anybody.get("/services"), 429, "too_many_calls")


def test_what_breaks_is_a_problem_and_is_written_down(anybody, monkeypatch, caplog) -> None:
    monkeypatch.setattr("citycall.api.places.queries.search", None)
    problem(anybody.get("/places?words=park"), 500, "broken")
    assert "/api/v1/places" in caplog.text


def test_the_reference_is_told_to_everyone(anybody) -> None:
    told = anybody.get("/openapi.json")
    assert told.json()["openapi"] == "3.1.0"
    assert anybody.get("/openapi.json", If_None_Match=told.headers["ETag"]).status_code == 304
    assert anybody.post("/openapi.json").status_code == 405
