"""Everything that the city holds of one person: listed, packed for them, and erased."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.db import transaction

from citycall.calls import personal as calls
from citycall.contacts import actions as contacts
from citycall.contacts.models import Contact
from citycall.core import numbers
from citycall.core.actors import resident
from citycall.core.paging import Page
from citycall.council import actions as council
from citycall.feedback import actions as feedback
from citycall.feedback.models import Rating, Verdict
from citycall.follows import actions as follows
from citycall.follows.models import Follow
from citycall.follows.words import describe
from citycall.notifications.models import Delivery
from citycall.privacy import redacting
from citycall.privacy.persons import Person
from citycall.residents import accounts, codes
from citycall.service_requests import personal
from citycall.service_requests.actions.erase import erase_reports
from citycall.service_requests.models import Attachment, Report
from citycall.service_requests.photos import path_of
from citycall.work_orders.personal import erase_copies

PAGE: Final = 20
# Packed and erased so many requests at a time, so that a thousand reports hold nothing up.
_AT_ONCE: Final = 200
_IN_MEMORY_BYTES: Final = 1_000_000


def page(person: Person, *, older_than: str = "") -> Page[Report]:
    """Some of the person's reports, latest first, each with its request."""
    return personal.page_of(person.reports(), older_than=older_than, size=PAGE)


def packed(person: Person, *, at: datetime) -> IO[bytes]:
    """A ZIP file of everything: ``data.json`` and the photos, ready to be read from its start."""
    held = list(person.contacts().order_by("pk"))
    file = SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115  (the caller reads it)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        reports = []
        for batch in _batches(person):
            for said in personal.said_in(batch):
                reports.append(_report(said))
                for photo in said.photos:
                    _add_photo(archive, photo)
        data = {
            "made_at": at.isoformat(),
            "contacts": [_contact(each) for each in held],
            "reports": reports,
            "answers": [_answer(each) for each in _verdicts(held)],
            "ratings": [_rating(each) for each in _ratings(held)],
            "messages": [_message(each) for each in _messages(held)],
            "follows": [_follow(each) for each in _follows(person)],
            "calls": calls.held([person.phone]),
            "account": _account(person),
        }
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2))
    file.seek(0)
    return file


def erase(person: Person, *, at: datetime) -> int:
    """Erase who reported, and what was written and photographed; returns how many reports.

    The account goes too, and whatever the person followed. What the reports were about stays:
    service, place, dates and what the city did.
    """
    count = 0
    for batch in list(_batches(person)):
        ids = [report.pk for report in batch]
        with transaction.atomic():
            feedback.erase(ids)
            redacting.destroy({report.service_request_id for report in batch})
            count += erase_reports(ids, by=resident(reports=ids), at=at)
            erase_copies(batch, at=at)
            contacts.erase([], report_ids=ids, at=at)
    with transaction.atomic():
        _erase_what_is_kept(person, at=at)
    return count


def _erase_what_is_kept(person: Person, *, at: datetime) -> None:
    """The rows that stand for the person themselves, whatever was reported."""
    held = list(person.contacts().values_list("pk", flat=True))
    if person.email:
        follows.end_all(person.email, at=at)
        codes.forget(person.email)
    if person.account_id is not None:
        accounts.delete(person.account_id)
    # By a number that was proven; one that only stands with an address may be somebody else's.
    calls.erase([person.phone], at=at)
    council.erase([person.email, person.phone])
    contacts.erase(held, report_ids=[], at=at)


def _batches(person: Person) -> Iterator[list[Report]]:
    """The reports by their requests; those of one request together, to see who else reported it."""
    reports = person.reports()
    requests = reports.order_by("service_request").values_list("service_request", flat=True)
    last = 0
    while some := list(requests.filter(service_request__gt=last).distinct()[:_AT_ONCE]):
        batch = reports.filter(service_request__in=some).order_by("pk")
        yield list(batch.select_related("service_request__service"))
        last = some[-1]


def _verdicts(held: list[Contact]) -> Iterable[Verdict]:
    return Verdict.objects.filter(report__contact__in=held).select_related("report").order_by("pk")


def _ratings(held: list[Contact]) -> Iterable[Rating]:
    return Rating.objects.filter(report__contact__in=held).select_related("report").order_by("pk")


def _messages(held: list[Contact]) -> Iterable[Delivery]:
    return Delivery.objects.filter(contact__in=held).order_by("pk")


def _follows(person: Person) -> Iterable[Follow]:
    return follows.of_email(person.email) if person.email else ()


def _follow(follow: Follow) -> Mapping[str, Any]:
    confirmed = follow.confirmed_at
    return {
        "what": describe(follow),
        "often": follow.often,
        "asked_at": follow.asked_at.isoformat(),
        "confirmed_at": confirmed.isoformat() if confirmed else None,
    }


def _account(person: Person) -> Mapping[str, Any] | None:
    account = accounts.of_email(person.email) if person.account_id is not None else None
    if account is None:
        return None
    return {
        "made_at": account.created_at.isoformat(),
        "signed_in_at": account.signed_in_at.isoformat(),
        "signs_in_with": [each.issuer for each in account.elsewhere.order_by("pk")],
    }


def _contact(contact: Contact) -> Mapping[str, Any]:
    return {
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "language": contact.language,
        "given_at": contact.created_at.isoformat(),
    }


def _report(said: personal.Said) -> Mapping[str, Any]:
    report, request = said.report, said.report.service_request
    return {
        "number": numbers.show(report.number),
        "reported_at": report.reported_at.isoformat(),
        "channel": report.channel,
        "language": report.language,
        "written_in": report.written_in,
        "service": request.service.name,
        "status": request.status,
        "place": request.place,
        "directions": request.directions if report.number == request.number else "",
        "words": report.words,
        "wanted": report.wanted,
        "answers": report.answers,
        "added": [{"at": event.at.isoformat(), "words": event.words} for event in said.added],
        "photos": [f"photos/{photo.file}" for photo in said.photos],
    }


def _answer(verdict: Verdict) -> Mapping[str, Any]:
    return {
        "number": numbers.show(verdict.report.number),
        "answer": verdict.answer,
        "given_at": verdict.given_at.isoformat(),
        "words": verdict.words,
    }


def _rating(rating: Rating) -> Mapping[str, Any]:
    return {
        "number": numbers.show(rating.report.number),
        "satisfied": rating.satisfied,
        "better": rating.better,
        "given_at": rating.given_at.isoformat(),
    }


def _message(delivery: Delivery) -> Mapping[str, Any]:
    sent = delivery.sent_at
    return {
        "kind": delivery.template,
        "channel": delivery.channel,
        "state": delivery.state,
        "sent_at": sent.isoformat() if sent else None,
    }


def _add_photo(archive: zipfile.ZipFile, photo: Attachment) -> None:
    name = f"photos/{photo.file}"
    # The same picture may be with several reports; one that is gone from the disk cannot be given.
    if name not in archive.namelist():
        with suppress(FileNotFoundError):
            archive.write(path_of(photo.file), name)
