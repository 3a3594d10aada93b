"""Proving an e-mail address by six digits that are sent there."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django import app as jobs

from citycall.core.errors import DomainError
from citycall.notifications.actions import DELIVER_QUEUE
from citycall.residents.models import SignInCode

SEND_TASK: Final = "citycall.send_sign_in_code"
DIGITS: Final = 6
VALID_FOR: Final = timedelta(minutes=10)
# Five tries at a million codes, and at most ten codes a day: who guesses for a year at one
# address has a chance of one in fifty, and is seen in its mailbox every day.
MOST_TRIES: Final = 5
MOST_AN_HOUR: Final = 3
MOST_A_DAY: Final = 10
KEPT_FOR: Final = timedelta(days=1)
_SALT: Final = "citycall.residents.code"
_LONGEST_TYPED: Final = 40


class BadCode(DomainError):
    """The digits are not those that were sent."""

    code = "bad_code"
    status = 422


class CodeOver(DomainError):
    """The code was used, is too old, or was guessed at too often."""

    code = "code_over"
    status = 422


@transaction.atomic
def ask(email: str, *, language: str, at: datetime) -> int:
    """Send a code to the address, whether it is known here or not; returns the code's id.

    Zero where the address had so many lately that it gets no more: an id that no code has, so
    that whoever asks is told the same.
    """
    address = email.strip().lower()
    asked = SignInCode.objects.filter(email=address)
    lately = asked.filter(asked_at__gt=at - timedelta(hours=1)).count() >= MOST_AN_HOUR
    if lately or asked.filter(asked_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        return 0
    code = SignInCode.objects.create(email=address, language=language, asked_at=at)
    jobs.configure_task(SEND_TASK, queue=DELIVER_QUEUE).defer(code_id=code.pk)
    return code.pk


def draw(code: SignInCode) -> str:
    """Six new digits for the code, kept as a digest only; they replace any drawn before."""
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    code.digest = _digest(code.pk, digits)
    code.save(update_fields=["digest"])
    return digits


def check(code_id: int, typed: str, *, at: datetime) -> str:
    """The e-mail address that the digits prove; they serve once.

    Each try counts before it is judged. Raises ``BadCode`` and ``CodeOver``.
    """
    with transaction.atomic():
        code = SignInCode.objects.select_for_update().filter(pk=code_id).first()
        left = 0 if code is None else _left(code, at=at)
        if code is None or not left:
            raise _over()
        code.tries += 1
        is_right = code.digest is not None and constant_time_compare(
            _digest(code.pk, _read(typed)), bytes(code.digest)
        )
        code.used_at = at if is_right else None
        code.save(update_fields=["tries", "used_at"])
    if is_right:
        return code.email
    raise _over() if left == 1 else _wrong(left - 1)


def forget(email: str) -> None:
    """Remove every code of an address."""
    SignInCode.objects.alias(lower=Lower("email")).filter(lower=email.strip().lower()).delete()


def forget_old(*, at: datetime) -> int:
    """Remove the codes that were asked for more than a day ago; returns how many."""
    return SignInCode.objects.filter(asked_at__lt=at - KEPT_FOR).delete()[0]


def _left(code: SignInCode, *, at: datetime) -> int:
    """How many tries are left."""
    if code.used_at is not None or code.asked_at + VALID_FOR < at:
        return 0
    return max(0, MOST_TRIES - code.tries)


def _read(typed: str) -> str:
    """The digits, in whatever script and with whatever between them they were typed."""
    return "".join(str(int(sign)) for sign in typed[:_LONGEST_TYPED] if sign.isdecimal())


def _digest(code_id: int, digits: str) -> bytes:
    return salted_hmac(_SALT, f"{code_id}:{digits}", algorithm="sha256").digest()


def _wrong(left: int) -> BadCode:
    sentence = ngettext(
        "This is not the code that we sent. You can try %(n)d more time.",
        "This is not the code that we sent. You can try %(n)d more times.",
        left,
    )
    return BadCode(sentence % {"n": left}, field="digits")


def _over() -> CodeOver:
    return CodeOver(
        _("This code does not open anything any more. Please ask for a new one."), field="digits"
    )
