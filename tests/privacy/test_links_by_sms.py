"""A link by text message proves the number, costs the city no more than it bears, opens once."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from citycall.core import clock
from citycall.core.actors import resident
from citycall.notifications import sms
from citycall.notifications.failures import Gone, TryAgainLater
from citycall.notifications.sms_settings import SmsFolder
from citycall.privacy import belongings, jobs, links
from citycall.privacy.models import AccessLink
from citycall.privacy.persons import Person
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Receipt
from citycall.web import pace
from tests.city import City, draft

AT = clock.now()
PHONE = "+14105550123"


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long ago this file was read, a link was asked for just now."""
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    pace.forget()
    settings.SMS = SmsFolder(tmp_path / "sms")
    return tmp_path / "sms"


@pytest.fixture
def receipt(city: City, folder: Path) -> Receipt:
    contact = ContactDetails(name="Pat", phone=PHONE)
    return submit(draft(contact=contact), by=resident(), at=AT - timedelta(days=1))


def key_of(link: AccessLink) -> str:
    return links.address(link).partition("key=")[2].replace("%3A", ":")


def sent(folder: Path) -> str:
    jobs.send_access_link(AccessLink.objects.latest("pk").pk)
    (file,) = folder.iterdir()
    return file.read_text()


def test_the_message_has_the_link_and_proves_the_number(receipt: Receipt, folder: Path) -> None:
    assert links.ask_by_phone(PHONE, at=AT)
    text = sent(folder)
    link = AccessLink.objects.get()
    assert text.startswith(f"To: {PHONE}\n")
    assert links.address(link) in text
    person = links.open_once(key_of(link), at=AT)
    assert person == Person(phone=PHONE)
    assert [told.pk for told in belongings.page(person).rows] == [receipt.report_id]


def test_an_unknown_number_gets_nothing(city: City) -> None:
    assert not links.ask_by_phone("+14105550999", at=AT)
    assert not links.ask_by_phone("", at=AT)


def test_no_number_is_sent_many(receipt: Receipt) -> None:
    asked = [links.ask_by_phone(PHONE, at=AT) for _each in range(4)]
    assert asked == [True, True, True, False]


def test_the_city_sends_no_more_than_it_bears(
    receipt: Receipt, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(links, "MOST_SMS_AN_HOUR", 1)
    assert links.ask_by_phone(PHONE, at=AT)
    other = ContactDetails(phone="+14105550124")
    submit(draft(contact=other), by=resident(), at=AT)
    assert not links.ask_by_phone("+14105550124", at=AT)
    assert "No more than" in caplog.text


def test_a_link_by_mail_does_not_prove_the_number(city: City) -> None:
    contact = ContactDetails(email="pat@example.org", phone=PHONE)
    submit(draft(contact=contact), by=resident(), at=AT)
    links.ask("pat@example.org", at=AT)
    assert links.open_once(key_of(AccessLink.objects.get()), at=AT).email == "pat@example.org"


def test_a_provider_that_is_away_is_tried_again(
    receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_arguments: str) -> None:
        raise TryAgainLater("away")

    links.ask_by_phone(PHONE, at=AT)
    monkeypatch.setattr(sms, "hand_over", away)
    with pytest.raises(TryAgainLater):
        jobs.send_access_link(AccessLink.objects.get().pk)


def test_a_number_that_wants_none_is_left_alone(
    receipt: Receipt, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(**_arguments: str) -> None:
        raise Gone("The provider answered 400 with code 21610.")

    links.ask_by_phone(PHONE, at=AT)
    monkeypatch.setattr(sms, "hand_over", gone)
    jobs.send_access_link(AccessLink.objects.get().pk)
    assert "21610" in caplog.text
    assert PHONE not in caplog.text


def test_erasing_by_number_empties_what_was_given(receipt: Receipt) -> None:
    person = Person(phone=PHONE)
    assert belongings.erase(person, at=AT) == 1
    assert not person.contacts().exists()


def test_my_reports_take_a_number_as_people_write_it(
    client: Client, receipt: Receipt, folder: Path
) -> None:
    page = client.get("/me").content.decode()
    assert "Your e-mail address or phone number" in page
    page = client.post("/me/link", {"email": "(410) 555-0123"}, follow=True).content.decode()
    assert f"If reports were made with {PHONE}" in page
    link = next(word for word in sent(folder).split() if "/me/open" in word)
    client.post("/me/open", {"key": link.partition("key=")[2].replace("%3A", ":")})
    page = client.get("/me").content.decode()
    assert f"Reports made with {PHONE}" in page


def test_a_wrong_number_is_said_beside_the_field(client: Client, folder: Path, db: None) -> None:
    page = client.post("/me/link", {"email": "12"}).content.decode()
    assert "Please check this phone number" in page


def test_without_a_provider_only_addresses_are_taken(
    client: Client, settings: Settings, db: None
) -> None:
    settings.SMS = None
    assert "phone number" not in client.get("/me").content.decode().partition("<main")[2]
    assert client.post("/me/link", {"email": "410-555-0123"}).status_code == 422
