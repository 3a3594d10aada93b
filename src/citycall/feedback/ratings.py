"""Two questions at the end: how satisfied the reporter was, and what could be better."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotAllowed
from citycall.core.permissions import require
from citycall.feedback.models import Rating
from citycall.service_requests import checks, policies, queries
from citycall.service_requests.actions.change import lock
from citycall.service_requests.drafts import LONGEST_WORDS
from citycall.service_requests.models import Report, ServiceRequest, Status
from citycall.service_requests.rules import StepNotAllowed

# Whoever answers after the work has ended says something about it; nobody is asked before.
ENDED = frozenset({Status.COMPLETED, Status.CLOSED})


class RatedAlready(Conflict):
    """Both questions were answered for this report before."""

    code = "rated_already"


def rate(report: Report, *, satisfied: int | None, better: str, by: Actor, at: datetime) -> Rating:
    """Keep the answers of a reporter who has proven the report to be theirs, once for each.

    ``satisfied`` is 1 to 5. Raises ``Faults``, ``NotAllowed``, ``StepNotAllowed`` while the work
    has not ended, and ``RatedAlready``.
    """
    if report.pk not in by.reports:
        raise NotAllowed(
            _("Please open this page from the link in your message, so that we know it is yours.")
        )
    words = better.strip()
    chosen = _checked(satisfied, words)
    try:
        with transaction.atomic():
            request = lock(queries.root_id(report.service_request_id))
            if request.status not in ENDED:
                raise StepNotAllowed(_("The work has not ended yet. Please answer after it has."))
            return Rating.objects.create(
                service_request=request,
                report=report,
                satisfied=chosen,
                better=words,
                given_at=at,
            )
    except IntegrityError as error:
        if "report_id" not in str(error):
            raise
        raise RatedAlready(_("You have answered these questions. Thank you.")) from error


def _checked(satisfied: int | None, words: str) -> int:
    faults = {}
    chosen = satisfied or 0
    if not Rating.LEAST <= chosen <= Rating.MOST:
        faults["satisfied"] = _("Please choose one of the five answers.")
    if len(words) > LONGEST_WORDS:
        faults["better"] = _("Please keep this under %(n)s characters.") % {"n": LONGEST_WORDS}
    elif not checks.storable(words):
        faults["better"] = _("This text has characters that cannot be read. Please type it anew.")
    if faults:
        raise Faults(faults)
    return chosen


def is_rated(report: Report) -> bool:
    """Whether the two questions were answered for a report."""
    return Rating.objects.filter(report=report).exists()


def ratings_for(actor: Actor, request: ServiceRequest) -> Sequence[Rating]:
    """What the reporters of a problem answered, for staff who may read it."""
    require(policies.PERMISSIONS, "read", by=actor, agency_id=request.agency_id)
    family = queries.family_ids(request.pk)
    return list(Rating.objects.filter(report__service_request_id__in=family).order_by("id"))
