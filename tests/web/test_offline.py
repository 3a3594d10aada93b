"""The page for reporting without a connection, and the door for what waited on a device."""

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from citycall.accounts import callers
from citycall.catalog.actions import retire_service
from citycall.core import numbers
from citycall.core.actors import SYSTEM
from citycall.service_requests.models import Attachment, Channel, Report, ServiceRequest
from tests.city import NOW, City
from tests.web import telling
from tests.web.telling import picture

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

KEY = "a-key-that-the-page-made-once"
LAMP = {
    "service": "lamp-out",
    "answers.wires": "no",
    "answers.lights": "one",
    "words": "It is dark here.",
    "place": "1200 Harbor Street",
}
OWN = {"Sec-Fetch-Site": "same-origin"}


def send(client: Client, key: str = KEY, **told: Any) -> "Answer":
    """What the page sends of a report about a lamp."""
    return client.post(
        "/report/offline/send", {"key": key, "language": "en", **LAMP, **told}, headers=OWN
    )


def mark_of_stop(client: Client) -> str:
    """What the page sends once the warning about wires was read."""
    page = client.get("/report/offline").content.decode()
    found = re.search(r'data-mark="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_a_report_that_waited_gets_a_number_and_a_link_that_proves_it(
    client: Client, city: City
) -> None:
    told = send(client, email="Pat@example.org").json()
    report = Report.objects.get(number=numbers.read(told["number"]))
    assert (report.words, report.channel, told["again"]) == (LAMP["words"], Channel.APP, False)
    assert report.answers == {"wires": "no", "lights": "one"}
    page = client.get(told["link"], follow=True).content.decode()
    assert "What you told us" in page


def test_the_same_key_gets_the_same_number(client: Client, city: City) -> None:
    first, second = send(client).json(), send(Client()).json()
    assert second == {**first, "again": True}
    assert Report.objects.count() == 1


def test_what_was_changed_after_it_had_arrived_makes_no_second_request(
    client: Client, city: City
) -> None:
    first = send(client).json()
    changed = send(client, words="Something else entirely.").json()
    assert (changed["number"], changed["again"]) == (first["number"], True)
    assert Report.objects.get().words == LAMP["words"]


def test_a_late_copy_gets_its_number_although_the_service_is_retired(
    client: Client, city: City
) -> None:
    first = send(client).json()
    retire_service(code="lamp-out", by=SYSTEM, at=NOW)
    assert send(client).json()["number"] == first["number"]


def test_no_session_is_begun_or_needed(client: Client, city: City) -> None:
    assert send(client).cookies == {}


def test_photos_come_along_and_are_kept_once(client: Client, city: City) -> None:
    for _try in range(2):
        send(client, photos=[picture("red"), picture("blue")])
    assert Attachment.objects.count() == 2
    assert set(Attachment.objects.values_list("report", flat=True)) == {Report.objects.get().pk}


def test_a_file_that_is_no_photo_does_not_hold_up_the_report(client: Client, city: City) -> None:
    told = send(client, photos=[SimpleUploadedFile("list.txt", b"no picture")]).json()
    assert "list.txt: This file is not a photo we can read." in told["notes"][0]
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "field", "sentence"),
    [
        ({"email": "pat@@example"}, "email", "Please check this e-mail address"),
        ({"answers.lights": ""}, "answers.lights", "Please answer this question."),
        ({"place": ""}, "place", "Please say where this is."),
        ({"service": "no-such-thing"}, "service", "There is no such service."),
        ({"latitude": "here", "longitude": "there"}, "place", "could not be read"),
        ({"words": "x" * 4001}, "words", "Please keep this under 4000 characters."),
    ],
)
def test_what_has_to_be_changed_is_said_by_field(
    client: Client, city: City, told: dict[str, str], field: str, sentence: str
) -> None:
    answer = send(client, **told)
    assert answer.status_code == 422
    assert sentence in answer.json()["faults"][field]
    assert Report.objects.count() == 0


def test_a_report_put_right_is_sent_under_its_old_key(client: Client, city: City) -> None:
    assert send(client, email="pat@@example").status_code == 422
    assert send(client, email="pat@example.org").status_code == 200
    assert Report.objects.count() == 1


def test_a_place_that_the_words_name_is_found(client: Client, city: City) -> None:
    send(client, place="hoopers feild")
    assert ServiceRequest.objects.get().place == "Hooper's Field, Herring Run Park"


def test_a_point_far_from_the_named_place_is_believed(client: Client, city: City) -> None:
    send(client, place="Hooper's Field", latitude="39.25", longitude="-76.65", accuracy="8")
    request = ServiceRequest.objects.get()
    assert (request.latitude, request.longitude) == (39.25, -76.65)
    assert request.place == "Hooper's Field"


