"""Sending codes, and forgetting old ones."""

from django.db import Error as DatabaseProblem
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.notifications import delivery, messages
from citycall.notifications.actions import DELIVER_QUEUE
from citycall.residents import codes
from citycall.residents.models import SignInCode

HOUSEKEEPING_QUEUE = "housekeeping"
FORGET_TASK = "citycall.forget_sign_in_codes"

# After 3 seconds, 9 and 27: later than that nobody waits for the message any more.
_AGAIN_SOON = RetryStrategy(
    max_attempts=4,
    exponential_wait=3,
    retry_exceptions=(delivery.TryAgainLater, DatabaseProblem),
)


@jobs.task(name=codes.SEND_TASK, queue=DELIVER_QUEUE, retry=_AGAIN_SOON)
def send_sign_in_code(code_id: int) -> None:
    """The job of one code: its digits are drawn now, so that they rest nowhere, not in a job."""
    code = SignInCode.objects.filter(pk=code_id, used_at__isnull=True).first()
    if code is None or code.asked_at + codes.VALID_FOR < clock.now():
        return
    message = messages.render_alone(
        "sign_in_code",
        {
            "code": codes.draw(code),
            "minutes": int(codes.VALID_FOR.total_seconds() // 60),
        },
        language=code.language,
    )
    delivery.send_alone(message, to=code.email, mark=f"code:{code.pk}:{code.asked_at.isoformat()}")


@jobs.periodic(cron="35 3 * * *")
@jobs.task(name=FORGET_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=FORGET_TASK)
def forget_sign_in_codes(timestamp: int) -> None:
    """Every night: remove the codes that nobody can use any more."""
    codes.forget_old(at=clock.now())
