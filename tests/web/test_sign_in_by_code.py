"""Signing in with a code, as a browser sees it: same answers, new session, everything of mine."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.privacy import links
from citycall.privacy.models import AccessLink
from citycall.residents import jobs
from citycall.residents.models import Account, OwnReport, SignInCode
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Report
from citycall.web import pace
from tests.city import City, draft
from tests.web import telling

PAT = "pat@example.org"


@pytest.fixture(autouse=True)
def _no_one_has_asked(city: City) -> None:
    pace.forget()


def digits_in_mail() -> str:
    jobs.send_sign_in_code(SignInCode.objects.latest("pk").pk)
    lines = str(mail.outbox[-1].body).splitlines()
    return next(line for line in lines if len(line) == 6 and line.isdigit())


def walk_to_contact(client: Client) -> str:
    telling.choose(client, "lamp-out")
    telling.send(client, "safety", telling.LAMP)
    telling.send(client, "where", telling.WHERE)
    telling.send(client, "details", {**telling.DETAILS, "words": "It is dark here."})
    telling.send(client, "known", {"go": "on"})
    return client.get("/report/contact").content.decode()


def sign_in(client: Client, email: str = PAT) -> None:
    assert client.post("/me/sign-in", {"email": email})["Location"] == "/me/code"
    assert client.post("/me/code", {"digits": digits_in_mail()})["Location"] == "/me"


def test_a_code_opens_what_was_reported_with_the_address(client: Client) -> None:
    receipt = submit(draft(), by=resident(), at=clock.now())
    sign_in(client)
    page = client.get("/me").content.decode()
    assert "You are signed in as pat@example.org" in page
    assert numbers.show(receipt.number) in page


def test_the_answer_is_the_same_for_every_address(client: Client) -> None:
    submit(draft(), by=resident(), at=clock.now())
    known = client.post("/me/sign-in", {"email": PAT}, follow=True).content.decode()
    unknown = Client().post("/me/sign-in", {"email": "sam@a.org"}, follow=True).content.decode()
    assert "is on its way to pat@example.org" in known
    assert "is on its way to sam@a.org" in unknown


def test_an_address_with_too_many_codes_is_answered_the_same(client: Client) -> None:
    for _each in range(4):
        told = client.post("/me/sign-in", {"email": PAT}, follow=True)
    assert SignInCode.objects.count() == 3
    assert "is on its way to pat@example.org" in told.content.decode()
    assert client.post("/me/code", {"digits": "123456"}).status_code == 422


def test_the_code_serves_only_where_it_was_asked_for(client: Client) -> None:
    client.post("/me/sign-in", {"email": PAT})
    digits = digits_in_mail()
    other = Client()
    assert other.post("/me/code", {"digits": digits})["Location"] == "/me/sign-in"
    other.post("/me/sign-in", {"email": "kim@example.org"})
    assert other.post("/me/code", {"digits": digits}).status_code == 422


def test_a_wrong_code_keeps_what_was_typed_and_says_how_often(client: Client) -> None:
    client.post("/me/sign-in", {"email": PAT})
    wrong = f"{(int(digits_in_mail()) + 1) % 1_000_000:06}"
    answer = client.post("/me/code", {"digits": wrong})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "You can try 4 more times" in page
    assert f'value="{wrong}"' in page


def test_signing_in_changes_the_key_of_the_session(client: Client) -> None:
    client.post("/me/sign-in", {"email": PAT})
    before = client.session.session_key
    client.post("/me/code", {"digits": digits_in_mail()})
    assert client.session.session_key != before


def test_the_cookie_of_the_session_is_for_this_site_and_no_script(client: Client) -> None:
    sign_in(client)
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_nobody_else_may_keep_these_pages(client: Client) -> None:
    sign_in(client)
    for path in ("/me", "/me/sign-in", "/me/settings"):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_a_resident_who_signs_in_is_not_staff(client: Client) -> None:
    sign_in(client)
    assert client.get("/agency").status_code in {302, 403}
    assert client.get("/admin/", follow=False).status_code in {302, 403, 404}


def test_signing_out_forgets_everything_here(client: Client) -> None:
    sign_in(client)
    client.post("/me/sign-out")
    assert "You are signed in as" not in client.get("/me").content.decode()
    assert client.get("/me/sign-out").status_code == 405


def test_signing_out_everywhere_ends_other_devices(client: Client) -> None:
    sign_in(client)
    phone = Client()
    sign_in(phone)
    client.post("/me/sign-out-everywhere")
    assert "You are signed in as" not in phone.get("/me").content.decode()
    assert phone.get("/me/settings")["Location"] == "/me/sign-in"


def test_after_twelve_hours_one_signs_in_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    later = clock.now() + timedelta(hours=12, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get("/me/settings")["Location"] == "/me/sign-in"


def test_taking_and_erasing_everything_asks_anew_after_an_hour(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    assert client.get("/me/erase").status_code == 200
    later = clock.now() + timedelta(hours=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get("/me").status_code == 200
    assert client.get("/me/erase")["Location"] == "/me/sign-in"
    assert client.get("/me/data.zip")["Location"] == "/me/sign-in"


def test_settings_are_remembered_and_checked(client: Client) -> None:
    sign_in(client)
    wrong = {"name": "Pat", "phone": "12", "language": "en"}
    assert "check this phone number" in client.post("/me/settings", wrong).content.decode()
    client.post("/me/settings", {**wrong, "phone": "410-555-0123"})
    assert 'value="+14105550123"' in client.get("/me/settings").content.decode()


def test_the_language_is_remembered_in_this_browser(client: Client, settings: Settings) -> None:
    sign_in(client)
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


def test_who_is_signed_in_need_not_type_who_they_are(client: Client) -> None:
    sign_in(client)
    client.post("/me/settings", {"name": "Pat Doe", "phone": "410-555-0123", "language": "en"})
    page = walk_to_contact(client)
    assert 'value="Pat Doe"' in page
    assert f'value="{PAT}"' in page


def test_a_report_made_while_signed_in_is_the_accounts(client: Client) -> None:
    sign_in(client)
    telling.report(client)
    report = Report.objects.get()
    assert report.contact is None
    assert OwnReport.objects.get().report_id == report.pk
    assert numbers.show(report.number) in client.get("/me").content.decode()


def test_deleting_the_account_erases_and_signs_out(client: Client) -> None:
    sign_in(client)
    client.post("/me/erase")
    assert not Account.objects.exists()
    assert client.get("/me/settings")["Location"] == "/me/sign-in"


def test_the_copy_of_everything_tells_of_the_account(client: Client) -> None:
    sign_in(client)
    body = b"".join(client.get("/me/data.zip"))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        data = json.loads(archive.read("data.json"))
    assert data["account"]["signs_in_with"] == []
    assert data["contacts"][0]["email"] == PAT


def test_codes_cannot_be_asked_for_without_end(client: Client) -> None:
    told = [
        client.post("/me/sign-in", {"email": f"a{n}@example.org"}).status_code for n in range(21)
    ]
    assert told == [302] * 20 + [429]


def test_a_link_shows_what_it_proves_and_not_the_account(client: Client) -> None:
    submit(draft(), by=resident(), at=clock.now())
    sign_in(client, "sam@example.org")
    links.ask(PAT, at=clock.now())
    key = links.address(AccessLink.objects.get()).partition("key=")[2].replace("%3A", ":")
    client.post("/me/open", {"key": key})
    assert "Reports made with pat@example.org" in client.get("/me").content.decode()
    sign_in(client, "sam@example.org")
    assert "You are signed in as sam@example.org" in client.get("/me").content.decode()


def sees_words(client: Client, number: str) -> bool:
    return "What you told us" in client.get(f"/r/{number}").content.decode()


def test_signing_out_everywhere_closes_the_reports_on_other_devices(client: Client) -> None:
    number = numbers.show(submit(draft(), by=resident(), at=clock.now()).number)
    sign_in(client)
    phone = Client()
    sign_in(phone)
    phone.get("/me")
    assert sees_words(phone, number)
    client.post("/me/sign-out-everywhere")
    assert not sees_words(phone, number)


def test_whoever_signs_in_next_does_not_get_the_reports_of_the_last(client: Client) -> None:
    number = numbers.show(submit(draft(), by=resident(), at=clock.now()).number)
    sign_in(client)
    client.get("/me")
    sign_in(client, "sam@example.org")
    assert not sees_words(client, number)


def test_erasing_the_account_empties_other_contacts_of_its_reports(client: Client) -> None:
    sign_in(client)
    receipt = telling.report(client, name="Pat", email="pat@work.example.org")
    client.post("/me/erase", {"sure": "yes"})
    contact = Report.objects.get(number=receipt).contact
    assert contact is None or (contact.email, contact.name) == ("", "")
