"""Messages to a browser: encrypted for it alone (RFC 8291), signed as the city's (RFC 8292).

The address comes from outside, so it is called as every such address is, through ``reaching``.
"""

import base64
import hashlib
import json
import os
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from citycall.contacts.actions import decoded
from citycall.contacts.models import PushSubscription
from citycall.core.reaching import Unreached, reach
from citycall.notifications.failures import Gone, Refused, TryAgainLater

_CURVE: Final = ec.SECP256R1()
# The order of the curve's group (FIPS 186-4, P-256).
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_RECORD_BYTES: Final = 4096
# What is left of a record for the message: header, padding mark and tag take the rest.
MOST_BYTES: Final = _RECORD_BYTES - 86 - 17
_SIGNED_FOR: Final = timedelta(hours=12)
# A phone that is off for longer need not hear of it; everything is on the report's page.
_KEPT_FOR: Final = timedelta(days=7)
_NEVER: Final = frozenset({"address not allowed", "not a web address", "password in address"})


def public_key() -> str:
    """The city's key, by which a browser knows whose messages it takes; base64url."""
    return _text(_point(_own_key(settings.CITYCALL_PUSH_SECRET)))


def encrypted(message: bytes, subscription: PushSubscription) -> bytes:
    """The message as only this browser can read it; raises ``ValueError`` for bad keys."""
    if len(message) > MOST_BYTES:
        raise ValueError(f"a message has at most {MOST_BYTES} bytes")
    theirs, secret = decoded(subscription.public_key), decoded(subscription.secret)
    once = ec.generate_private_key(_CURVE)
    ours, salt = _point(once), os.urandom(16)
    shared = once.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs))
    material = _derived(shared, secret, b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(material, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(material, salt, b"Content-Encoding: nonce\0", 12)
    # The mark says that this record is the last one.
    sealed = AESGCM(key).encrypt(nonce, message + b"\x02", None)
    return salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def authorization(endpoint: str, *, at: datetime) -> str:
    """The header by which the push service knows whose message it is, and whom to ask."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((at + _SIGNED_FOR).timestamp()),
        "sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
    }
    told = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    key = _own_key(settings.CITYCALL_PUSH_SECRET)
    pair = decode_dss_signature(key.sign(told.encode(), ec.ECDSA(hashes.SHA256())))
    signature = b"".join(number.to_bytes(32, "big") for number in pair)
    return f"vapid t={told}.{_text(signature)}, k={_text(_point(key))}"


def hand_over(subscription: PushSubscription, message: bytes, *, at: datetime) -> None:
    """Give the message to the browser's push service.

    Raises ``Gone`` where the browser takes none any more, ``Refused`` and ``TryAgainLater``.
    """
    headers = {
        "Authorization": authorization(subscription.endpoint, at=at),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(_KEPT_FOR.total_seconds())),
        "Urgency": "normal",
    }
    try:
        content = encrypted(message, subscription)
        reply = reach(
            "POST", subscription.endpoint, headers=headers, content=content, seconds=10.0, cut=True
        )
    except Unreached as error:
        kind = Refused if error.why in _NEVER else TryAgainLater
        raise kind(f"The push service could not be reached: {error.why}") from error
    except ValueError as error:
        raise Refused("The browser's keys cannot be used.") from error
    _judge(reply.status)


def _judge(status: int) -> None:
    sentence = f"The push service answered {status}."
    if status in {404, 410}:
        raise Gone(sentence)
    if status == 429 or status >= 500:
        raise TryAgainLater(sentence)
    if not 200 <= status < 300:
        raise Refused(sentence)


@lru_cache(maxsize=2)
def _own_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """The signing key that follows from the city's secret, always the same one.

    Twice as many bits as the order has make every key as good as equally likely.
    """
    number = int.from_bytes(
        hashlib.sha512(b"citycall web push\0" + secret.encode()).digest(), "big"
    )
    return ec.derive_private_key(number % (_ORDER - 1) + 1, _CURVE)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)


def _json(told: dict[str, object]) -> str:
    return _text(json.dumps(told, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
