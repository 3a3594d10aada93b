"""Is it known already? Then one tap adds this report to it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.knowledge.actions import save_article
from citycall.knowledge.specs import ArticleSpec
from citycall.service_requests import photos
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Attachment, Report, ServiceRequest
from tests.city import NOW, SERVICES, City, draft
from tests.web.telling import LAMP, WHERE, choose, number_of, picture, send

POTHOLE = SERVICES[0]


def write(*, code: str, title: str, services: tuple[str, ...]) -> None:
    spec = ArticleSpec(
        code=code,
        title=title,
        body="Soon.",
        keywords=(),
        services=services,
        checked_on=NOW.date(),
    )
    save_article(spec=spec, by=SYSTEM, at=NOW)


@pytest.fixture
def known(city: City) -> str:
    return str(submit(draft(), by=city.resident, at=NOW).request_id)


def tell(client: Client, service: str = "pothole") -> str:
    choose(client, service, words="Me too.")
    send(client, "where", WHERE)
    return str(send(client, "details", {"words": "Me too."})["Location"])


def test_an_open_problem_nearby_is_shown(client: Client, known: str) -> None:
    assert tell(client) == "/report/known"
    assert f'name="joins" value="{known}"' in client.get("/report/known").content.decode()


def test_nobody_learns_anothers_number(client: Client, known: str) -> None:
    tell(client)
    number = numbers.show(ServiceRequest.objects.get(pk=known).number)
    assert number not in client.get("/report/known").content.decode()
    answer = send(client, "known", {"joins": known})
    assert number not in client.get(answer["Location"]).content.decode()


def test_without_one_nothing_is_asked(client: Client, city: City) -> None:
    assert tell(client) == "/report/contact"
    assert client.get("/report/known")["Location"] == "/report/contact"


def test_adding_mine_is_one_tap_and_makes_a_report_not_a_problem(
    client: Client, known: str
) -> None:
    tell(client)
    answer = send(client, "known", {"joins": known})
    report = Report.objects.get(number=number_of(answer))
    assert (report.words, report.contact) == ("Me too.", None)
    assert report.service_request.report_count == 2
    assert ServiceRequest.objects.count() == 1


def test_it_is_asked_as_soon_as_service_and_place_are_known(client: Client, known: str) -> None:
    choose(client, "pothole", words="A hole")
    assert send(client, "where", WHERE)["Location"] == "/report/known"
    answer = send(client, "known", {"joins": known})
    assert Report.objects.get(number=number_of(answer)).words == "A hole"


def test_what_was_given_so_far_is_kept_with_it(client: Client, known: str) -> None:
    tell(client)
    send(client, "details", {"words": "Me too.", "photos": picture()})
    answer = send(client, "known", {"joins": known})
    report = Report.objects.get(number=number_of(answer))
    assert report.attachments.count() == 1


def test_a_service_that_needs_a_contact_asks_for_it_first(client: Client, city: City) -> None:
    service = ServiceSpec.model_validate({**POTHOLE, "contact": "required"})
    save_service(spec=service, by=SYSTEM, at=NOW)
    near = submit(draft(), by=city.resident, at=NOW)
    choose(client, "pothole")
    send(client, "where", WHERE)
    answer = send(client, "known", {"joins": str(near.request_id)})
    assert answer["Location"] == "/report/contact"
    assert "Add my report" in client.get("/report/contact").content.decode()
    assert send(client, "contact", {}).status_code == 422
    answer = send(client, "contact", {"email": "sam@example.org"})
    report = Report.objects.get(number=number_of(answer))
    assert report.service_request_id == near.request_id


def test_how_to_reach_them_can_be_said_on_the_page_of_the_number(
    client: Client, known: str
) -> None:
    tell(client)
    page = str(send(client, "known", {"joins": known})["Location"])
    assert "Do you want to hear what becomes of it?" in client.get(page).content.decode()
    assert client.post(f"{page}/contact", {"name": "Sam"}).status_code == 422
    client.post(f"{page}/contact", {"email": "sam@example.org"})
    report = Report.objects.get(number=numbers.read(page.removeprefix("/r/")))
    assert report.contact is not None
    assert report.contact.email == "sam@example.org"
    assert "Do you want to hear" not in client.get(page).content.decode()


def test_a_stranger_cannot_say_how_to_reach_a_reporter(client: Client, known: str) -> None:
    tell(client)
    page = str(send(client, "known", {"joins": known})["Location"])
    assert Client().post(f"{page}/contact", {"email": "eve@example.org"}).status_code == 403


def test_a_related_problem_is_shown_after_one_of_the_same_service(
    client: Client, city: City, known: str
) -> None:
    spec = ServiceSpec.model_validate({**POTHOLE, "code": "sinkhole", "name": "Sinkhole"})
    save_service(spec=spec, by=SYSTEM, at=NOW)
    submit(draft("sinkhole"), by=city.resident, at=NOW)
    tell(client)
    near = client.get("/report/known").context["problems"]
    assert [each["service"] for each in near] == ["Pothole", "Sinkhole"]
    assert "Sinkhole" in client.get("/report/known").content.decode()


def test_each_tells_how_far_it_is_how_old_and_how_many_reported_it(
    client: Client, city: City, known: str
) -> None:
    number = ServiceRequest.objects.get(pk=known).number
    tell_more.add_report(number, draft(), by=city.resident, at=NOW)
    ServiceRequest.objects.filter(pk=known).update(
        latitude=39.2904, requested_at=clock.now() - timedelta(days=3)
    )
    tell(client)
    page = client.get("/report/known").content.decode()
    assert "About 40 m away" in page
    assert "Reported 3\xa0days ago" in page
    assert "2 people have reported it" in page


def test_in_feet_where_the_city_counts_so(client: Client, known: str, settings: Settings) -> None:
    settings.CITYCALL_UNITS = "us"
    ServiceRequest.objects.filter(pk=known).update(latitude=39.2904)
    tell(client)
    assert "About 150 ft away" in client.get("/report/known").content.decode()


def test_only_public_photos_are_shown(client: Client, city: City, known: str) -> None:
    by = resident(reports=[Report.objects.get().pk])
    kept = tell_more.add_photo(
        int(known),
        photo=photos.keep(picture()),
        stage=Attachment.Stage.REPORT,
        by=by,
        at=NOW,
        report_id=Report.objects.get().pk,
    )
    tell(client)
    small = f"/photos/{kept.pk}/small"
    assert small not in client.get("/report/known").content.decode()
    Attachment.objects.update(public=True)
    assert small in client.get("/report/known").content.decode()
    assert client.get(small).status_code == 200


def test_at_most_three_are_shown(client: Client, city: City) -> None:
    for _ in range(5):
        submit(draft(), by=city.resident, at=NOW)
    tell(client)
    assert len(client.get("/report/known").context["problems"]) == 3


def test_an_article_that_answers_the_persons_words_is_shown(client: Client, city: City) -> None:
    write(code="hole", title="When potholes are filled", services=("pothole",))
    choose(client, "pothole", words="When are potholes filled?")
    assert send(client, "where", WHERE)["Location"] == "/report/known"
    assert "/answers/hole" in client.get("/report/known").content.decode()


def test_an_article_that_only_names_the_service_holds_nobody_up(client: Client, city: City) -> None:
    write(code="hole", title="When potholes are filled", services=("pothole",))
    assert tell(client) == "/report/contact"


def test_another_place_is_asked_about_again(client: Client, known: str) -> None:
    tell(client)
    assert send(client, "known", {"go": "on"})["Location"] == "/report/contact"
    assert send(client, "where", WHERE)["Location"] == "/report/contact"
    assert send(client, "where", {**WHERE, "latitude": "39.2901"})["Location"] == "/report/known"


def offline_key(client: Client) -> str:
    page = client.get("/report/known").content.decode()
    found = re.search(r'"key": "([^"]+)"', page)
    assert found is not None
    return found[1]


def sent_offline(client: Client, key: str) -> dict[str, str]:
    told = {"key": key, "service": "pothole", "words": "Me too.", "place": "1200 Harbor Street"}
    own = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post("/report/offline/send", {**told, "language": "en"}, headers=own)
    return dict(answer.json())


def test_what_was_added_when_the_connection_went_is_not_sent_again(
    client: Client, known: str
) -> None:
    tell(client)
    key = offline_key(client)
    number = number_of(send(client, "known", {"joins": known}))
    assert sent_offline(Client(), key)["number"] == numbers.show(number)
    assert Report.objects.count() == 2


def test_what_was_sent_without_a_connection_is_not_added_again(client: Client, known: str) -> None:
    tell(client)
    number = sent_offline(Client(), offline_key(client))["number"]
    assert send(client, "known", {"joins": known})["Location"] == f"/r/{number}"
    assert Report.objects.count() == 2


def test_none_of_these_makes_a_problem_of_its_own(client: Client, known: str) -> None:
    tell(client)
    assert send(client, "known", {"go": "on"})["Location"] == "/report/contact"


def test_a_problem_that_was_not_offered_is_refused(client: Client, city: City, known: str) -> None:
    other = submit(draft("graffiti"), by=city.resident, at=NOW)
    tell(client)
    answer = send(client, "known", {"joins": str(other.request_id)})
    assert answer.status_code == 422


def test_private_problems_are_not_shown(client: Client, city: City) -> None:
    submit(draft("graffiti"), by=city.resident, at=NOW)
    assert tell(client, "graffiti") == "/report/contact"


def test_a_stop_that_was_not_read_comes_before_adding(client: Client, city: City) -> None:
    submit(draft("lamp-out", answers={"wires": "no", "lights": "one"}), by=resident(), at=NOW)
    choose(client, "lamp-out")
    send(client, "safety", LAMP)
    send(client, "where", WHERE)
    send(client, "safety", {**LAMP, "answers.wires": "yes"})
    joins = str(ServiceRequest.objects.latest("pk").pk)
    answer = send(client, "known", {"joins": joins})
    assert answer["Location"] == "/report/stop"
    assert Report.objects.count() == 1
