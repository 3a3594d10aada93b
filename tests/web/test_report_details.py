"""The details: the service's own questions, words, and photos."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from citycall.web.telling import Telling
from tests.city import City
from tests.web import town
from tests.web.telling import DETAILS, LAMP, WHERE, choose, picture, send


@pytest.fixture
def telling(client: Client, city: City) -> Client:
    choose(client, "lamp-out")
    send(client, "safety", LAMP)
    send(client, "where", WHERE)
    return client


def test_a_missing_answer_is_asked_for_and_words_are_kept(telling: Client) -> None:
    answer = send(telling, "details", {"asked": "lights", "words": "It is dark."})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Please answer this question." in page
    assert "It is dark." in page


def test_an_answer_that_brings_a_question_shows_it(telling: Client) -> None:
    answer = send(telling, "details", {"answers.lights": "many", "asked": "lights"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Your answer brings a further question." in page
    assert '<input type="hidden" name="asked" value="blocks">' in page


def test_a_question_that_does_not_apply_waits_out_of_sight(telling: Client) -> None:
    page = telling.get("/report/details").content.decode()
    before = page[: page.index('data-question="blocks"')]
    assert before.rstrip().endswith('<template data-question-waiting>\n<div class="web-question"')


def test_all_in_order_goes_on(telling: Client) -> None:
    assert send(telling, "details", DETAILS)["Location"] == "/report/contact"


def test_a_photo_is_kept_and_shown_to_this_browser_only(telling: Client) -> None:
    send(telling, "details", {**DETAILS, "photos": [picture()]})
    name = telling.session["telling"]["photos"][0]["file"]
    answer = telling.get(f"/report/photos/{name}")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Client().get(f"/report/photos/{name}").status_code == 404


def test_a_photo_can_be_taken_out_again(telling: Client) -> None:
    send(telling, "details", {**DETAILS, "photos": [picture("red"), picture("blue")]})
    first = telling.session["telling"]["photos"][0]["file"]
    answer = send(telling, "details", {**DETAILS, "words": "Dark.", "remove_photo": first})
    assert answer.status_code == 200
    assert len(telling.session["telling"]["photos"]) == 1
    assert telling.session["telling"]["words"] == "Dark."


def test_what_is_no_photo_is_refused_and_the_good_one_kept(telling: Client) -> None:
    bad = SimpleUploadedFile("letter.jpg", b"Dear city", content_type="image/jpeg")
    answer = send(telling, "details", {**DETAILS, "photos": [picture(), bad]})
    assert answer.status_code == 422
    assert "letter.jpg: This file is not a photo we can read." in answer.content.decode()
    assert len(telling.session["telling"]["photos"]) == 1


def test_more_than_five_photos_are_left_out(telling: Client) -> None:
    many = [picture(c) for c in ("red", "blue", "green", "white", "black", "pink")]
    answer = send(telling, "details", {**DETAILS, "photos": many})
    assert "Five photos are the most." in answer.content.decode()
    assert len(telling.session["telling"]["photos"]) == 5


def test_words_that_are_too_long_are_kept_and_refused(telling: Client) -> None:
    answer = send(telling, "details", {**DETAILS, "words": "x" * 4001})
    assert answer.status_code == 422
    assert "x" * 4001 in answer.content.decode()


def taken_at(latitude: float, longitude: float) -> SimpleUploadedFile:
    """A photo that hides where it was taken."""
    exif = Image.Exif()
    exif[0x8825] = {
        1: "S" if latitude < 0 else "N",
        2: (abs(latitude), 0.0, 0.0),
        3: "W" if longitude < 0 else "E",
        4: (abs(longitude), 0.0, 0.0),
    }
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("here.jpg", out.getvalue(), content_type="image/jpeg")


def test_where_a_photo_was_taken_is_offered_and_not_kept(telling: Client) -> None:
    answer = send(telling, "details", {**DETAILS, "photos": taken_at(39.32, -76.58)})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Your photo was taken at: Hooper&#x27;s Field, Herring Run Park" in page
    assert "-76.58" not in str(dict(telling.session))
    assert send(telling, "details", DETAILS)["Location"] != "/report/details"
    assert telling.session["telling"]["longitude"] == WHERE["longitude"]


def test_the_place_of_a_photo_may_be_used(telling: Client) -> None:
    send(telling, "details", {**DETAILS, "photos": taken_at(39.32, -76.58)})
    send(telling, "details", {**DETAILS, "photo_place": "-76.58,39.32"})
    location = Telling(**telling.session["telling"]).location()
    assert location is not None
    assert location.place == "Hooper's Field, Herring Run Park"
    assert location.point == (-76.58, 39.32)


@pytest.mark.parametrize("place", [(39.2901, -76.6001), (0.0, 0.0), (52.5, 13.4)])
def test_a_photo_that_says_nothing_new_offers_nothing(
    telling: Client, place: tuple[float, float]
) -> None:
    town.draw_boundary()
    answer = send(telling, "details", {**DETAILS, "photos": taken_at(*place)})
    assert answer.status_code == 302


@pytest.mark.parametrize("told", ["", "north", "nan,nan", "1,2,3", "999,999"])
def test_a_damaged_place_of_a_photo_changes_nothing(telling: Client, told: str) -> None:
    send(telling, "details", {**DETAILS, "photo_place": told})
    assert telling.session["telling"]["longitude"] == WHERE["longitude"]
