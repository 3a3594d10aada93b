"""The staff's page for when the systems are down."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citycall.continuity.models import Intake, Kit, Merge, ReservedNumber
from citycall.core import clock, numbers
from citycall.service_requests.models import Report
from tests.city import NOW, City
from tests.console.conftest import signed_in
from tests.continuity.files import LATER, a_kit, file, intake


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citycall.core.clock.now", lambda: LATER)


def handed_in(client: Client, *files: bytes) -> str:
    """The page that follows when these files are merged."""
    uploads = [SimpleUploadedFile(f"{n}.json", content) for n, content in enumerate(files)]
    answer = client.post("/console/continuity/merges", {"exports": uploads}, follow=True)
    return answer.content.decode()


def test_whoever_is_not_of_the_call_center_is_refused(city: City) -> None:
    for name in ("dispatcher", "crew", "analyst"):
        assert signed_in(name).get("/console/continuity").status_code == 403
    assert Client().get("/console/continuity").status_code == 302


def test_files_are_merged_and_what_became_of_them_is_told(city: City, call_taker: Client) -> None:
    made = a_kit()
    one = file(made, intake(made, 0), intake(made, 1)).content
    page = handed_in(call_taker, one, one)
    assert "2 reports became requests." in page
    assert "2 were here already." in page
    assert numbers.show(made.numbers[1]) in page
    assert Report.objects.count() == 2


def test_no_file_at_all_is_told_beside_the_field(city: City, call_taker: Client) -> None:
    answer = call_taker.post("/console/continuity/merges", {})
    assert answer.status_code == 422
    assert "Please choose a file." in answer.content.decode()


def test_what_is_no_export_is_told_by_its_name(city: City, call_taker: Client) -> None:
    assert "This is not an export of a kit" in handed_in(call_taker, b"<html>")


def test_a_refused_report_is_listed_and_finished_with_its_number(
    city: City, call_taker: Client
) -> None:
    made = a_kit()
    handed_in(call_taker, file(made, intake(made, told={"phone": "12"})).content)
    waiting = Intake.objects.get()
    assert (
        "Please check this phone number" in call_taker.get("/console/continuity").content.decode()
    )
    address = f"/console/continuity/intakes/{waiting.pk}"
    page = call_taker.get(address).content.decode()
    assert "A deep hole." in page
    typed = {
        "service": "pothole",
        "told_at": "2026-03-02T10:00",
        "words": "A deep hole.",
        "place": "1200 E Monument St",
        "phone": "410-555-0124",
        "language": "en",
    }
    wrong = call_taker.post(address, {**typed, "phone": "1"})
    assert wrong.status_code == 422
    answer = call_taker.post(address, typed, follow=True)
    assert f"{numbers.show(made.numbers[0])} is a request now." in answer.content.decode()
    report = Report.objects.select_related("service_request").get()
    assert (report.number, report.reported_at) == (made.numbers[0], NOW)
    # The point that the kit had found stays, since its words do.
    assert report.service_request.longitude == -76.6


def test_a_report_that_is_finished_shows_its_request_only(city: City, call_taker: Client) -> None:
    made = a_kit()
    handed_in(call_taker, file(made, intake(made)).content)
    page = call_taker.get(f"/console/continuity/intakes/{Intake.objects.get().pk}")
    assert '<form method="post" novalidate' not in page.content.decode()


def test_a_correction_after_merging_is_shown_until_somebody_has_seen_it(
    city: City, call_taker: Client
) -> None:
    made = a_kit()
    handed_in(call_taker, file(made, intake(made)).content)
    later = (NOW + timedelta(hours=1)).isoformat()
    better = intake(made, changed_at=later, told={"words": "Two holes."})
    handed_in(call_taker, file(made, better).content)
    assert "Two holes." in call_taker.get("/console/continuity").content.decode()
    call_taker.post(f"/console/continuity/intakes/{Intake.objects.get().pk}/seen")
    assert "Two holes." not in call_taker.get("/console/continuity").content.decode()


def test_discarding_takes_it_off_the_list(city: City, call_taker: Client) -> None:
    made = a_kit()
    handed_in(call_taker, file(made, intake(made, told={"phone": "12"})).content)
    waiting = Intake.objects.get()
    call_taker.post(f"/console/continuity/intakes/{waiting.pk}/discard")
    assert Intake.objects.get().state == "discarded"


def test_a_card_is_typed_in(city: City, call_taker: Client) -> None:
    made = a_kit(kind=Kit.Kind.CARDS)
    number = numbers.show(made.numbers[3])
    page = call_taker.get("/console/continuity/card", {"number": number})
    assert number in page.content.decode()
    typed = {
        "number": number,
        "service": "water-leak",
        "told_at": "2026-03-02T10:30",
        "place": "a place of no kind",
        "phone": "410-555-0124",
    }
    shown = call_taker.post("/console/continuity/card", {**typed, "show": "1"}).content.decode()
    assert "How much water is there?" in shown
    refused = call_taker.post("/console/continuity/card", typed)
    assert refused.status_code == 422
    assert "Please answer this question." in refused.content.decode()
    good = {**typed, "service": "pothole"}
    call_taker.post("/console/continuity/card", good)
    report = Report.objects.get()
    assert (report.number, report.reported_at) == (made.numbers[3], NOW + timedelta(minutes=30))
    again = call_taker.post("/console/continuity/card", good)
    assert "has arrived already" in again.content.decode()


@pytest.mark.parametrize("number", ["", "12", "26-48392-01756"])
def test_a_number_of_no_card_is_refused(city: City, call_taker: Client, number: str) -> None:
    answer = call_taker.get("/console/continuity/card", {"number": number})
    assert answer.status_code == 422


def test_kits_come_as_one_archive(city: City, supervisor: Client) -> None:
    told = {"kind": "laptop", "kits": 2, "numbers": 30}
    answer = supervisor.post("/console/continuity/kits", told)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    assert len(archive.namelist()) == 2
    assert ReservedNumber.objects.count() == 60


def test_cards_come_as_a_page_to_print(city: City, supervisor: Client) -> None:
    answer = supervisor.post("/console/continuity/kits", {"kind": "cards", "kits": 1, "numbers": 5})
    page = answer.content.decode()
    for number in ReservedNumber.objects.values_list("number", flat=True):
        assert numbers.show(number) in page
    assert "Pothole" in page


def test_call_takers_make_no_kits(city: City, call_taker: Client) -> None:
    told = {"kind": "laptop", "kits": 2, "numbers": 30}
    assert call_taker.post("/console/continuity/kits", told).status_code == 403
    assert "Make and download" not in call_taker.get("/console/continuity").content.decode()


def test_the_pages_cost_the_same_for_many_reports(city: City, call_taker: Client) -> None:
    made = a_kit(size=40)
    costs = []
    for first in (0, 20):
        intakes = [intake(made, first + n, told={"phone": "12"}) for n in range(first // 4 + 2)]
        good = [intake(made, first + 10 + n) for n in range(first // 4 + 2)]
        handed_in(call_taker, file(made, *intakes, *good).content)
        merge = Merge.objects.order_by("-id").first()
        assert merge is not None
        with CaptureQueriesContext(connection) as queries:
            call_taker.get("/console/continuity")
            call_taker.get(f"/console/continuity/merges/{merge.pk}")
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_the_page_says_when_kits_are_old(
    city: City, supervisor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_kit()
    assert "in the last 31 days" not in supervisor.get("/console/continuity").content.decode()
    monkeypatch.setattr(clock, "now", lambda: LATER + timedelta(days=40))
    assert "in the last 31 days" in supervisor.get("/console/continuity").content.decode()


def test_an_upload_that_is_too_large_is_refused(city: City, call_taker: Client) -> None:
    assert "too large" in handed_in(call_taker, json.dumps("x" * 5_000_001).encode())
