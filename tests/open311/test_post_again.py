"""The same report sent again: by a lost answer, an impatient thumb, or two at the same moment."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from citycall.service_requests.models import Attachment, Report, ServiceRequest
from tests.city import City
from tests.open311.posting import GOOD, POST, faults, new_key, picture, post, taken


@pytest.fixture
def key(city: City) -> str:
    return new_key()


def test_the_second_answer_is_the_first(key: str) -> None:
    first = post(key, client_request_id="a-1")
    second = post(key, client_request_id="a-1")
    assert first.content == second.content
    assert ServiceRequest.objects.count() == 1


def test_the_header_says_the_same(key: str) -> None:
    header = {"idempotency-key": '"a-1"'}
    told = {"api_key": key, **GOOD}
    first = Client().post(POST, told, headers=header)
    assert Client().post(POST, told, headers=header).content == first.content
    assert post(key, client_request_id="a-1").content == first.content


def test_without_a_key_of_their_own_two_are_two(key: str) -> None:
    assert taken(post(key)) != taken(post(key))


def test_another_programs_key_is_another_one(key: str) -> None:
    other = new_key(name="Another app")
    first = taken(post(key, client_request_id="a-1"))
    assert taken(post(other, client_request_id="a-1")) != first


def test_the_same_key_for_another_report_is_refused(key: str) -> None:
    taken(post(key, client_request_id="a-1"))
    answer = post(key, client_request_id="a-1", description="Something different.")
    assert answer.status_code == 400
    assert faults(answer)


def test_a_key_that_is_too_long_is_a_fault(key: str) -> None:
    (fault,) = faults(post(key, client_request_id="x" * 1001))
    assert fault.startswith("client_request_id: ")


def test_pictures_are_kept_once(key: str) -> None:
    first = post(key, client_request_id="a-1", media=picture())
    second = post(key, client_request_id="a-1", media=picture())
    assert first.content == second.content
    assert Attachment.objects.count() == 1


def test_pictures_that_were_lost_on_the_way_come_with_the_second(key: str) -> None:
    taken(post(key, client_request_id="a-1"))
    taken(post(key, client_request_id="a-1", media=picture()))
    assert Attachment.objects.get().report == Report.objects.get()


@pytest.mark.django_db(transaction=True)
def test_sent_several_times_at_the_same_moment_it_is_one(key: str) -> None:
    together = Barrier(4)

    def send(_number: int) -> bytes:
        client = Client()
        together.wait(timeout=20)
        try:
            answer = client.post(
                POST, {"api_key": key, **GOOD, "client_request_id": "a-1", "media": picture()}
            )
            assert answer.status_code == 200, answer.content
            return answer.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        answers = set(threads.map(send, range(4)))
    assert len(answers) == 1
    (row,) = json.loads(answers.pop())
    assert row["service_request_id"] == str(ServiceRequest.objects.get().pk)
    assert Report.objects.count() == 1
    assert Attachment.objects.count() == 1
