"""A report begins with words, a photo, the place or a service; the rest is asked, once."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.city import City
from tests.web.telling import WHERE, choose, picture, seen, send

FIELD = (-76.58, 39.32)


def photo_at(longitude: float, latitude: float) -> SimpleUploadedFile:
    """A photo that says where it was taken."""

    def degrees(value: float) -> tuple[float, float, float]:
        whole, rest = divmod(abs(value) * 3600, 3600)
        minutes, seconds = divmod(rest, 60)
        return whole, minutes, seconds

    exif = Image.Exif()
    exif[0x8825] = {
        1: "N" if latitude >= 0 else "S",
        2: degrees(latitude),
        3: "E" if longitude >= 0 else "W",
        4: degrees(longitude),
    }
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "gray").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("photo.jpg", out.getvalue(), content_type="image/jpeg")


def start(client: Client, **data: object):
    return client.post("/report/start", data)


def test_the_first_page_offers_every_way(client: Client, city: City) -> None:
    page = client.get("/report").content.decode()
    for way in ('name="q"', 'name="photos"', 'value="place"', 'value="pothole"'):
        assert way in page


def test_a_photo_first_offers_its_place(client: Client, city: City) -> None:
    assert start(client, start="photo", photos=photo_at(*FIELD))["Location"] == "/report"
    page = client.get("/report").content.decode()
    assert "Your photo was taken at: Hooper" in page
    assert client.session["telling"]["longitude"] == ""


def test_the_photos_place_is_asked_for_no_more(client: Client, city: City) -> None:
    start(client, start="photo", photos=photo_at(*FIELD))
    offer = client.get("/report").context["begun"]["photo_place"]["point"]
    start(client, photo_place=offer)
    assert choose(client, "pothole")["Location"] == "/report/details"
    assert client.session["telling"]["longitude"].startswith("-76.58")


def test_words_photo_and_place_leave_nothing_but_the_sending(client: Client, city: City) -> None:
    start(client, start="photo", photos=photo_at(*FIELD))
    offer = client.get("/report").context["begun"]["photo_place"]["point"]
    start(client, photo_place=offer)
    assert choose(client, "dead-tree", words="It leans")["Location"] == "/report/review"
    page = client.get("/report/review")
    assert client.post("/report/review", seen(page))["Location"].startswith("/r/")


def test_whoever_says_elsewhere_is_asked_for_the_place(client: Client, city: City) -> None:
    start(client, start="photo", photos=photo_at(*FIELD))
    start(client, photo_place="no")
    assert "Your photo was taken at" not in client.get("/report").content.decode()
    assert choose(client, "pothole")["Location"] == "/report/where"


def test_the_photos_place_can_be_taken_later_too(client: Client, city: City) -> None:
    start(client, start="photo", photos=photo_at(*FIELD))
    choose(client, "pothole")
    offered = client.get("/report/where").context["photo_place"]["point"]
    assert send(client, "where", {"photo_place": offered})["Location"] == "/report/details"


def test_a_photo_without_a_place_is_kept(client: Client, city: City) -> None:
    start(client, start="photo", photos=picture())
    assert len(client.session["telling"]["photos"]) == 1
    page = client.get("/report").content.decode()
    assert "Photo 1" in page
    assert "Your photo was taken at" not in page


def test_what_is_no_photo_is_said_and_nothing_else_is_lost(client: Client, city: City) -> None:
    start(client, start="photo", photos=picture())
    bad = SimpleUploadedFile("notes.txt", b"words", content_type="text/plain")
    assert start(client, start="photo", photos=bad)["Location"] == "/report"
    assert "notes.txt" in client.get("/report").content.decode()
    assert len(client.session["telling"]["photos"]) == 1


def test_no_photo_chosen_is_said(client: Client, city: City) -> None:
    start(client, start="photo")
    assert "Please choose a photo first." in client.get("/report").content.decode()


def test_the_place_first_leads_to_what_it_is(client: Client, city: City) -> None:
    assert start(client, start="place")["Location"] == "/report/where"
    answer = send(client, "where", {"place": "Hooper's Field"})
    assert answer["Location"] == "/report"
    assert "Hooper&#x27;s Field" in client.get("/report").content.decode()
    assert choose(client, "pothole")["Location"] == "/report/details"


def test_a_place_first_that_is_unknown_is_asked_about(client: Client, city: City) -> None:
    start(client, start="place")
    assert send(client, "where", {"place": "behind the moon"})["Location"] == "/report/place"
    send(client, "place")
    assert choose(client, "pothole")["Location"] == "/report/details"


def test_no_place_at_all_is_said_beside_the_field(client: Client, city: City) -> None:
    start(client, start="place")
    answer = send(client, "where", {})
    assert answer.status_code == 422
    assert "Please say where this is." in answer.content.decode()


def test_back_from_the_place_leads_to_the_first_page(client: Client, city: City) -> None:
    start(client, start="place")
    answer = send(client, "where", {"place": "Hooper's Field", "go": "back"})
    assert answer["Location"] == "/report"
    assert client.session["telling"]["place"] == "Hooper's Field"


def test_other_steps_wait_until_it_is_known_what_it_is(client: Client, city: City) -> None:
    start(client, start="place")
    assert client.get("/report/details")["Location"] == "/report"


def test_a_link_with_a_places_code_fills_it_in(client: Client, city: City) -> None:
    page = client.get("/report", {"place": "hoopers-field"})
    assert "Hooper&#x27;s Field, Herring Run Park" in page.content.decode()
    assert choose(client, "pothole", place="hoopers-field")["Location"] == "/report/details"
    assert client.session["telling"]["place"] == "Hooper's Field, Herring Run Park"


def test_a_link_alone_changes_nothing(client: Client, city: City) -> None:
    choose(client, "pothole")
    send(client, "where", {"place": "12 Elm Street"})
    client.get("/report", {"place": "hoopers-field"})
    assert client.session["telling"]["place"] == "12 Elm Street"


def test_a_links_words_are_only_words(client: Client, city: City) -> None:
    page = client.get("/report", {"place": '"><script>alert(1)</script>\x00' + "x" * 5000})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert choose(client, "pothole", place="some corner")["Location"] == "/report/where"
    assert client.session["telling"]["place"] == "some corner"


def test_words_said_anew_take_the_place_of_those_tried_before(client: Client, city: City) -> None:
    choose(client, "pothole", words="smell of gas", not_emergency="gas")
    choose(client, "pothole", words="paint on the wall")
    assert client.session["telling"]["words"] == "paint on the wall"


def test_new_words_are_added_to_what_was_described(client: Client, city: City) -> None:
    choose(client, "pothole")
    send(client, "where", WHERE)
    send(client, "details", {"words": "A deep hole."})
    choose(client, "graffiti", words="paint on the wall")
    assert client.session["telling"]["words"] == "A deep hole.\npaint on the wall"
