"""Words of danger stop everything else, keep what was typed, and can be answered with "no"."""

import pytest
from django.test import Client

from citycall.core.models import Event
from tests.city import City
from tests.web.telling import DETAILS, LAMP, WHERE, choose, seen, send

NO = "No, this is not an emergency"


@pytest.mark.parametrize("path", ["/report", "/answers", "/services"])
@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("the house next door is on fire", "911"),
        ("hay una fuga de gas", "911"),
        ("我想自杀", "988"),
        ("رجل معه مسدس", "911"),
    ],
)
def test_every_first_box_says_whom_to_call(
    client: Client, city: City, path: str, words: str, number: str
) -> None:
    page = client.get(path, {"q": words})
    assert f'href="tel:{number}"' in page.content.decode()
    assert NO in page.content.decode()
    assert words in page.content.decode()


def test_the_start_pages_box_says_it_too(client: Client, city: City) -> None:
    page = client.get("/answers", {"q": "man with a gun", "box": "1"}).content.decode()
    assert "Call 911 now" in page
    assert '<input type="hidden" name="box" value="1">' in page


@pytest.mark.parametrize("words", ["fire hydrant leaking", "dead tree", "gas station trash"])
def test_other_words_are_answered_as_ever(client: Client, city: City, words: str) -> None:
    assert NO not in client.get("/report", {"q": words}).content.decode()


def test_whoever_says_no_finds_the_services(client: Client, city: City) -> None:
    page = client.get("/report", {"q": "street light on fire", "not_emergency": "fire"})
    assert NO not in page.content.decode()
    assert '<input type="hidden" name="not_emergency" value="fire">' in page.content.decode()


def test_a_no_to_one_danger_is_no_answer_to_another(client: Client, city: City) -> None:
    query = {"q": "the gas leak started a big fire", "not_emergency": "fire"}
    assert "smell gas" in client.get("/report", query).content.decode()


def test_it_is_said_while_one_types(client: Client, city: City) -> None:
    part = client.get("/report/suggested", {"q": "someone is breaking into my house"})
    assert 'role="alert"' in part.content.decode()
    assert "not_emergency=crime" in part.content.decode()


def test_words_that_came_with_the_service_stop_the_report(client: Client, city: City) -> None:
    assert choose(client, "pothole", words="my car is on fire")["Location"] == "/report/stop"
    page = client.get("/report/stop").content.decode()
    assert "get everybody out" in page
    assert "my car is on fire" in page


def test_a_no_on_the_way_is_not_asked_again(client: Client, city: City) -> None:
    answer = choose(client, "pothole", words="my car is on fire", not_emergency="fire")
    assert answer["Location"] == "/report/where"


def test_the_description_stops_before_its_faults_and_keeps_every_field(
    client: Client, city: City
) -> None:
    choose(client, "lamp-out")
    send(client, "safety", LAMP)
    send(client, "where", WHERE)
    answer = send(client, "details", {"words": "It is on fire", "wanted": "Put it out"})
    assert answer["Location"] == "/report/stop"
    told = client.session["telling"]
    assert (told["words"], told["wanted"]) == ("It is on fire", "Put it out")


def test_who_says_no_sends_the_report_and_that_is_recorded(client: Client, city: City) -> None:
    choose(client, "lamp-out")
    send(client, "safety", LAMP)
    send(client, "where", WHERE)
    send(client, "details", {**DETAILS, "words": "It looks as if it was on fire"})
    mark = client.get("/report/stop").context["mark"]
    assert client.post("/report/stop", {"read": mark})["Location"] == "/report/contact"
    send(client, "contact")
    client.post("/report/review", seen(client.get("/report/review")))
    assert Event.objects.get(kind="submitted").data["no_danger"] == "fire"


def test_an_answer_and_words_both_have_to_be_read(client: Client, city: City) -> None:
    choose(client, "lamp-out", words="a person is trapped in the elevator")
    first = client.get("/report/stop").context["mark"]
    client.post("/report/stop", {"read": first})
    send(client, "safety", {"answers.wires": "yes", "asked": "wires"})
    second = client.get("/report/stop").context["mark"]
    assert first != second
    assert client.post("/report/stop", {"read": second})["Location"] == "/report/where"


def test_words_that_say_where_are_heard_too(client: Client, city: City) -> None:
    choose(client, "pothole")
    answer = send(client, "where", {"place": "12 Elm Street, the house is on fire"})
    assert answer["Location"] == "/report/stop"
    mark = client.get("/report/stop").context["mark"]
    assert client.post("/report/stop", {"read": mark})["Location"] == "/report/where"
    assert client.session["telling"]["place"] == "12 Elm Street, the house is on fire"


def test_made_up_dangers_in_an_address_are_left_out(client: Client, city: City) -> None:
    page = client.get("/report", {"q": "hole", "not_emergency": '"><script>'})
    assert '<script>"' not in page.content.decode()
    assert 'name="not_emergency"' not in page.content.decode()


def test_a_report_that_waited_on_a_device_is_heard(client: Client, city: City) -> None:
    report = {
        "key": "a" * 24,
        "service": "pothole",
        "place": "12 Elm Street",
        "words": "somebody is drowning",
    }
    headers = {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "http://testserver"}
    answer = client.post("/report/offline/send", report, **headers)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert answer.json()["stop"]["mark"] == "danger:water"
    read = {**report, "stop_read": "danger:water"}
    answer = client.post("/report/offline/send", read, **headers)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.content
