"""Pictures that lie on other servers: fetched once, bounded, and kept with the report.

The addresses come from people outside, so they are called as ``reaching`` calls: on public
networks only. What cannot be had in the end is told to those who work on the request.
"""

import hashlib
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import Error as DatabaseProblem
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from citycall.core import clock
from citycall.core.actors import SYSTEM, resident
from citycall.core.reaching import LONGEST_ADDRESS, Unreached, reach
from citycall.service_requests import photos
from citycall.service_requests.actions import tell_more
from citycall.service_requests.models import Attachment, Report

__all__ = ["LONGEST_ADDRESS", "TryAgainLater", "fetch", "fetch_later"]

QUEUE: Final = "pictures"
FETCH_TASK: Final = "citycall.fetch_picture"
SECONDS: Final = 60.0
# After 6 seconds, 36, 4 minutes, 22 and 2 hours: an address that is not ready yet becomes so.
MOST_ATTEMPTS: Final = 5
# The server is there, but not now; all other answers but a picture would come again.
_PASSING: Final = frozenset({404, 408, 409, 423, 425, 429})
# What no second attempt changes.
_LASTING: Final = frozenset(
    {"address not allowed", "not a web address", "password in address", "answer too long"}
)


class TryAgainLater(Exception):
    """The picture could not be had now; the text says why in a few words."""


def fetch_later(*, report_id: int, urls: Iterable[str], again: bool = False) -> None:
    """Have the pictures at these addresses fetched and kept with the report.

    With ``again``, an address that was asked for before is left alone.
    """
    for url in urls:
        lock = f"{FETCH_TASK}:{report_id}:{hashlib.sha256(url.encode()).hexdigest()[:32]}"
        if again and _was_asked_for(lock):
            continue
        try:
            with transaction.atomic():
                jobs.configure_task(FETCH_TASK, queue=QUEUE, queueing_lock=lock).defer(
                    report_id=report_id, url=url
                )
        except AlreadyEnqueued:
            continue  # The same submission, sent twice at once.


def _was_asked_for(lock: str) -> bool:
    return ProcrastinateJob.objects.filter(queue_name=QUEUE, queueing_lock=lock).exists()


def fetch(*, report_id: int, url: str, last: bool, at: datetime) -> None:
    """Fetch one picture and keep it; done again, it is kept once.

    Raises ``TryAgainLater`` unless this is the ``last`` attempt: then, and where no attempt would
    help, a note tells staff that there is a picture to look at elsewhere.
    """
    report = Report.objects.get(pk=report_id)
    try:
        photo = photos.keep(io.BytesIO(_fetched(url)))
    except TryAgainLater as error:
        if not last:
            raise
        _note(report, url=url, why=str(error), at=at)
        return
    except (Unreached, photos.BadPhoto) as error:
        _note(report, url=url, why=str(error), at=at)
        return
    tell_more.add_photo(
        report.service_request_id,
        photo=photo,
        stage=Attachment.Stage.REPORT,
        by=resident(reports=[report_id]),
        at=at,
        report_id=report_id,
    )


def _fetched(url: str) -> bytes:
    try:
        reply = reach("GET", url, seconds=SECONDS, most_bytes=photos.MOST_BYTES)
    except Unreached as error:
        if error.why in _LASTING:
            raise
        raise TryAgainLater(error.why) from None
    if reply.status in _PASSING or reply.status >= 500:
        raise TryAgainLater(f"HTTP {reply.status}")
    if reply.status != 200:
        raise Unreached(f"HTTP {reply.status}", sent=True)
    return reply.body


def _note(report: Report, *, url: str, why: str, at: datetime) -> None:
    words = _("A picture that came with the report could not be fetched from %(url)s (%(why)s).")
    tell_more.add_note(
        report.service_request_id,
        words=words % {"url": url, "why": why},
        public=False,
        by=SYSTEM,
        at=at,
    )


@jobs.task(
    name=FETCH_TASK,
    queue=QUEUE,
    pass_context=True,
    retry=RetryStrategy(
        max_attempts=MOST_ATTEMPTS,
        exponential_wait=6,
        retry_exceptions=(TryAgainLater, DatabaseProblem),
    ),
)
def fetch_picture(context: JobContext, report_id: int, url: str) -> None:
    """The job that a picture at another server leaves behind."""
    last = context.job.attempts >= MOST_ATTEMPTS
    fetch(report_id=report_id, url=url, last=last, at=clock.now())
