"""An account is its address's, keeps what was reported while signed in, and ends everywhere."""

import pytest

from citycall.accounts.models import User
from citycall.contacts.models import Contact
from citycall.core import clock
from citycall.core.actors import resident
from citycall.privacy import belongings, persons
from citycall.residents import accounts
from citycall.residents.models import Account, Elsewhere, OwnReport
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails
from tests import city as small_city
from tests.city import City, draft

pytestmark = pytest.mark.django_db
AT = clock.now()
SAM = "sam@example.org"


@pytest.fixture
def city() -> City:
    return small_city.build()


def entered(email: str = SAM) -> Account:
    return accounts.enter(email, language="en", at=AT)


def from_elsewhere(email: str, subject: str = "s-1") -> Account:
    return accounts.enter_from_elsewhere(
        issuer="https://id.example", subject=subject, email=email, name="Sam", language="en", at=AT
    )


def test_the_same_address_is_the_same_account() -> None:
    assert entered().pk == entered(" SAM@example.org ").pk
    assert Account.objects.count() == Contact.objects.count() == 1


def test_an_account_is_no_user_of_the_citys_own() -> None:
    entered()
    assert not User.objects.exists()


def test_signing_out_everywhere_ends_every_session() -> None:
    account = entered()
    assert accounts.with_session(account.pk, sessions=account.sessions)
    accounts.sign_out_everywhere(account)
    assert accounts.with_session(account.pk, sessions=account.sessions) is None
    assert accounts.with_session(account.pk, sessions=entered().sessions)


def test_another_sign_in_leads_to_the_account_of_the_address() -> None:
    assert from_elsewhere(SAM).pk == entered().pk
    assert Elsewhere.objects.get().subject == "s-1"


def test_the_person_elsewhere_is_known_again_with_another_address() -> None:
    first = from_elsewhere(SAM)
    assert from_elsewhere("new@example.org").pk == first.pk
    assert from_elsewhere("new@example.org", subject="s-2").pk != first.pk


def test_what_is_remembered_is_kept_in_the_contact() -> None:
    account = entered()
    accounts.remember(account, name=" Sam ", phone="+14105550123", language="xx")
    kept = Contact.objects.get()
    assert (kept.name, kept.phone, kept.language) == ("Sam", "+14105550123", "en")


def test_reports_without_a_contact_belong_to_who_was_signed_in(city: City) -> None:
    account = entered()
    alone = submit(draft(contact=ContactDetails()), by=resident(), at=AT)
    told = submit(draft(contact=ContactDetails(email="SAM@example.org")), by=resident(), at=AT)
    submit(draft(), by=resident(), at=AT)
    accounts.own(account, report_id=alone.report_id)
    accounts.own(account, report_id=alone.report_id)
    mine = belongings.page(persons.of_email(SAM)).rows
    assert {report.pk for report in mine} == {alone.report_id, told.report_id}


def test_a_report_stays_with_whom_it_was_made_by(city: City) -> None:
    first, second = entered(), entered("kim@example.org")
    made = submit(draft(contact=ContactDetails()), by=resident(), at=AT)
    accounts.own(first, report_id=made.report_id)
    accounts.own(second, report_id=made.report_id)
    assert OwnReport.objects.get().account_id == first.pk


def test_erasing_deletes_the_account_and_empties_its_reports(city: City) -> None:
    account = from_elsewhere(SAM)
    made = submit(draft(contact=ContactDetails()), by=resident(), at=AT)
    accounts.own(account, report_id=made.report_id)
    assert belongings.erase(persons.of_email(SAM), at=AT) == 1
    assert not Account.objects.exists()
    assert not Elsewhere.objects.exists()
    assert not OwnReport.objects.exists()
    assert not Contact.objects.exclude(email="").filter(email__iexact=SAM).exists()


def test_a_phone_number_proves_no_account(city: City) -> None:
    account = entered()
    accounts.remember(account, name="Sam", phone="+14105550123", language="en")
    owner = persons.of_phone("+14105550123")
    assert not owner.contacts().exists()
    belongings.erase(owner, at=AT)
    assert accounts.of_email(SAM)
