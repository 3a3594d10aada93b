"""A link to one's own reports: sent to the address alone, opened once, and not for long."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.core import clock
from citycall.core.actors import resident
from citycall.privacy import belongings, jobs, links
from citycall.privacy.links import BadAccessLink
from citycall.privacy.models import AccessLink
from citycall.privacy.persons import Person
from citycall.service_requests.actions.submit import submit
from tests.city import City, draft

AT = clock.now()


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long ago this file was read, a link was asked for just now."""
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def link(city: City) -> AccessLink:
    submit(draft(), by=resident(), at=AT - timedelta(days=1))
    assert links.ask("pat@example.org", at=AT)
    return AccessLink.objects.get()


def key_of(link: AccessLink) -> str:
    return links.address(link).partition("key=")[2].replace("%3A", ":")


def test_the_link_proves_the_address(link: AccessLink) -> None:
    assert links.open_once(key_of(link), at=AT) == Person(email="pat@example.org")


def test_it_opens_once(link: AccessLink) -> None:
    links.open_once(key_of(link), at=AT)
    with pytest.raises(BadAccessLink):
        links.open_once(key_of(link), at=AT)


def test_looking_at_it_does_not_use_it_up(link: AccessLink) -> None:
    links.look(key_of(link), at=AT)
    assert links.open_once(key_of(link), at=AT)


def test_it_does_not_open_after_half_an_hour(link: AccessLink) -> None:
    links.look(key_of(link), at=AT + timedelta(minutes=30))
    with pytest.raises(BadAccessLink):
        links.open_once(key_of(link), at=AT + timedelta(minutes=31))


@given(key=st.text(max_size=200))
def test_no_other_key_opens_anything(key: str) -> None:
    with pytest.raises(BadAccessLink):
        links.look(key, at=AT)


def test_an_unknown_address_gets_nothing(city: City) -> None:
    assert not links.ask("nobody@example.org", at=AT)
    assert not links.ask("", at=AT)
    assert not ProcrastinateJob.objects.filter(task_name=links.SEND_TASK).exists()


def test_capital_letters_do_not_matter(link: AccessLink) -> None:
    assert links.ask("PAT@Example.ORG", at=AT)


def test_nobody_is_sent_many_links(link: AccessLink) -> None:
    asked = [links.ask("pat@example.org", at=AT) for _each in range(4)]
    assert asked == [True, True, False, False]
    assert links.ask("pat@example.org", at=AT + timedelta(hours=1, seconds=1))


def test_the_message_has_the_link_and_nothing_of_the_reports(link: AccessLink) -> None:
    jobs.send_access_link(link.pk)
    (message,) = mail.outbox
    assert message.to == ["pat@example.org"]
    assert links.address(link) in message.body
    assert "30 minutes" in message.body
    assert "deep hole" not in message.body
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_nothing_is_sent_to_an_erased_address(link: AccessLink) -> None:
    belongings.erase(Person(email="pat@example.org"), at=AT)
    jobs.send_access_link(link.pk)
    assert mail.outbox == []
    with pytest.raises(BadAccessLink):
        links.open_once(key_of(link), at=AT)


def test_old_links_are_forgotten(link: AccessLink) -> None:
    assert links.forget_old(at=AT + timedelta(days=29)) == 0
    assert links.forget_old(at=AT + timedelta(days=31)) == 1


def test_a_refused_message_is_logged_without_the_address(
    link: AccessLink, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> int:
        raise SMTPRecipientsRefused({"pat@example.org": (550, b"pat@example.org is not here")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    jobs.send_access_link(link.pk)
    assert "550" in caplog.text
    assert "pat@example.org" not in caplog.text
