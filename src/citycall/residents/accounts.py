"""A resident's account: made at the first sign-in, kept up to date, signed out and deleted."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from citycall.contacts.models import Contact
from citycall.core import phrases
from citycall.residents.models import Account, Elsewhere, OwnReport


def enter(email: str, *, language: str, at: datetime) -> Account:
    """The account of an address that was just proven; made where there is none yet."""
    address = email.strip().lower()
    found = of_email(address) or _made(address, language=language, at=at)
    found.signed_in_at = at
    found.save(update_fields=["signed_in_at"])
    return found


def enter_from_elsewhere(
    *, issuer: str, subject: str, email: str, name: str, language: str, at: datetime
) -> Account:
    """The account of a person whom another sign-in vouches for, with a proven address.

    Known again by issuer and subject, whatever becomes of the address there.
    """
    linked = (
        Elsewhere.objects.select_related("account__contact")
        .filter(issuer=issuer, subject=subject)
        .first()
    )
    if linked is not None:
        return enter(linked.account.contact.email, language=language, at=at)
    with transaction.atomic():
        account = enter(email, language=language, at=at)
        Elsewhere.objects.get_or_create(
            issuer=issuer, subject=subject, defaults={"account": account, "linked_at": at}
        )
        if name and not account.contact.name:
            account.contact.name = name[:150]
            account.contact.save(update_fields=["name"])
    return account


def with_session(account_id: int, *, sessions: int) -> Account | None:
    """The account of a session, unless it was signed out everywhere or deleted since."""
    rows = Account.objects.select_related("contact")
    return rows.filter(pk=account_id, sessions=sessions).first()


def of_email(email: str) -> Account | None:
    """The account of this address, if there is one."""
    return Account.objects.select_related("contact").filter(mark=_mark(email)).first()


def remember(account: Account, *, name: str, phone: str, language: str) -> None:
    """Keep how the person wishes to be called, reached and spoken to; ``phone`` is E.164."""
    contact = account.contact
    contact.name, contact.phone = name.strip()[:150], phone
    contact.language = language if phrases.is_offered(language) else settings.LANGUAGE_CODE
    contact.save(update_fields=["name", "phone", "language"])


def sign_out_everywhere(account: Account) -> None:
    """End every session of the account, on whichever device."""
    Account.objects.filter(pk=account.pk).update(sessions=F("sessions") + 1)


def own(account: Account, *, report_id: int) -> None:
    """Let a report, made while signed in, belong to the account; again, it changes nothing."""
    OwnReport.objects.get_or_create(report_id=report_id, defaults={"account": account})


def reports_of(account_id: int) -> QuerySet[OwnReport, int]:
    """The ids of the account's reports, to be looked up within another query."""
    return OwnReport.objects.filter(account_id=account_id).values_list("report_id", flat=True)


def delete(account_id: int) -> None:
    """Forget the account; its contact stays to be emptied by the erasing that calls this."""
    Account.objects.filter(pk=account_id).delete()


def _made(address: str, *, language: str, at: datetime) -> Account:
    try:
        with transaction.atomic():
            contact = Contact.objects.create(email=address, language=language, created_at=at)
            return Account.objects.create(
                contact=contact, mark=_mark(address), created_at=at, signed_in_at=at
            )
    except IntegrityError:
        # The same person, signing in twice at the same moment.
        return Account.objects.select_related("contact").get(mark=_mark(address))


def _mark(email: str) -> bytes:
    return hashlib.sha256(email.strip().lower().encode()).digest()
