"""An answer that means danger stops the report before anything else is asked."""

from django.test import Client

from citycall.core.models import Event
from tests.city import City
from tests.web.telling import DETAILS, LAMP, WHERE, choose, seen, send


def stopped(client: Client) -> str:
    choose(client, "lamp-out")
    answer = send(client, "safety", {"answers.wires": "yes", "asked": "wires"})
    assert answer["Location"] == "/report/stop"
    return client.get("/report/stop").content.decode()


def read(client: Client) -> dict[str, str]:
    return {"read": client.get("/report/stop").context["mark"]}


def test_the_warning_comes_before_the_place(client: Client, city: City) -> None:
    page = stopped(client)
    assert "Stay away from the wires and call 911." in page
    assert 'href="tel:911"' in page


def test_no_step_goes_past_the_warning(client: Client, city: City) -> None:
    stopped(client)
    assert send(client, "safety", {"answers.wires": "yes", "asked": "wires"})["Location"] == (
        "/report/stop"
    )


def test_who_has_read_it_may_report_and_that_is_recorded(client: Client, city: City) -> None:
    stopped(client)
    assert client.post("/report/stop", read(client))["Location"] == "/report/where"
    send(client, "where", WHERE)
    send(client, "details", DETAILS)
    send(client, "contact")
    client.post("/report/review", seen(client.get("/report/review")))
    assert Event.objects.get(kind="submitted").data["stop_read"] == "emergency"


def test_a_changed_answer_needs_no_warning(client: Client, city: City) -> None:
    stopped(client)
    assert send(client, "safety", LAMP)["Location"] == "/report/where"


def test_reading_another_warning_does_not_count(client: Client, city: City) -> None:
    stopped(client)
    answer = client.post("/report/stop", {"read": "another"})
    assert answer["Location"] == "/report/stop"


def test_a_warning_on_the_way_back_skips_no_step(client: Client, city: City) -> None:
    choose(client, "lamp-out")
    send(client, "safety", LAMP)
    send(client, "where", WHERE)
    send(client, "safety", {"answers.wires": "yes", "asked": "wires"})
    assert client.post("/report/stop", read(client))["Location"] == "/report/details"
    assert "details" not in client.session["telling"]["done"]


def test_the_warning_of_a_report_without_one_leads_to_the_beginning(
    client: Client, city: City
) -> None:
    choose(client, "pothole")
    assert client.get("/report/stop")["Location"] == "/report"
