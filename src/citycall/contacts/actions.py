"""Who is told in a browser, and forgetting who reported.

A browser subscribes to one report, until it or its person says no.
"""

import base64
import binascii
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.db import transaction
from django.utils.translation import gettext as _

from citycall.contacts.models import Contact, PushSubscription
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed
from citycall.core.reaching import check_address

# A person has a few devices; more than these would only make the city's server call around.
MOST_A_REPORT: Final = 5
_SECRET_BYTES: Final = 16


class BadSubscription(DomainError):
    """What the browser gave is not something that messages can be sent to."""

    code = "bad_subscription"
    status = 422


def subscribe(
    *,
    report_id: int,
    endpoint: str,
    public_key: str,
    secret: str,
    language: str,
    by: Actor,
    at: datetime,
) -> PushSubscription:
    """Let a browser have the messages about a report that its person proved to be theirs.

    Asked again, it changes nothing; the oldest of more than five browsers makes room. Raises
    ``NotAllowed``, ``BadSubscription`` and ``BadAddress`` for an address inside the city's network.
    """
    _own(report_id, by=by)
    _check(endpoint, public_key, secret)
    with transaction.atomic():
        known = PushSubscription.objects.filter(report_id=report_id).order_by("-id")
        same = known.select_for_update().filter(endpoint=endpoint).first()
        if same is not None and (same.public_key, same.secret) == (public_key, secret):
            return same
        _end([*([same] if same else []), *known[MOST_A_REPORT - 1 :]], at=at)
        contact = Contact.objects.create(language=language, created_at=at)
        return PushSubscription.objects.create(
            contact=contact,
            report_id=report_id,
            endpoint=endpoint,
            public_key=public_key,
            secret=secret,
            created_at=at,
        )


def unsubscribe(*, report_id: int, endpoint: str, by: Actor, at: datetime) -> int:
    """Send this browser no more messages about the report; how many subscriptions ended."""
    _own(report_id, by=by)
    found = PushSubscription.objects.filter(report_id=report_id, endpoint=endpoint)
    return _end(found, at=at)


def end(endpoint: str, *, at: datetime) -> int:
    """The browser is gone, as its push service says: forget all that it subscribed to."""
    return _end(PushSubscription.objects.filter(endpoint=endpoint), at=at)


def erase(contact_ids: Collection[int], *, report_ids: Collection[int], at: datetime) -> int:
    """Empty these contacts for good, and tell no browser of these reports any more.

    The rows stay, so that reports still point somewhere. Returns how many held anything.
    """
    _end(PushSubscription.objects.filter(report_id__in=report_ids), at=at)
    held = Contact.objects.filter(pk__in=contact_ids, erased_at__isnull=True)
    return held.update(name="", email="", phone="", erased_at=at)


@transaction.atomic
def _end(subscriptions: Iterable[PushSubscription], *, at: datetime) -> int:
    """Keep nothing of them: of the contact only that it was there, as after an erasure."""
    ended = list(subscriptions)
    PushSubscription.objects.filter(pk__in=[each.pk for each in ended]).delete()
    Contact.objects.filter(pk__in=[each.contact_id for each in ended]).update(erased_at=at)
    return len(ended)


def _own(report_id: int, *, by: Actor) -> None:
    if report_id not in by.reports:
        raise NotAllowed(
            _("Please open this page from the link in your message, so that we know it is yours.")
        )


def _check(endpoint: str, public_key: str, secret: str) -> None:
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decoded(public_key))
        well = len(decoded(secret)) == _SECRET_BYTES
    except (ValueError, UnsupportedAlgorithm, binascii.Error):
        well = False
    if not well or len(public_key) > 100 or len(secret) > 40:
        raise BadSubscription(_("This browser's messages cannot be used. Please try another one."))
    check_address(endpoint)


def decoded(text: str) -> bytes:
    """The bytes of base64url text, with or without its padding; raises ``ValueError``."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
