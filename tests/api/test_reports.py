"""Telling the city through the API."""

import io

import pytest
from PIL import Image

from citycall.core import numbers
from citycall.service_requests import photos
from citycall.service_requests.models import Attachment, Report, ServiceRequest
from tests.api.conftest import REPORT

UNKNOWN = numbers.show(numbers.compose(year=2026, serial=1))


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.UPLOADS = tmp_path


def picture(kind: str = "PNG") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, kind)
    file.seek(0)
    file.name = "hole.png"
    return file


def upload(program, file=None):
    return program.client.post(
        "/api/v1/photos", {"photo": file or picture()}, headers=program.headers
    )


def test_a_report_is_confirmed_with_number_id_and_address(reporter) -> None:
    answer = reporter.post("/service_requests", REPORT)
    assert answer.status_code == 201
    told = answer.json()
    row = ServiceRequest.objects.get()
    assert told["id"] == str(row.pk)
    assert told["number"] == numbers.show(row.number)
    assert told["url"].endswith(f"/r/{told['number']}")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_same_report_sent_again_is_taken_once(reporter) -> None:
    first = reporter.post("/service_requests", REPORT, Idempotency_Key="a-1")
    again = reporter.post("/service_requests", REPORT, Idempotency_Key="a-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "again": True}
    assert Report.objects.count() == 1


def test_a_key_of_another_report_is_a_conflict(reporter) -> None:
    reporter.post("/service_requests", REPORT, Idempotency_Key="a-1")
    other = reporter.post("/service_requests", {**REPORT, "words": "x"}, Idempotency_Key="a-1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_a_key_that_is_too_long_is_refused_not_cut(reporter) -> None:
    answer = reporter.post("/service_requests", REPORT, Idempotency_Key="a" * 201)
    assert list(answer.json()["faults"]) == ["Idempotency-Key"]


def test_what_the_service_asks_is_said_field_by_field(reporter) -> None:
    answer = reporter.post("/service_requests", {**REPORT, "service": "water-leak", "contact": {}})
    assert answer.status_code == 422
    assert set(answer.json()["faults"]) == {"answers.amount", "contact"}


def test_a_stop_is_told_before_the_report_is_taken(reporter) -> None:
    body = {**REPORT, "service": "water-leak", "answers": {"amount": "gush"}}
    answer = reporter.post("/service_requests", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "stopped_emergency")
    assert "911" in answer.json()["detail"]
    assert reporter.post("/service_requests", {**body, "stop_read": True}).status_code == 201


def test_a_second_person_joins_by_number_or_by_id(reporter) -> None:
    told = reporter.post("/service_requests", REPORT).json()
    for name in (told["number"], told["number"].replace("-", ""), told["id"]):
        more = reporter.post(f"/service_requests/{name}/reports", {"words": "Me too."})
        assert more.status_code == 201
        assert more.json()["id"] == told["id"]
        assert more.json()["number"] != told["number"]
    assert ServiceRequest.objects.get().report_count == 4


def test_a_private_problem_is_not_joined_by_its_id(reporter) -> None:
    told = reporter.post("/service_requests", {**REPORT, "service": "graffiti"}).json()
    answer = reporter.post(f"/service_requests/{told['id']}/reports", {"words": "Me too."})
    assert answer.status_code == 404


def test_joining_again_with_the_same_key_does_nothing(reporter) -> None:
    name = reporter.post("/service_requests", REPORT).json()["id"]
    path = f"/service_requests/{name}/reports"
    first = reporter.post(path, {"words": "Me too."}, Idempotency_Key="b-1")
    again = reporter.post(path, {"words": "Me too."}, Idempotency_Key="b-1")
    assert again.json() == {**first.json(), "again": True}


def test_numbers_that_lead_nowhere_are_counted(reporter) -> None:
    path = f"/service_requests/{UNKNOWN}/reports"
    found = [reporter.post(path, {"words": "?"}).status_code for _each in range(21)]
    assert found == [404] * 20 + [429]


def test_a_photo_goes_with_its_report(reporter) -> None:
    handle = upload(reporter).json()["photo"]
    answer = reporter.post("/service_requests", {**REPORT, "photos": [handle]})
    assert answer.status_code == 201
    kept = Attachment.objects.get()
    assert kept.report == Report.objects.get()
    assert not kept.public


def test_a_photo_goes_with_a_joining_report(reporter) -> None:
    name = reporter.post("/service_requests", REPORT).json()["id"]
    handle = upload(reporter).json()["photo"]
    reporter.post(f"/service_requests/{name}/reports", {"photos": [handle]})
    assert Attachment.objects.get().service_request_id == int(name)


def test_sent_again_a_photo_is_kept_once(reporter) -> None:
    body = {**REPORT, "photos": [upload(reporter).json()["photo"]]}
    for _each in range(2):
        reporter.post("/service_requests", body, Idempotency_Key="c-1")
    assert Attachment.objects.count() == 1


def test_a_made_up_handle_is_refused_before_anything_is_saved(reporter) -> None:
    answer = reporter.post("/service_requests", {**REPORT, "photos": ["abc:def:ghi"]})
    assert list(answer.json()["faults"]) == ["photos"]
    assert not ServiceRequest.objects.exists()


def test_what_is_no_picture_is_refused(reporter) -> None:
    file = io.BytesIO(b"<script>")
    file.name = "x.jpg"
    answer = upload(reporter, file)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_photo")


def test_too_large_an_upload_is_refused_unread(reporter, monkeypatch) -> None:
    monkeypatch.setattr("citycall.api.entrance.MOST_BYTES", -100_000)
    assert upload(reporter).status_code == 413


def test_an_upload_needs_a_key(anybody) -> None:
    assert upload(anybody).status_code == 401


def test_a_photo_is_seen_when_it_is_public(reporter, worker, anybody) -> None:
    reporter.post("/service_requests", {**REPORT, "photos": [upload(reporter).json()["photo"]]})
    kept = Attachment.objects.get()
    assert anybody.get(f"/photos/{kept.pk}").status_code == 404
    assert reporter.get(f"/photos/{kept.pk}").status_code == 404
    seen = worker.get(f"/photos/{kept.pk}")
    assert seen.headers["Content-Type"] == "image/jpeg"
    assert seen.content == photos.path_of(kept.file).read_bytes()
    assert "private" in seen.headers["Cache-Control"]
    Attachment.objects.update(public=True)
    shown = anybody.get(f"/photos/{kept.pk}?size=small")
    assert shown.content == photos.path_of(kept.thumbnail).read_bytes()
    held = anybody.get(f"/photos/{kept.pk}?size=small", If_None_Match=shown.headers["ETag"])
    assert held.status_code == 304


def test_words_of_danger_are_taken_with_a_warning(reporter) -> None:
    calm = reporter.post("/service_requests", REPORT).json()
    told = reporter.post("/service_requests", {**REPORT, "words": "I smell gas"}).json()
    assert calm["warning"] == ""
    assert "call 911" in told["warning"].replace("Call", "call")
    assert ServiceRequest.objects.count() == 2


def test_what_the_reporter_has_to_be_told_is_in_the_language_of_the_report(reporter) -> None:
    told = {**REPORT, "words": "hay un incendio en la casa", "language": "es"}
    warning = reporter.post("/service_requests", told).json()["warning"]
    assert "llame al 911" in warning.lower()