def test_an_emergency_stops_until_its_warning_was_read(client: Client, city: City) -> None:
    stopped = send(client, **{"answers.wires": "yes"})
    assert stopped.status_code == 422
    stop = stopped.json()["stop"]
    assert "call 911" in stop["text"]
    assert stop["mark"] == mark_of_stop(client)
    assert send(client, **{"answers.wires": "yes", "stop_read": stop["mark"]}).status_code == 200


def test_having_read_another_warning_is_not_enough(client: Client, city: City) -> None:
    assert send(client, **{"answers.wires": "yes", "stop_read": "0" * 32}).status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
    ],
)
def test_other_sites_cannot_send(city: City, headers: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/report/offline/send", {"key": KEY, **LAMP}, headers=headers)
    assert answer.status_code == 403
    assert Report.objects.count() == 0


def test_a_browser_that_says_only_its_origin_can_send(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    headers = {"Origin": "http://testserver"}
    answer = client.post("/report/offline/send", {"key": KEY, **LAMP}, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("key", ["", "short", "with spaces in the middle of it", "x" * 200])
def test_a_key_that_the_page_cannot_have_made_is_refused(
    client: Client, city: City, key: str
) -> None:
    assert send(client, key=key).status_code == 422
    assert Report.objects.count() == 0


@pytest.mark.usefixtures("one_minute")
def test_too_many_at_once_are_told_when_to_come_again(
    client: Client, city: City, settings: Settings
) -> None:
    settings.CITYCALL_CALLS_PER_MINUTE = 1
    callers.forget()
    assert send(client).status_code == 200
    later = send(client)
    assert later.status_code == 429
    assert 0 < int(later["Retry-After"]) <= 61
    callers.forget()


def test_an_unfinished_report_that_had_arrived_is_not_made_again(
    client: Client, city: City
) -> None:
    form = telling.seen(telling.walk_to_review(client))
    key = client.get("/report/review").context["so_far"]["key"]
    number = telling.number_of(client.post("/report/review", form))
    assert numbers.read(send(Client(), key=key).json()["number"]) == number
    assert Report.objects.count() == 1


def test_the_page_has_every_service_with_its_questions(client: Client, city: City) -> None:
    page = client.get("/report/offline").content.decode()
    for part in (
        '<option value="lamp-out">Street light out</option>',
        '<template data-service="lamp-out" data-location="required" data-contact="optional"',
        '<template data-service="water-leak" data-location="required" data-contact="required"',
        "Do wires hang down or sparks fly?",
        "Stay away from the wires and call 911.",
    ):
        assert part in page


def test_nothing_of_a_person_is_on_the_page(client: Client, city: City) -> None:
    telling.walk_to_review(client, email="pat@example.org")
    mine = client.get("/report/offline")
    assert mine.content == Client().get("/report/offline").content
    assert "Set-Cookie" not in mine.headers


def test_the_page_is_not_sent_again_while_nothing_changed(client: Client, city: City) -> None:
    first = client.get("/report/offline")
    again = client.get("/report/offline", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, first["Content-Language"]) == (304, "en")
    retire_service(code="lamp-out", by=SYSTEM, at=NOW)
    changed = client.get("/report/offline", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_the_page_says_how_to_report_without_scripts(client: Client, city: City) -> None:
    page = client.get("/report/offline").content.decode()
    said = page[page.index("<noscript>") : page.index("</noscript>")]
    assert '<a href="/report">report step by step</a>' in said


def test_the_page_costs_few_queries(
    client: Client, city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/report/offline")
    with django_assert_max_num_queries(4):
        client.get("/report/offline")


def test_sending_costs_few_queries(
    client: Client, city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    send(client)
    with django_assert_max_num_queries(6):
        send(client, key=f"{KEY}-2")


def test_a_step_gives_the_page_what_was_told_so_far(client: Client, city: City) -> None:
    telling.walk_to_review(client, email="pat@example.org")
    told = client.get("/report/contact").context["so_far"]
    assert {"key": told["key"], "photos": told["photos"]} == {"key": "", "photos": 0}
    pairs = dict(told["fields"])
    assert pairs["service"] == "lamp-out"
    assert (pairs["answers.lights"], pairs["email"]) == ("one", "pat@example.org")


def test_photos_shared_without_a_service_worker_begin_a_report(client: Client, city: City) -> None:
    headers = {"Sec-Fetch-Site": "none"}
    data = {"photos": [picture()], "words": "Look at this lamp"}
    assert client.post("/report/share", data, headers=headers)["Location"] == "/report"
    telling.choose(client, "lamp-out")
    told = client.session["telling"]
    assert (len(told["photos"]), told["words"]) == (1, "Look at this lamp")


def test_another_site_cannot_share_photos_into_a_report(client: Client, city: City) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    client.post("/report/share", {"photos": [picture()]}, headers=headers)
    assert "telling" not in client.session
