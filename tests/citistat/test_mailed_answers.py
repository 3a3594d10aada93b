"""Answers come by mail on their days: once, as the receiver may see them, until they are ended."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail as outgoing
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.accounts.models import Membership, User
from citycall.accounts.queries import actor_of
from citycall.analytics.store import store
from citycall.analytics.watch.actions import mail, save
from citycall.analytics.watch.drafts import Wanted
from citycall.analytics.watch.models import SavedQuestion, Subscription
from citycall.citistat import jobs
from citycall.core.actors import Actor
from citycall.core.errors import Faults, NotFound
from citycall.core.models import Event
from tests.citistat.conftest import NOW
from tests.city import City
from tests.notifications import mail_server
from tests.notifications.mail_server import MailServer

DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
LATER = NOW + timedelta(hours=1)


def person(name: str) -> Actor:
    """Somebody of the cast who can be written to."""
    user = User.objects.get(username=name)
    user.email = f"{name}@example.org"
    user.save()
    return actor_of(user)


@pytest.fixture
def row(city: City, report: Any, gathered: Any) -> SavedQuestion:
    """A question about the whole city that everybody may open."""
    report()
    report("water-leak")
    gathered()
    wanted = Wanted(title="All of it", measure="received", by="service", last=2, sharing="city")
    return save.save(wanted, by=person("analyst"), at=NOW)


def ask(
    row: SavedQuestion, name: str = "analyst", rhythm: str = "daily", day: int | None = None
) -> Subscription:
    return mail.subscribe(row.pk, rhythm, day, by=person(name), at=NOW)


def missed(subscription: Subscription, days: int) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(owed_for=TODAY - days * DAY)


def owed() -> list[dict[str, Any]]:
    rows = ProcrastinateJob.objects.filter(task_name=mail.TELL_TASK).order_by("id")
    return list(rows.values_list("args", flat=True))


def html_of(letter: Any) -> str:
    return str(letter.alternatives[0][0])


def owe(at: datetime = LATER) -> int:
    return mail.owe_due(store().facts().about, at=at)


def test_nothing_is_owed_on_the_day_that_it_was_asked_for(row: SavedQuestion) -> None:
    ask(row)
    assert owe() == 0


def test_what_was_missed_is_made_up_for_once(row: SavedQuestion) -> None:
    missed(ask(row), days=5)
    assert (owe(), owe()) == (1, 0)
    assert [job["day"] for job in owed()] == ["2026-03-02"]


@pytest.mark.parametrize(
    ("rhythm", "weekday", "days", "expected"),
    [
        ("weekly", 0, 1, "2026-03-02"),
        ("weekly", 6, 2, "2026-03-01"),
        ("weekly", 1, 6, None),
        ("monthly", None, 2, "2026-03-01"),
        ("monthly", None, 1, None),
    ],
)
def test_each_rhythm_has_its_days(
    row: SavedQuestion, rhythm: str, weekday: int | None, days: int, expected: str | None
) -> None:
    missed(ask(row, rhythm=rhythm, day=weekday), days=days)
    assert owe() == (expected is not None)
    assert [job["day"] for job in owed()] == ([expected] if expected else [])


def test_nothing_goes_out_before_the_facts_know_the_day_before(row: SavedQuestion) -> None:
    missed(ask(row), days=3)
    assert owe(LATER + 2 * DAY) == 0


def test_the_answer_is_a_table_with_a_link_and_a_way_out(row: SavedQuestion) -> None:
    subscription = ask(row)
    jobs.mail_answer(subscription_id=subscription.pk, day="2026-03-02")
    (letter,) = outgoing.outbox
    words = str(letter.body)
    assert letter.to == ["analyst@example.org"]
    assert letter.subject == "All of it: 2"
    assert "Requests received: 2" in words
    assert "Feb. 16, 2026" in words
    assert "Water leak: 1" in words
    assert f"/citistat/ask/{row.pk}" in words
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<table>" in html_of(letter)


def test_one_day_is_mailed_once(row: SavedQuestion) -> None:
    subscription = ask(row)
    for _again in range(2):
        jobs.mail_answer(subscription_id=subscription.pk, day="2026-03-02")
    jobs.mail_answer(subscription_id=subscription.pk, day="2026-03-01")
    assert len(outgoing.outbox) == 1


def test_numbers_are_those_that_the_receiver_may_see(row: SavedQuestion) -> None:
    subscription = ask(row, "outsider")
    jobs.mail_answer(subscription_id=subscription.pk, day="2026-03-02")
    (letter,) = outgoing.outbox
    assert letter.subject == "All of it: 1"
    assert "Pothole" not in str(letter.body)


def test_the_message_speaks_the_receiver_s_language(row: SavedQuestion) -> None:
    User.objects.filter(username="analyst").update(language="es")
    subscription = ask(row)
    jobs.mail_answer(subscription_id=subscription.pk, day="2026-03-02")
    assert '<html lang="es"' in html_of(outgoing.outbox[0])


def leave(row: SavedQuestion) -> None:
    User.objects.filter(username="outsider").update(is_active=False)


def lose_the_role(row: SavedQuestion) -> None:
    Membership.objects.filter(user__username="outsider").delete()


def share_no_more(row: SavedQuestion) -> None:
    SavedQuestion.objects.filter(pk=row.pk).update(sharing="own")


@pytest.mark.parametrize("happens", [leave, lose_the_role, share_no_more])
def test_whoever_may_not_see_it_any_more_is_mailed_nothing(
    row: SavedQuestion, happens: Callable[[SavedQuestion], None]
) -> None:
    subscription = ask(row, "outsider")
    missed(subscription, days=1)
    happens(row)
    owe()
    jobs.mail_answer(subscription_id=subscription.pk, day="2026-03-02")
    assert outgoing.outbox == []


def test_a_question_that_cannot_be_answered_any_more_says_so(row: SavedQuestion) -> None:
    subscription = ask(row)
    SavedQuestion.objects.filter(pk=row.pk).update(where={"service": [999_999]})
    jobs.mail_answer(subscription_id=subscription.pk, day="2026-03-02")
    assert "cannot be answered any more" in str(outgoing.outbox[0].body)


def test_it_goes_through_a_real_mail_server(row: SavedQuestion, settings: Any) -> None:
    subscription = ask(row)
    mail_server.use(settings)
    with mail_server.running(MailServer()) as server:
        jobs.mail_answer(subscription_id=subscription.pk, day="2026-03-02")
        assert len(server.letters) == 1
    subscription.refresh_from_db()
    assert subscription.mailed_for == TODAY


def test_one_tap_ends_it_and_looking_does_not(row: SavedQuestion) -> None:
    subscription = ask(row)
    jobs.mail_answer(subscription_id=subscription.pk, day="2026-03-02")
    found = re.search(r"https?://\S+/citistat/ask/end\?key=\S+", str(outgoing.outbox[0].body))
    assert found is not None
    parts = urlsplit(found.group())
    address = f"{parts.path}?{parts.query}"
    stranger = Client(enforce_csrf_checks=True)
    assert "End them" in stranger.get(address).content.decode()
    assert Subscription.objects.exists()
    assert stranger.post(address).status_code == 200
    assert not Subscription.objects.exists()
    assert "have ended" in stranger.get(address).content.decode()
    assert Event.objects.filter(kind="question_mail_ended").count() == 1


@pytest.mark.parametrize("key", ["", "1", "1.abc", "x" * 400])
def test_a_link_that_was_altered_ends_nothing(row: SavedQuestion, key: str) -> None:
    ask(row)
    for answer in (
        Client().get("/citistat/ask/end", {"key": key}),
        Client().post("/citistat/ask/end", {"key": key}),
    ):
        assert answer.status_code == 400
        assert "not complete" in answer.content.decode()
    assert Subscription.objects.exists()


def test_the_page_begins_changes_and_ends_it(row: SavedQuestion, sit: Any) -> None:
    person("manager")
    manager = sit("manager")
    address = f"/citistat/ask/{row.pk}/mail"
    assert manager.post(address, {"rhythm": "weekly", "weekday": "3"}).status_code == 302
    assert manager.post(address, {"rhythm": "monthly", "weekday": "3"}).status_code == 302
    (subscription,) = Subscription.objects.all()
    assert (subscription.user.username, subscription.rhythm) == ("manager", "monthly")
    assert manager.post(address, {"step": "end"}).status_code == 302
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("told", [{"rhythm": "hourly"}, {"rhythm": "weekly", "weekday": "9"}])
def test_a_rhythm_that_there_is_not_is_refused(row: SavedQuestion, sit: Any, told: Any) -> None:
    person("manager")
    assert sit("manager").post(f"/citistat/ask/{row.pk}/mail", told).status_code == 422


def test_without_an_address_there_is_nothing_to_mail_to(row: SavedQuestion, sit: Any) -> None:
    page = sit("supervisor").post(f"/citistat/ask/{row.pk}/mail", {"rhythm": "daily"})
    assert page.status_code == 422
    assert "no e-mail address" in page.content.decode()


def test_a_weekly_answer_needs_its_day(row: SavedQuestion) -> None:
    with pytest.raises(Faults):
        ask(row, rhythm="weekly")


def test_what_is_not_shared_cannot_be_had_mailed(row: SavedQuestion) -> None:
    share_no_more(row)
    with pytest.raises(NotFound):
        ask(row, "manager")
