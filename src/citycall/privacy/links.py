"""Proving that an e-mail address or phone number is one's own by a link that opens once."""

import logging
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

import phonenumbers
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from citycall.contacts import queries as contacts
from citycall.contacts.models import Contact
from citycall.core.errors import DomainError
from citycall.notifications.actions import DELIVER_QUEUE
from citycall.notifications.models import EMAIL, SMS
from citycall.privacy.models import AccessLink
from citycall.privacy.persons import Person, of_email, of_phone

log = logging.getLogger(__name__)

SEND_TASK: Final = "citycall.send_access_link"
VALID_FOR: Final = timedelta(minutes=30)
# More mails than these within an hour would only annoy somebody who did not ask for them.
MOST_AN_HOUR: Final = 3
# Each costs the city money, so that a program which asks for many has an end.
MOST_SMS_AN_HOUR: Final = 200
KEPT_FOR: Final = timedelta(days=30)
_SALT: Final = "citycall.privacy.access"
_LONGEST_KEY: Final = 100


class BadAccessLink(DomainError):
    """The link was cut off, used before, or is too old."""

    code = "bad_access_link"


@transaction.atomic
def ask(email: str, *, at: datetime) -> bool:
    """Send a link to this address, if reports came from it; the caller must not tell which.

    Returns whether a message is owed now.
    """
    contact = contacts.with_email(email).order_by("-pk").first()
    if contact is None:
        return False
    recent = _recent(EMAIL, at=at).filter(contact__in=contacts.with_email(email))
    if recent.count() >= MOST_AN_HOUR:
        return False
    return _owe(contact, EMAIL, at=at)


@transaction.atomic
def ask_by_phone(phone: str, *, at: datetime) -> bool:
    """Send a link to this number in E.164 form, if reports came with it; not to be told either.

    Returns whether a message is owed now.
    """
    if not _is_here(phone):
        return False
    numbers = of_phone(phone).contacts()
    contact = numbers.order_by("-pk").first()
    recent = _recent(SMS, at=at)
    if contact is None or recent.filter(contact__in=numbers).count() >= MOST_AN_HOUR:
        return False
    if recent.count() >= MOST_SMS_AN_HOUR:
        log.warning("No more than %d links by text message in an hour.", MOST_SMS_AN_HOUR)
        return False
    return _owe(contact, SMS, at=at)


def _is_here(phone: str) -> bool:
    """Whether a number is of the city's own country: others can be made to cost what they like."""
    own = phonenumbers.country_code_for_region(settings.CITYCALL_COUNTRY)
    try:
        return phonenumbers.parse(phone).country_code == own
    except phonenumbers.NumberParseException:
        return False


def address(link: AccessLink) -> str:
    """Where the link leads."""
    return f"{settings.PUBLIC_URL}/me/open?key={quote(_signer().sign(str(link.pk)))}"


def look(key: str, *, at: datetime) -> AccessLink:
    """The link of this key, unopened; raises ``BadAccessLink``. Looking does not use it up."""
    return _checked(AccessLink.objects.filter(pk=_id_in(key)).first(), at=at)


@transaction.atomic
def open_once(key: str, *, at: datetime) -> Person:
    """Use the link up; returns whose address or number is proven. Raises ``BadAccessLink``."""
    rows = AccessLink.objects.select_for_update(of=("self",)).select_related("contact")
    link = _checked(rows.filter(pk=_id_in(key)).first(), at=at)
    address = link.contact.phone if link.channel == SMS else link.contact.email
    if not address:
        raise _bad()
    link.opened_at = at
    link.save(update_fields=["opened_at"])
    return of_phone(address) if link.channel == SMS else of_email(address)


def forget_old(*, at: datetime) -> int:
    """Remove the links that were asked for more than a month ago; returns how many."""
    return AccessLink.objects.filter(asked_at__lt=at - KEPT_FOR).delete()[0]


def _recent(channel: str, *, at: datetime) -> QuerySet[AccessLink]:
    return AccessLink.objects.filter(channel=channel, asked_at__gt=at - timedelta(hours=1))


def _owe(contact: Contact, channel: str, *, at: datetime) -> bool:
    link = AccessLink.objects.create(contact=contact, channel=channel, asked_at=at)
    jobs.configure_task(SEND_TASK, queue=DELIVER_QUEUE).defer(link_id=link.pk)
    return True


def _checked(link: AccessLink | None, *, at: datetime) -> AccessLink:
    if link is None or link.opened_at is not None or link.asked_at + VALID_FOR < at:
        raise _bad()
    return link


def _id_in(key: str) -> int:
    try:
        if len(key) > _LONGEST_KEY:
            raise signing.BadSignature(key[:_LONGEST_KEY])
        return int(_signer().unsign(key))
    except (signing.BadSignature, ValueError):
        raise _bad() from None


def _bad() -> BadAccessLink:
    return BadAccessLink(
        _("This link was used before, is too old, or is not complete. Please ask for a new one."),
        field="key",
    )


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT, sep=".")
