"""Adding to a request: another person's report, more information, a note, a photo."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citycall.catalog import rules as catalog_rules
from citycall.catalog.queries import catalog
from citycall.contacts.models import Contact
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotAllowed
from citycall.core.models import Event, Visibility
from citycall.core.permissions import require
from citycall.service_requests import checks, policies, queries
from citycall.service_requests.actions import submit
from citycall.service_requests.actions.change import (
    Told,
    finish,
    keep,
    lock,
    lock_where_it_is,
    need_words,
    tell,
)
from citycall.service_requests.drafts import Draft, Receipt
from citycall.service_requests.events import Kind
from citycall.service_requests.models import (
    OPEN_STATUSES,
    Attachment,
    Report,
    ServiceRequest,
    Status,
)
from citycall.service_requests.photos import Photo, claim


class NotOpen(Conflict):
    """The problem is no longer open, so a further report would not be read."""

    code = "not_open"


def add_report(number: int, draft: Draft, *, by: Actor, at: datetime) -> Receipt:
    """One more person tells of a known problem; they get a number of their own.

    The problem's service and place stay as they are; the draft's words, wishes and contact are
    kept with the new report. Sent again with the same key, it returns the first receipt.
    """
    return join(queries.report_by_number(number).service_request_id, draft, by=by, at=at)


def join(request_id: int, draft: Draft, *, by: Actor, at: datetime) -> Receipt:
    """``add_report`` for a door that shows known problems by their public ids.

    Which of them it showed to whom is the door's to know.
    """
    submit.allow(by)
    faults: dict[str, str] = {}
    details = draft.contact
    email = checks.clean_email(details.email, faults=faults)
    phone = checks.clean_phone(details.phone, faults=faults)
    checks.check_lengths(draft, faults=faults)
    checks.raise_any(faults)
    for _attempt in range(5):
        try:
            with transaction.atomic():
                contact = None
                if details:
                    contact = Contact.objects.create(
                        name=details.name.strip()[:150],
                        email=email,
                        phone=phone,
                        language=draft.language,
                        created_at=at,
                    )
                return _join(request_id, draft, contact=contact, by=by, at=at)
        except IntegrityError as error:
            again = submit.found_again(error, draft, by=by)
            if again is not None:
                return again
    raise Conflict(_("No confirmation number could be drawn. Please try again."))


def _join(
    request_id: int, draft: Draft, *, contact: Contact | None, by: Actor, at: datetime
) -> Receipt:
    request = lock_where_it_is(request_id)
    if request.status not in OPEN_STATUSES:
        raise NotOpen(
            _("This problem is “%(status)s”. Please report it anew.")
            % {"status": Status(request.status).label}
        )
    report = Report.objects.create(
        service_request=request,
        number=numbers.draw(year=at.astimezone(clock.city_zone()).year),
        contact=contact,
        channel=draft.channel,
        words=draft.words,
        wanted=draft.wanted,
        answers=_answers(draft),
        language=draft.language,
        reported_at=at,
        idempotency_key=submit.key_of(draft, by=by),
    )
    request.report_count += 1
    finish(
        request,
        Kind.REPORT_ADDED,
        by=by,
        at=at,
        data={"report": report.pk, "reports": request.report_count, **_read(draft)},
    )
    return Receipt(
        request_id=request.pk,
        report_id=report.pk,
        number=report.number,
        promised_at=request.promised_at,
    )


def _answers(draft: Draft) -> dict[str, Any]:
    """What was answered so far and can be kept; nothing more is asked of who joins a problem."""
    if not draft.service:
        return {}
    spec = catalog().service(draft.service).spec
    try:
        return catalog_rules.check_answers(spec, draft.answers)
    except Faults as error:
        wrong = {name.removeprefix("answers.") for name in error.faults}
        known = {code: given for code, given in draft.answers.items() if spec.question(code)}
        return {code: given for code, given in known.items() if code not in wrong}


def _read(draft: Draft) -> dict[str, Any]:
    """Which warnings were read before this was sent."""
    told: dict[str, Any] = {"no_danger": draft.no_danger} if draft.no_danger else {}
    if draft.service and draft.stop_read:
        stop = catalog_rules.stop_for(catalog().service(draft.service).spec, draft.answers)
        if stop is not None:
            told["stop_read"] = stop.kind.value
    return told


@transaction.atomic
def add_information(request_id: int, *, words: str, by: Actor, at: datetime) -> Event:
    """The reporter adds something; the agency and they themselves can read it.

    Of a request that was merged it is told where the work goes on, and so are notes and photos.
    """
    request = lock_where_it_is(request_id)
    _need_reporter_or(request, "note", by=by)
    said = need_words(words, field="words", sentence=_("Please write what you want to add."))
    theirs = [report.pk for report in queries.reports_of(request) if report.pk in by.reports]
    return finish(
        request,
        Kind.INFORMATION_ADDED,
        by=by,
        at=at,
        data={"report": theirs[0] if theirs else None},
        words=said,
        visibility=Visibility.REPORTER,
    )


@transaction.atomic
def add_note(
    request_id: int,
    *,
    words: str,
    public: bool,
    by: Actor,
    at: datetime,
    said: Mapping[str, str] | None = None,
) -> Event:
    """Staff write for everyone to read, or for staff only; the event names the request."""
    request = lock_where_it_is(request_id)
    require(policies.PERMISSIONS, "note", by=by, agency_id=request.agency_id)
    told = noted(words, public=public, said=said)
    return keep(request, [told], by=by, at=at)[0]


def noted(words: str, *, public: bool, said: Mapping[str, str] | None = None) -> Told:
    """What is told by a note: its words, to everyone or to staff only."""
    return Told(
        kind=Kind.NOTE_ADDED,
        words=need_words(words, field="words", sentence=_("Please write the note.")),
        visibility=Visibility.PUBLIC if public else Visibility.INTERNAL,
        said=said or {},
    )


@transaction.atomic
def add_photo(
    request_id: int,
    *,
    photo: Photo,
    stage: Attachment.Stage,
    by: Actor,
    at: datetime,
    report_id: int | None = None,
) -> Attachment:
    """Keep a photo with the request; the same picture sent twice is kept once.

    Raises ``PhotoGone`` for one that was uploaded too long ago.
    """
    request = lock(request_id) if report_id else lock_where_it_is(request_id)
    _need_reporter_or(request, "note", by=by)
    known = Attachment.objects.filter(
        service_request=request,
        file=photo.file,
        stage=stage,
        report_id=report_id,  # type: ignore[misc]
    ).first()
    if known is not None:
        return known
    claim(photo)
    kept = Attachment.objects.create(
        service_request=request, report_id=report_id, stage=stage, added_at=at, **asdict(photo)
    )
    visibility = Visibility.REPORTER if stage == Attachment.Stage.REPORT else Visibility.INTERNAL
    tell(
        request,
        Kind.PHOTO_ADDED,
        by=by,
        at=at,
        data={"attachment": kept.pk, "stage": stage.value},
        visibility=visibility,
    )
    return kept


def _need_reporter_or(request: ServiceRequest, action: str, *, by: Actor) -> None:
    if queries.may(by, action, request) or queries.is_reporter(by, request):
        return
    raise NotAllowed(_("You do not have permission to do this."))
