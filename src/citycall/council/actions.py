"""Asking an agency for a resident, answering, counting districts, and forgetting who asked."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from citycall.accounts.queries import districts
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, NotFound
from citycall.core.permissions import require
from citycall.council import cases, queries
from citycall.council.models import Inquiry
from citycall.council.policies import PERMISSIONS
from citycall.places.queries import areas
from citycall.service_requests.drafts import LONGEST_WORDS
from citycall.service_requests.published import ids_with

# So many of the agency's working days an office waits at most.
ANSWER_DAYS: Final = 3
PERSON_KEPT: Final = timedelta(days=365)


class Unasked(DomainError):
    """The question, or the answer, is missing or too long."""

    code = "words_missing"
    status = 422


class AnsweredAlready(Conflict):
    """Somebody else has answered in the meantime."""

    code = "answered_already"


def ask(
    public_id: int,
    *,
    question: str,
    by: Actor,
    at: datetime,
    constituent: str = "",
    reach: str = "",
    consent: bool = False,
) -> Inquiry:
    """Ask the agency that has a request of one's own district, or one that is followed.

    It answers within three of its working days.

    Who asked the office, and how they are reached, stays with the office unless they agreed.
    Raises ``NotAllowed``, ``NotFound`` and ``Unasked``.
    """
    seen = queries.get_for(by, public_id)
    words = _words(question, field="question", sentence=_("Please write what you want to know."))
    if consent and not (constituent.strip() and reach.strip()):
        raise Unasked(
            _("Please write who agreed, and how the agency may reach them."), field="constituent"
        )
    here = set(seen.request.areas)
    own = [queries.code_of(area) for area in queries.districts_of(by) if area.id in here]
    working = catalog().working_time(seen.request.agency_id)
    return Inquiry.objects.create(
        service_request_id=seen.request.id,
        agency_id=seen.request.agency_id,
        district=own[0] if own else seen.cases[0].district,
        question=words,
        constituent=constituent.strip()[:150],
        reach=reach.strip()[:200],
        consent_at=at if consent else None,
        asked_by_id=by.id,
        asked_by_name=by.name,
        asked_at=at,
        due_at=working.add_days(at, ANSWER_DAYS),
    )


@transaction.atomic
def answer(inquiry_id: int, *, words: str, by: Actor, at: datetime) -> Inquiry:
    """Answer an office; raises ``NotAllowed``, ``AnsweredAlready`` and ``Unasked``."""
    row = Inquiry.objects.select_for_update().filter(pk=inquiry_id).first()
    if row is None:
        raise NotFound(_("There is no such inquiry."))
    require(PERMISSIONS, "answer", by=by, agency_id=row.agency_id)
    if row.answered_at is not None:
        raise AnsweredAlready(_("Somebody has answered this already."))
    row.answer = _words(words, field="answer", sentence=_("Please write the answer."))
    row.answered_by_name, row.answered_at = by.name, at
    row.save(update_fields=["answer", "answered_by_name", "answered_at"])
    return row


def erase(reached_at: Collection[str]) -> int:
    """Forget whoever offices reach at these addresses and numbers; returns how many."""
    known = [reach for reach in reached_at if reach]
    found = Inquiry.objects.filter(reach__in=known)
    return found.update(constituent="", reach="", consent_at=None)


def forget(*, at: datetime) -> int:
    """Forget who asked an office a year ago, and how they were reached; returns how many."""
    cases.forget_references(before=at - PERSON_KEPT)
    old = Inquiry.objects.filter(asked_at__lt=at - PERSON_KEPT).exclude(constituent="", reach="")
    return old.update(constituent="", reach="", consent_at=None)


_COUNT: Final = """
INSERT INTO council_districtmonth
    (area_id, service_id, month, received, open, late, completed, median_days, counted_at)
SELECT area, service_id, month, count(*), count(*) FILTER (WHERE is_open),
       count(*) FILTER (WHERE is_open AND due_at < %(at)s),
       count(*) FILTER (WHERE completed_at IS NOT NULL),
       percentile_cont(0.5) WITHIN GROUP (
           ORDER BY extract(epoch FROM completed_at - requested_at) / 86400)
           FILTER (WHERE completed_at IS NOT NULL),
       %(at)s
FROM (
    SELECT area, service_id, due_at, completed_at, requested_at,
           status IN ('new', 'assigned', 'in_progress', 'on_hold') AS is_open,
           date_trunc('month', requested_at AT TIME ZONE %(zone)s)::date AS month
    FROM service_requests_servicerequest, unnest(areas) AS area
    WHERE requested_at >= %(since)s AND area = ANY(%(areas)s) AND status <> 'merged'
      AND service_id <> ALL({private}) AND service_id <> ALL({hidden})
) AS told
GROUP BY area, service_id, month
"""


def count_districts(*, at: datetime, layers: tuple[str, ...] = ()) -> int:
    """Count the last twelve months anew in one statement; returns how many rows there are.

    Of private services, and those that hide where their work is, nothing is counted.
    """
    asked = layers or layers_of_offices()
    ids = [area.id for layer in asked for area in areas().of_layer(layer)]
    since = datetime.combine(queries.months(at)[0], datetime.min.time(), clock.city_zone())
    statement = _COUNT.format(
        private=ids_with(Privacy.PRIVATE), hidden=ids_with(Privacy.HIDDEN_LOCATION)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM council_districtmonth")
        values: dict[str, Any] = {
            "at": at,
            "since": since,
            "areas": ids,
            "zone": clock.city_zone().key,
        }
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def layers_of_offices() -> tuple[str, ...]:
    """The layers in which council offices have their districts."""
    return tuple(sorted({code.partition("/")[0] for code in districts()}))


def _words(text: str, *, field: str, sentence: str) -> str:
    words = text.strip()
    if not words:
        raise Unasked(sentence, field=field)
    if len(words) > LONGEST_WORDS:
        raise Unasked(
            _("Please keep this under %(n)s characters.") % {"n": LONGEST_WORDS}, field=field
        )
    return words
