"""Jobs that have failed for good: seeing them, and running them again."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Status

from citycall.accounts.models import Role
from citycall.core import paging
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, NotFound
from citycall.core.permissions import Grant, require

logger = logging.getLogger(__name__)

_ADMIN = frozenset({Role.ADMINISTRATOR.value})

PERMISSIONS: Mapping[str, Grant] = {
    "read_dead_jobs": Grant(everywhere=_ADMIN),
    "retry_dead_job": Grant(everywhere=_ADMIN),
}


class NotDead(Conflict):
    """The job has not failed, or somebody has just run it again."""

    code = "not_dead"


def dead_jobs(
    actor: Actor, *, older_than: str = "", newer_than: str = "", size: int = 50
) -> paging.Page[ProcrastinateJob]:
    """One page of failed jobs, the latest failure first; each has ``failed_at``."""
    require(PERMISSIONS, "read_dead_jobs", by=actor)
    failed = ProcrastinateJob.objects.filter(status=Status.FAILED.value).annotate(
        failed_at=Max("procrastinateevent__at", filter=Q(procrastinateevent__type="failed"))
    )
    return paging.page_by_time(
        failed, column="failed_at", older_than=older_than, newer_than=newer_than, size=size
    )


@transaction.atomic
def retry(job_id: int, *, by: Actor, at: datetime) -> None:
    """Run a failed job once more, as soon as a worker is free.

    Raises ``NotAllowed``, ``NotFound`` and ``NotDead``.
    """
    require(PERMISSIONS, "retry_dead_job", by=by)
    job = ProcrastinateJob.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound(_("There is no such job."))
    if job.status != Status.FAILED.value:
        raise NotDead(_("This job has not failed, or is being run again already."))
    jobs.job_manager.retry_job_by_id(job_id, retry_at=at)
    logger.warning("Job %s %s is run again by %s %s.", job_id, job.task_name, by.kind, by.id)
