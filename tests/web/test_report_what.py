"""The first step: which service, and what becomes of a report that was begun before."""

from django.test import Client

from citycall.core import numbers
from tests.city import City
from tests.web.telling import choose, send


def test_every_service_can_be_chosen_and_something_else_too(client: Client, city: City) -> None:
    page = client.get("/report").content.decode()
    for code in ("pothole", "lamp-out", "something-else"):
        assert f'name="service" value="{code}"' in page


def test_choosing_leads_to_the_place(client: Client, city: City) -> None:
    assert choose(client, "pothole")["Location"] == "/report/where"


def test_a_service_with_a_warning_asks_about_it_first(client: Client, city: City) -> None:
    assert choose(client, "lamp-out")["Location"] == "/report/safety"


def test_the_words_searched_for_become_the_description(client: Client, city: City) -> None:
    choose(client, "pothole", words="a deep hole")
    assert client.session["telling"]["words"] == "a deep hole"


def test_a_number_in_the_box_leads_to_its_report(client: Client, city: City) -> None:
    number = numbers.show(numbers.compose(year=26, serial=483920175))
    assert client.get("/report", {"q": number})["Location"] == f"/r/{number}"


def test_an_unknown_service_is_refused_with_a_sentence(client: Client, city: City) -> None:
    answer = choose(client, "no-such-thing")
    assert answer.status_code == 422
    assert "Please choose one from the list." in answer.content.decode()


def test_changing_the_service_keeps_what_was_said(client: Client, city: City) -> None:
    choose(client, "pothole")
    send(client, "where", {"place": "12 Elm Street", "directions": "by the bench"})
    choose(client, "graffiti")
    assert client.session["telling"]["place"] == "12 Elm Street"


def test_beginning_anew_from_a_service_page_keeps_nothing(client: Client, city: City) -> None:
    choose(client, "pothole")
    send(client, "where", {"place": "12 Elm Street"})
    choose(client, "graffiti", anew="1")
    assert client.session["telling"]["place"] == ""


def test_an_unfinished_report_is_offered(client: Client, city: City) -> None:
    choose(client, "pothole")
    assert "You have an unfinished report" in client.get("/report").content.decode()
    client.post("/report/discard")
    assert "You have an unfinished report" not in client.get("/report").content.decode()


def test_a_step_without_a_report_leads_to_the_beginning(client: Client, city: City) -> None:
    answer = client.post("/report/where", {"place": "12 Elm Street"}, follow=True)
    assert answer.redirect_chain == [("/report", 302)]
    assert "There is no unfinished report here" in answer.content.decode()


def test_steps_cannot_be_skipped(client: Client, city: City) -> None:
    choose(client, "pothole")
    assert client.get("/report/review")["Location"] == "/report/where"


def test_a_form_of_another_report_changes_nothing(client: Client, city: City) -> None:
    choose(client, "pothole")
    client.post("/report/where", {"told": "another", "place": "12 Elm Street"})
    assert client.session["telling"]["place"] == ""
