"""Answers: searched, read, and said whether they helped."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from citycall.core import clock, numbers
from citycall.knowledge.models import Opinion, UnansweredSearch
from citycall.service_requests.actions.submit import submit
from citycall.web.opinion_limits import OPINIONS, UNANSWERED
from tests.city import NOW, City, draft
from tests.web import told


@pytest.fixture(autouse=True)
def _articles(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    told.article()
    # What was checked long ago is said so.
    monkeypatch.setattr(clock, "now", lambda: NOW)


def text(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def say(client: Client, **data: str) -> int:
    return client.post("/answers/snow/helped", data).status_code


def test_without_words_it_shows_what_there_is(client: Client) -> None:
    page = text(client, "/answers")
    assert "When is my street plowed?" in page
    assert 'href="/collection-days"' in page


def test_the_answer_stands_first_then_the_report(client: Client) -> None:
    page = text(client, "/answers", q="snow pothole")
    assert page.index("Main streets first.") < page.index('value="pothole"')
    assert "Last checked on" in page


def test_from_the_one_box_the_report_stands_first(client: Client) -> None:
    page = text(client, "/answers", q="snow pothole", box="1")
    assert page.index('value="pothole"') < page.index("Main streets first.")


def test_a_number_is_followed(client: Client, city: City) -> None:
    number = numbers.show(submit(draft(), by=city.resident, at=NOW).number)
    answer = client.get("/answers", {"q": f" {number.replace('-', ' ')} "})
    assert answer["Location"] == f"/r/{number}"


def test_a_number_that_cannot_be_is_searched_for_as_words(client: Client) -> None:
    assert client.get("/answers", {"q": "26-00000-00001"}).status_code == 200


def test_what_words_report_begins_with_them(client: Client) -> None:
    page = text(client, "/answers", q="pothole on Elm")
    assert 'name="words" value="pothole on Elm"' in page


def test_alerts_contacts_and_pages_are_found_too(client: Client) -> None:
    told.alert()
    told.contact()
    page = text(client, "/answers", q="broken cable")
    assert "Crews are on site" in page
    assert "410-555-0117" in text(client, "/answers", q="judge")
    assert 'href="/holidays"' in text(client, "/answers", q="closed on the holiday")


def test_what_was_not_found_is_kept_without_numbers(client: Client) -> None:
    assert "We found no answer" in text(client, "/answers", q="xylophone 410-555-0100")
    assert [row.words for row in UnansweredSearch.objects.all()] == ["xylophone"]


def test_what_was_found_is_not_kept(client: Client) -> None:
    text(client, "/answers", q="snow")
    assert not UnansweredSearch.objects.exists()


def test_one_address_fills_no_list(client: Client) -> None:
    for n in range(UNANSWERED.amount + 3):
        text(client, "/answers", q=f"zz{chr(97 + n % 26)}{chr(97 + n // 26)}q")
    assert UnansweredSearch.objects.count() == UNANSWERED.amount


def test_an_article_says_when_it_was_checked_and_leads_to_its_service(client: Client) -> None:
    page = text(client, "/answers/snow")
    assert "<strong>first</strong>" in page
    assert 'value="pothole"' in page
    assert "Last checked on" in page
    assert 'datetime="2026-02-01"' in page


def test_one_that_nobody_checked_for_long_says_so(client: Client) -> None:
    told.article(checked_on=date(2024, 1, 1))
    assert "This may have changed" in text(client, "/answers/snow")


def test_an_article_that_is_not_there(client: Client) -> None:
    assert client.get("/answers/moon").status_code == 404


def test_yes_takes_one_tap_and_counts_once(client: Client) -> None:
    assert "Did this answer it?" in text(client, "/answers/snow")
    assert [say(client, helped="yes") for _tap in range(2)] == [302, 302]
    assert Opinion.objects.get().helped
    assert "It is good to know that it helped." in text(client, "/answers/snow")


def test_no_asks_what_was_missing_for_staff_alone(client: Client) -> None:
    say(client, helped="no")
    assert "What was missing?" in text(client, "/answers/snow")
    say(client, missing="The alleys, says Pat.")
    assert Opinion.objects.get().missing == "The alleys, says Pat."
    page = text(client, "/answers/snow")
    assert "The city&#x27;s staff will read it." in page or "staff will read it" in page
    assert "Pat" not in page
    assert "Pat" not in text(Client(), "/answers/snow")


def test_nothing_need_be_missing(client: Client) -> None:
    say(client, helped="no")
    assert say(client, missing="") == 302


def test_too_many_words_are_kept_in_the_form(client: Client) -> None:
    say(client, helped="no")
    answer = client.post("/answers/snow/helped", {"missing": "x" * 1_001})
    assert answer.status_code == 422
    assert "x" * 1_001 in answer.content.decode()


def test_two_visitors_count_twice(client: Client) -> None:
    say(client, helped="yes")
    say(Client(), helped="yes")
    assert Opinion.objects.count() == 2


def test_one_address_does_not_say_it_without_end(client: Client) -> None:
    for _tap in range(OPINIONS.amount):
        say(client, helped="yes")
    assert say(client, helped="yes") == 429


def test_permits_tell_cost_and_what_to_bring(client: Client) -> None:
    told.permit()
    page = text(client, "/permits")
    assert "Block party" in page
    assert "$25" in page
    assert "When is my street plowed?" not in page
    assert "A list of households" in text(client, "/answers/block-party")
    assert "Block party" not in text(client, "/programs")


def test_a_list_goes_on_by_its_link(client: Client) -> None:
    for n in range(31):
        told.article(code=f"a{n}", title=f"Article {n:02}")
    page = client.get("/answers")
    assert "Article 29" in page.content.decode()
    assert "Article 30" not in page.content.decode()
    further = text(client, "/answers", after=page.context["after"])
    assert "Article 30" in further
    assert "Article 29" not in further


def test_the_start_page_shows_alerts_and_what_is_reported_most(client: Client, city: City) -> None:
    told.alert()
    for service in ("pothole", "graffiti", "graffiti"):
        submit(draft(service), by=city.resident, at=clock.now())
    page = text(client, "/")
    assert page.index('value="graffiti"') < page.index('value="pothole"')
    assert "A cable is broken" in page
    assert page.index('value="graffiti"') > page.index("Reported most")
    assert "What is the problem, or what do you want to know?" in page


def test_what_answers_stands_below_the_services_to_report(client: Client) -> None:
    page = text(client, "/report", q="snow pothole")
    assert page.index('value="pothole"') < page.index("Perhaps this answers it")
    assert 'href="/answers/snow?q=snow%20pothole"' in page


def test_a_service_leads_to_its_answers(client: Client) -> None:
    assert 'href="/answers/snow"' in text(client, "/services/pothole")


@pytest.mark.parametrize(
    ("address", "most"),
    [("/answers", 2), ("/answers/snow", 2), ("/answers?q=snow", 6), ("/permits", 2)],
)
def test_they_cost_few_queries(
    client: Client,
    address: str,
    most: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(20):
        told.article(code=f"a{n}", title=f"Snow {n:02}")
    client.get(address)
    with django_assert_max_num_queries(most):
        client.get(address)


@pytest.mark.parametrize("words", ["\x00", "%", "'; drop", "🎈", "a" * 5_000, "<script>x</script>"])
def test_any_words_can_be_searched(client: Client, words: str) -> None:
    page = text(client, "/answers", q=words)
    assert "<script>x" not in page
