"""A passage is blackened wherever it stands in a request; its original is kept, or destroyed.

What is public reads the very columns that are changed here, so that every page, export and
program follows at once. Events let words be blackened and nothing else: the database sees to it.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from citycall.contacts import in_words
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.events import BLACK, redact_words
from citycall.core.models import Event, Visibility
from citycall.core.permissions import require
from citycall.privacy.models import Redaction
from citycall.privacy.policies import PERMISSIONS
from citycall.service_requests import queries
from citycall.service_requests.actions.change import finish, lock
from citycall.service_requests.events import FOR_EVERYONE, SUBJECT, Kind
from citycall.service_requests.models import Report, ServiceRequest
from citycall.work_orders.models import OrderRequest, Step, WorkOrder

KEPT_FOR: Final = timedelta(days=365)
SHORTEST: Final = 2
LONGEST: Final = 4_000
_OWN: Final = ("place", "directions", "explanation", "referred_to")
_TOLD: Final = ("words", "wanted")
_ORDERED: Final = ("title", "place", "directions", "instructions", "explanation")


class NothingToHide(DomainError):
    """The passage stands nowhere in this request."""

    code = "nothing_to_hide"
    status = 422


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a request: whose it is, by kind of row, its id and its column."""

    kind: str
    row_id: int
    column: str
    text: str


def found_in(request: ServiceRequest) -> list[str]:
    """Phone numbers, e-mail addresses and plates that stand in the request's texts."""
    found = (each for text in texts_of(request) for each in in_words.found(text.text))
    return list(dict.fromkeys(found))


def texts_of(request: ServiceRequest) -> list[Text]:
    """Everything that people wrote in a request, in those merged into it and in their orders."""
    return list(_texts(queries.family_ids(request.pk)))


@transaction.atomic
def hide(
    request_id: int,
    *,
    passages: Iterable[str],
    reason: str,
    keep: bool,
    by: Actor,
    at: datetime,
) -> int:
    """Blacken these passages wherever they stand in the request; returns in how many texts.

    With ``keep`` the originals can be read for a year by those who may; otherwise nobody ever
    can. It cannot be undone. Raises ``NotAllowed`` and ``NothingToHide``.
    """
    # Orders before requests, as whoever works on an order holds them.
    _orders(queries.family_ids(request_id)).select_for_update().in_bulk()
    request = lock(request_id)
    require(PERMISSIONS, "redact", by=by, agency_id=request.agency_id)
    if reason not in set(Redaction.Reason):
        raise NothingToHide(_("Please choose why it is hidden."), field="reason")
    changed = _where_they_stand(request, passages)
    for text, black in changed:
        _put(text, black, at=at)
        if keep:
            _keep(request, text, reason=reason, by=by, at=at)
    request.refresh_from_db()
    finish(
        request,
        Kind.REDACTED,
        by=by,
        at=at,
        data={
            "reason": reason,
            "texts": len(changed),
            "kept": keep,
            FOR_EVERYONE: any(_is_public(text) for text, _black in changed),
        },
        visibility=Visibility.INTERNAL,
    )
    return len(changed)


def _where_they_stand(request: ServiceRequest, passages: Iterable[str]) -> list[tuple[Text, str]]:
    """The texts that hold one of the passages, each with what it is made."""
    looked_for = [each for each in passages if len(each.strip()) >= SHORTEST]
    if not looked_for:
        raise NothingToHide(_("Please write or choose what is to be hidden."), field="passage")
    found = [
        (text, black)
        for text in texts_of(request)
        if (black := blackened(text.text, looked_for)) != text.text
    ]
    if not found:
        raise NothingToHide(
            _("These words stand nowhere in this request. Please copy them as they are."),
            field="passage",
        )
    return found


def blackened(text: str, passages: Iterable[str]) -> str:
    """The text with every passage blackened, in whatever case and spacing it is written.

    Its length stays: each character becomes one block, so that nothing else can change with it.
    """
    for passage in passages:
        words = [re.escape(word) for word in passage.split()]
        if words:
            text = re.sub(
                r"\s+".join(words), lambda found: BLACK * len(found[0]), text, flags=re.IGNORECASE
            )
    return text


def originals(request: ServiceRequest, *, by: Actor) -> list[Redaction]:
    """What was hidden in this request and is kept, latest first; raises ``NotAllowed``."""
    require(PERMISSIONS, "read_redacted", by=by, agency_id=request.agency_id)
    return list(Redaction.objects.filter(service_request=request).order_by("-id")[:100])


def may(actor: Actor, action: str, request: ServiceRequest) -> bool:
    """Whether the actor may ``redact``, or ``read_redacted``, in this request."""
    return PERMISSIONS[action].allows(actor, agency_id=request.agency_id)


def destroy(request_ids: Collection[int]) -> int:
    """Destroy the originals that are kept of these requests: one of their reporters is erased."""
    return Redaction.objects.filter(service_request__in=request_ids).delete()[0]


def forget(*, before: datetime) -> int:
    """Destroy the originals that were kept so long; returns how many."""
    return Redaction.objects.filter(at__lt=before).delete()[0]


def _texts(family: list[int]) -> Iterator[Text]:
    for row in ServiceRequest.objects.filter(pk__in=family):
        yield from (Text("request", row.pk, name, getattr(row, name)) for name in _OWN)
    for report in Report.objects.filter(service_request__in=family):
        yield from (Text("report", report.pk, name, getattr(report, name)) for name in _TOLD)
    said = Event.objects.filter(subject_kind=SUBJECT, subject_id__in=family, words__isnull=False)
    for event in said:
        yield Text("event", event.pk, "words", event.words or "")
    orders = _orders(family)
    for order in orders:
        yield from (Text("order", order.pk, name, getattr(order, name)) for name in _ORDERED)
    for step in Step.objects.filter(order__in=orders).order_by("pk"):
        yield Text("step", step.pk, "words", step.words)


def _orders(family: list[int]) -> QuerySet[WorkOrder]:
    about = OrderRequest.objects.filter(service_request__in=family)
    return WorkOrder.objects.filter(pk__in=about.values("order")).order_by("pk")


def _is_public(text: Text) -> bool:
    """Whether everyone may be able to read it, as far as its request is public."""
    if text.kind == "event":
        return Event.objects.filter(pk=text.row_id, visibility=Visibility.PUBLIC).exists()
    return text.kind in {"request", "report"} and text.column not in {"directions", "wanted"}


def _put(text: Text, black: str, *, at: datetime) -> None:
    if text.kind == "event":
        redact_words(text.row_id, black)
    elif text.kind == "report":
        Report.objects.filter(pk=text.row_id).update(**{text.column: black})
    elif text.kind == "order":
        WorkOrder.objects.filter(pk=text.row_id).update(**{text.column: black}, changed_at=at)
    elif text.kind == "step":
        Step.objects.filter(pk=text.row_id).update(words=black)
    else:
        ServiceRequest.objects.filter(pk=text.row_id).update(**{text.column: black})


def _keep(request: ServiceRequest, text: Text, *, reason: str, by: Actor, at: datetime) -> None:
    Redaction.objects.create(
        service_request=request,
        kind=text.kind,
        row_id=text.row_id,
        column=text.column,
        original=text.text,
        reason=reason,
        by_id=by.id,
        by_name=by.name,
        at=at,
    )
