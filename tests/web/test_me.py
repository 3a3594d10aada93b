"""My reports: by a link to my address; what is mine can be taken along or erased."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.notifications import links
from citycall.privacy import jobs
from citycall.privacy.models import AccessLink
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Receipt
from citycall.web import pace
from tests.city import City, draft

PAT = "pat@example.org"


@pytest.fixture(autouse=True)
def _no_one_has_asked() -> None:
    pace.forget()


@pytest.fixture
def receipt(city: City) -> Receipt:
    return submit(draft(), by=resident(), at=clock.now() - timedelta(days=1))


def link_in_mail() -> str:
    jobs.send_access_link(AccessLink.objects.latest("pk").pk)
    body = str(mail.outbox[-1].body)
    return next(line for line in body.splitlines() if "/me/open" in line)


def open_mine(client: Client) -> None:
    client.post("/me/link", {"email": PAT})
    link = link_in_mail()
    key = link.partition("key=")[2]
    assert client.get(link).status_code == 200
    assert client.post("/me/open", {"key": key})["Location"] == "/me"


def test_the_link_shows_my_reports(client: Client, receipt: Receipt) -> None:
    open_mine(client)
    page = client.get("/me").content.decode()
    assert numbers.show(receipt.number) in page
    assert PAT in page


def test_my_reports_open_as_mine(client: Client, receipt: Receipt) -> None:
    open_mine(client)
    client.get("/me")
    page = client.get(f"/r/{numbers.show(receipt.number)}").content.decode()
    assert "A deep hole in the right lane." in page


def test_the_answer_does_not_tell_whether_an_address_is_known(
    client: Client, receipt: Receipt
) -> None:
    known = client.post("/me/link", {"email": PAT}, follow=True).content.decode()
    unknown = client.post("/me/link", {"email": "sam@example.org"}, follow=True).content.decode()
    assert known.count("a message with a link is on its way") == 1
    assert unknown.count("a message with a link is on its way") == 1


def test_a_wrong_address_is_said_beside_the_field(client: Client, city: City) -> None:
    answer = client.post("/me/link", {"email": "pat at example"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Please check this e-mail address" in page
    assert 'value="pat at example"' in page
    assert client.post("/me/link", {}).status_code == 422


def test_links_cannot_be_asked_for_without_end(client: Client, city: City) -> None:
    told = [client.post("/me/link", {"email": f"a{n}@example.org"}).status_code for n in range(21)]
    assert told == [302] * 20 + [429]


def test_a_used_link_says_so(client: Client, receipt: Receipt) -> None:
    open_mine(client)
    key = link_in_mail().partition("key=")[2]
    for answer in (
        client.get("/me/open", {"key": key}, follow=True),
        client.post("/me/open", {"key": key}, follow=True),
        client.get("/me/open", {"key": "nonsense"}, follow=True),
    ):
        assert "This link was used before" in answer.content.decode()


def test_strangers_get_neither_data_nor_erasure(client: Client, receipt: Receipt) -> None:
    assert client.get("/me/data.zip")["Location"] == "/me"
    assert client.get("/me/erase")["Location"] == "/me"
    assert client.post("/me/erase")["Location"] == "/me"
    assert numbers.show(receipt.number) not in client.get("/me").content.decode()


def test_the_proof_ends_after_an_hour(
    client: Client, receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_mine(client)
    later = clock.now() + timedelta(hours=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get("/me/data.zip")["Location"] == "/me"


def test_a_copy_can_be_downloaded(client: Client, receipt: Receipt) -> None:
    open_mine(client)
    answer = client.get("/me/data.zip")
    body = io.BytesIO(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert zipfile.ZipFile(body).namelist() == ["data.json"]
    assert "no-store" in answer["Cache-Control"]


def test_erasing_is_asked_once_more_and_done(client: Client, receipt: Receipt) -> None:
    open_mine(client)
    assert "cannot be undone" in client.get("/me/erase").content.decode()
    page = client.post("/me/erase", follow=True).content.decode()
    assert "Your personal data were erased from 1 report." in page
    assert numbers.show(receipt.number) not in page


def test_what_this_browser_knows_is_listed_without_a_link(client: Client, receipt: Receipt) -> None:
    number = numbers.show(receipt.number)
    client.get(f"/r/{number}", {"key": links.make(receipt.report_id)})
    page = client.get("/me").content.decode()
    assert number in page
    assert "Made or opened in this browser" in page


def test_the_list_takes_few_queries(
    client: Client, city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(25):
        contact = ContactDetails(email=PAT)
        submit(draft(contact=contact), by=resident(), at=clock.now() - timedelta(hours=n))
    open_mine(client)
    with django_assert_max_num_queries(8):
        page = client.get("/me").content.decode()
    assert page.count("web-line__name") == 20
    assert "Older" in page
