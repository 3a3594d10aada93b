"""Telling the city: a new problem, or one more report of a known one."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from citycall.accounts import misses
from citycall.api import photo_handles
from citycall.api.appointment_shapes import next_dates
from citycall.api.conditions import document
from citycall.api.keys import Key, actor_of
from citycall.api.naming import NAME, Name, number_named
from citycall.api.parameters import speaking
from citycall.api.schemas import JoiningIn, ReceiptOut, ReportIn, draft, joining
from citycall.api.telling import told
from citycall.appointments import queries as appointments
from citycall.appointments.actions import book
from citycall.appointments.actions.seats import DateGone
from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor, resident
from citycall.core.errors import Faults
from citycall.emergencies.queries import warning_for
from citycall.service_requests.actions import submit as submitting
from citycall.service_requests.actions import tell_more
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Attachment
from citycall.service_requests.photos import Photo, claim
from citycall.service_requests.policies import SUBMIT_SCOPE

router = Router(tags=["Reports"])
LONGEST_KEY: Final = 200
_RECEIPT: Final = {
    "id": "4711",
    "number": "26-48392-01755",
    "url": "https://311.example.org/r/26-48392-01755",
    "again": False,
    "warning": "",
}
_REPORT: Final = {
    "service": "pothole",
    "location": {"kind": "point", "longitude": -76.6, "latitude": 39.29},
    "words": "A deep hole in the right lane.",
    "contact": {"email": "pat@example.org"},
}


@router.post(
    "/service_requests",
    auth=Key(SUBMIT_SCOPE),
    **told(
        "submit",
        "Report a problem",
        gives=ReceiptOut,
        status=201,
        also={200: ReceiptOut},
        problems=(404, 409),
        headers=("Idempotency-Key",),
        sends=_REPORT,
        example=_RECEIPT,
    ),
)
def submit(request: HttpRequest, body: ReportIn) -> HttpResponse:
    """Report a problem. With an `Idempotency-Key` header, sending it again is harmless.

    200 answers a report that had been received before. A `stop` in the service's questions
    answers 422 with the code `stopped_advice` or `stopped_emergency`; show its `detail`, and send
    `stop_read` if the reporter goes on. For a service that is an appointment (`booking` is not
    null), `day` books one of its free dates with the report; a date that is gone answers 409 with
    the code `date_gone` and, in `dates`, the next ones that are free, and nothing was taken. Words
    that speak of danger are answered with a `warning` to show at once.
    """
    photos = _claimed(body) if body.photos else ()
    receipt = _submit(body, key=_key(request), by=actor_of(request), at=clock.now())
    if photos:
        _keep(photos, receipt)
    return _answer(receipt, body)


@router.post(
    f"/service_requests/{NAME}/reports",
    auth=Key(SUBMIT_SCOPE),
    **told(
        "add_report",
        "Report a problem that is known already",
        gives=ReceiptOut,
        status=201,
        also={200: ReceiptOut},
        problems=(400, 409),
        headers=("Idempotency-Key",),
        sends={"words": "It is still there, and deeper."},
        example=_RECEIPT,
    ),
)
def add_report(request: HttpRequest, name: Name, body: JoiningIn) -> HttpResponse:
    """One more person tells of an open problem; they get a confirmation number of their own."""
    photos = _claimed(body)
    actor = actor_of(request)
    submitting.allow(actor)
    number = number_named(name)
    with misses.counted(request):
        receipt = tell_more.add_report(
            number, joining(body, key=_key(request)), by=actor, at=clock.now()
        )
    _keep(photos, receipt)
    return _answer(receipt, body)


def _submit(body: ReportIn, *, key: str, by: Actor, at: datetime) -> Receipt:
    # What is wrong, and what has to be read first, is for the person who reports.
    with speaking(body.language):
        if body.day is None:
            return submitting.submit(draft(body, key=key), by=by, at=at)
        told = draft(body, key=key)
        try:
            return book.submit(told, day=body.day, by=by, at=at)
        except DateGone as error:
            entry = catalog().service(told.service)
            error.dates = next_dates(
                appointments.offer_at(entry, told.location, at=at, answers=told.answers)
            )
            raise


def _key(request: HttpRequest) -> str:
    key: str = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if len(key) > LONGEST_KEY:
        sentence = _("A key may have %(n)d characters.") % {"n": LONGEST_KEY}
        raise Faults({"Idempotency-Key": sentence})
    return key


def _claimed(body: JoiningIn) -> list[Photo]:
    """The photos of a body, taken into use before anything is saved."""
    photos = [photo_handles.read(handle) for handle in body.photos]
    for photo in photos:
        claim(photo)
    return photos


def _keep(photos: Any, receipt: Receipt) -> None:
    for photo in photos:
        tell_more.add_photo(
            receipt.request_id,
            photo=photo,
            stage=Attachment.Stage.REPORT,
            by=resident(reports=[receipt.report_id]),
            at=clock.now(),
            report_id=receipt.report_id,
        )


def _warning(body: JoiningIn) -> str:
    with speaking(body.language):
        return warning_for(body.words, body.wanted)


def _answer(receipt: Receipt, body: JoiningIn) -> HttpResponse:
    number = numbers.show(receipt.number)
    return document(
        {
            "id": str(receipt.request_id),
            "number": number,
            "url": f"{settings.PUBLIC_URL}/r/{number}",
            "again": receipt.again,
            "warning": _warning(body),
        },
        status=200 if receipt.again else 201,
    )
