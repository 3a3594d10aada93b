"""Pictures with a report: uploads under any name, texts, and addresses that are fetched later."""

import base64
import io
from types import SimpleNamespace
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from citycall.core.models import Event, Visibility
from citycall.exchange import pictures
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Attachment, Report, ServiceRequest
from tests.city import NOW, City
from tests.exchange.receiver import receiving
from tests.open311.posting import new_key, picture, post, taken


@pytest.fixture
def key(city: City) -> str:
    return new_key()


@pytest.fixture
def _here_is_allowed(settings: Settings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.mark.parametrize("field", ["media", "media[]", "file", "photo1"])
def test_an_upload_is_kept_under_whatever_name(key: str, field: str) -> None:
    told = taken(post(key, **{field: picture()}))
    kept = Attachment.objects.get()
    assert kept.report == Report.objects.get()
    assert kept.service_request_id == int(told["service_request_id"])
    assert not kept.public


def test_several_uploads_are_kept(key: str) -> None:
    taken(post(key, **{"media[]": [picture("red"), picture("blue")], "more": picture("green")}))
    assert Attachment.objects.count() == 3


def test_more_than_five_are_told(key: str) -> None:
    colors = ["red", "blue", "green", "white", "black", "pink"]
    told = taken(post(key, **{"media[]": [picture(color) for color in colors]}))
    assert Attachment.objects.count() == 5
    assert "5 pictures" in told["service_notice"]


def test_a_bad_picture_loses_no_report(key: str) -> None:
    bad = io.BytesIO(b"this is no picture")
    bad.name = "hole.jpg"
    told = taken(post(key, **{"media[]": [bad, picture()]}))
    assert "hole.jpg" in told["service_notice"]
    assert Attachment.objects.count() == 1
    assert ServiceRequest.objects.count() == 1


@pytest.mark.parametrize("before", ["", "data:image/png;base64,"])
def test_a_picture_may_be_written_as_text(key: str, before: str) -> None:
    written = base64.b64encode(picture().read()).decode()
    taken(post(key, media=before + written))
    assert Attachment.objects.count() == 1


def test_text_that_is_no_picture_is_told(key: str) -> None:
    assert "“media”" in taken(post(key, media="not base64 at all!"))["service_notice"]


def test_addresses_are_left_to_a_job_each(key: str) -> None:
    urls = ["https://pictures.example/1.jpg", "https://pictures.example/2.jpg"]
    taken(post(key, media_url=[*urls, urls[0]]))
    jobs = ProcrastinateJob.objects.filter(queue_name="pictures")
    assert sorted(job.args["url"] for job in jobs) == urls
    assert {job.args["report_id"] for job in jobs} == {Report.objects.get().pk}


def test_sent_again_they_are_fetched_once(key: str) -> None:
    told = {"client_request_id": "a-1", "media_url": "https://pictures.example/1.jpg"}
    taken(post(key, **told))
    taken(post(key, **told))
    assert ProcrastinateJob.objects.filter(queue_name="pictures").count() == 1


def test_sent_again_an_address_whose_job_was_lost_is_fetched(key: str) -> None:
    taken(post(key, client_request_id="a-1"))
    taken(post(key, client_request_id="a-1", media_url="https://pictures.example/1.jpg"))
    assert ProcrastinateJob.objects.filter(queue_name="pictures").count() == 1


@pytest.mark.parametrize("url", ["ftp://pictures.example/1.jpg", "file:///etc/passwd", "1.jpg"])
def test_an_address_of_another_kind_is_told_and_not_fetched(key: str, url: str) -> None:
    assert url in taken(post(key, media_url=url))["service_notice"]
    assert not ProcrastinateJob.objects.filter(queue_name="pictures").exists()


def test_asked_for_twice_at_once_there_is_one_job(key: str) -> None:
    report_id, url = reported(key), "https://pictures.example/1.jpg"
    pictures.fetch_later(report_id=report_id, urls=[url])
    pictures.fetch_later(report_id=report_id, urls=[url, f"{url}?2"])
    assert ProcrastinateJob.objects.filter(queue_name="pictures").count() == 2


@pytest.mark.usefixtures("_here_is_allowed")
def test_the_last_of_the_jobs_attempts_tells_staff(key: str) -> None:
    report_id = reported(key)
    with receiving() as server:
        server.answers(503)
        url = f"{server.url}/1.png"
        with pytest.raises(pictures.TryAgainLater):
            run(report_id, url, attempts=0)
        run(report_id, url, attempts=pictures.MOST_ATTEMPTS)
    assert "HTTP 503" in (note().words or "")


def run(report_id: int, url: str, *, attempts: int) -> None:
    """The job as a worker runs it, after so many attempts."""
    context: Any = SimpleNamespace(job=SimpleNamespace(attempts=attempts))
    pictures.fetch_picture.func(context, report_id=report_id, url=url)


def reported(key: str) -> int:
    taken(post(key))
    return Report.objects.get().pk


def fetch(report_id: int, url: str, *, last: bool = False) -> None:
    pictures.fetch(report_id=report_id, url=url, last=last, at=NOW)


def note() -> Event:
    return Event.objects.get(kind=Kind.NOTE_ADDED)


@pytest.mark.usefixtures("_here_is_allowed")
def test_a_picture_is_fetched_once(key: str) -> None:
    report_id = reported(key)
    with receiving() as server:
        server.answers(200, picture().read())
        fetch(report_id, f"{server.url}/1.png")
        fetch(report_id, f"{server.url}/1.png")
    assert Attachment.objects.get().report_id == report_id


@pytest.mark.usefixtures("_here_is_allowed")
@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_a_server_that_has_it_not_yet_is_asked_again(key: str, status: int) -> None:
    report_id = reported(key)
    with receiving() as server:
        server.answers(status)
        with pytest.raises(pictures.TryAgainLater):
            fetch(report_id, f"{server.url}/1.png")
        assert not Event.objects.filter(kind=Kind.NOTE_ADDED).exists()
        fetch(report_id, f"{server.url}/1.png", last=True)
        assert f"{server.url}/1.png" in (note().words or "")
    assert note().visibility == Visibility.INTERNAL


@pytest.mark.usefixtures("_here_is_allowed")
@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (403, b""), (302, b"")])
def test_what_is_no_picture_is_told_to_staff_at_once(key: str, status: int, body: bytes) -> None:
    report_id = reported(key)
    with receiving() as server:
        server.answers(status, body)
        fetch(report_id, f"{server.url}/1.png")
    assert note().visibility == Visibility.INTERNAL
    assert not Attachment.objects.exists()


@pytest.mark.usefixtures("_here_is_allowed")
def test_more_than_fifteen_megabytes_are_not_taken(key: str) -> None:
    report_id = reported(key)
    with receiving() as server:
        server.answers(200, b"x" * 15_000_001)
        fetch(report_id, f"{server.url}/1.png")
    assert "answer too long" in (note().words or "")


def test_the_citys_own_network_is_never_asked(key: str) -> None:
    report_id = reported(key)
    with receiving() as server:
        server.answers(200, picture().read())
        fetch(report_id, f"{server.url}/1.png")
        assert server.connections == 0
    assert "address not allowed" in (note().words or "")
