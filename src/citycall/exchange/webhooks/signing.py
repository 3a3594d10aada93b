"""The signature by which a receiver knows that CityCall sent a delivery, and sent it just now."""

import base64
import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.utils.crypto import salted_hmac

from citycall.core.models import Revision
from citycall.exchange.models import Webhook, WebhookDelivery

SUBJECT: Final = "webhook"
SIGNATURE: Final = "CityCall-Signature"
EVENT: Final = "CityCall-Event"
DELIVERY: Final = "CityCall-Delivery"

# A delivery that was signed longer ago, or is from the future by more than this, is not believed.
TOLERANCE: Final = timedelta(minutes=5)
# For so long after a rotation both secrets sign, so that the receiver has time to change.
BOTH_FOR: Final = timedelta(hours=24)
_SALT: Final = "citycall.exchange.webhook-secret"
_DELIVERY_SALT: Final = "citycall.exchange.webhook-delivery"


def secret(webhook: Webhook, *, generation: int | None = None) -> str:
    """The secret that its maker and this server share; that of an earlier generation on request.

    Derived from the server's own secret, so none is in the database or in its copies.
    """
    number = webhook.generation if generation is None else generation
    # The time is part of it because a database that is made anew counts from one again.
    made = f"{webhook.pk}:{webhook.created_at.isoformat()}:{number}"
    digest = salted_hmac(_SALT, made, algorithm="sha256").digest()
    return f"whsec_{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def secrets(webhook: Webhook, *, at: datetime) -> list[str]:
    """The secrets that sign now: the present one, and the one before it for a day."""
    if webhook.generation == 1:
        return [secret(webhook)]
    rotated_at = (
        Revision.objects.filter(
            subject_kind=SUBJECT,
            subject_code=str(webhook.pk),
            after__generation=webhook.generation,
        )
        .order_by("id")
        .values_list("at", flat=True)
        .first()
    )
    if rotated_at is None or at - rotated_at >= BOTH_FOR:
        return [secret(webhook)]
    return [secret(webhook), secret(webhook, generation=webhook.generation - 1)]


def header(*, secrets: Collection[str], body: bytes, at: datetime) -> str:
    """The value of ``CityCall-Signature``: the time, and a signature with each secret."""
    moment = int(at.timestamp())
    signatures = [f"v1={_signature(each, moment, body)}" for each in secrets]
    return ",".join([f"t={moment}", *signatures])


def verify(
    *,
    secrets: Collection[str],
    header: str,
    body: bytes,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> bool:
    """Whether one of these secrets signed exactly this body, within ``tolerance`` of ``now``.

    What a receiver does, as the guide has it; ``body`` are the bytes as they came.
    """
    parts = [part.split("=", 1) for part in header.split(",") if "=" in part]
    times = [value for name, value in parts if name == "t"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdecimal():
        return False
    moment = int(times[0])
    if abs(now.timestamp() - moment) > tolerance.total_seconds():
        return False
    given = [value.encode() for name, value in parts if name == "v1"]
    right = [_signature(each, moment, body).encode() for each in secrets]
    return any(hmac.compare_digest(a, b) for a in given for b in right)


def delivery_id(delivery: WebhookDelivery) -> str:
    """The same for every attempt at a delivery, and never that of another one."""
    made = f"{delivery.pk}:{delivery.created_at.isoformat()}"
    return salted_hmac(_DELIVERY_SALT, made, algorithm="sha256").hexdigest()[:32]


def _signature(secret: str, moment: int, body: bytes) -> str:
    signed = f"{moment}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
