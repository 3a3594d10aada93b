"""What another system tells of a request becomes a step of its life here, or at least a note.

Told twice, it happens once; told late, it never turns the state back; told what cannot be, the
words are kept all the same.
"""

import hashlib
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.models import Event
from citycall.core.reaching import Unreached, reach
from citycall.exchange.models import ReceivedUpdate
from citycall.exchange.open311 import following
from citycall.exchange.open311.following import Case, Meaning, meaning_of
from citycall.service_requests import photos, queries
from citycall.service_requests.actions import tell_more
from citycall.service_requests.actions.change import lock
from citycall.service_requests.drafts import LONGEST_WORDS
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import Attachment, ServiceRequest, Status
from citycall.service_requests.photos import BadPhoto, Photo

_LONGEST_ID: Final = 200
_LONGEST_STATUS: Final = 60
# Of one update; whoever waits for the answer to it waits for them.
MOST_PICTURES: Final = 3
_PICTURE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class ToldUpdate:
    """An update as another system told it; ``at`` is by its clock.

    ``outcome`` is a code of one of our outcomes (Open311's ``external_status_code``), where the
    other system knows them.
    """

    update_id: str
    status: str
    at: datetime
    words: str = ""
    media_urls: tuple[str, ...] = ()
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class _Pictures:
    """What was fetched of an update's pictures, and the addresses where none could be had."""

    kept: Sequence[Photo] = ()
    missed: Sequence[str] = ()


def apply_update(
    request_id: int, told: ToldUpdate, *, source: str, by: Actor, at: datetime
) -> ReceivedUpdate:
    """Do what the update asks for, as far as the request's life allows, in one transaction.

    The same ``source`` and ``update_id`` again does nothing and returns what was kept. Who may
    work on the request takes the agency's steps; a key that has reported it may add to it,
    withdraw it and say that it is not fixed, as any reporter may. Raises ``NotFound`` and
    ``NotAllowed``, and nothing for an update that does not fit.
    """
    told = _trimmed(told)
    known = _known(source, told)
    if known is not None:
        return known
    request = ServiceRequest.objects.filter(pk=request_id).first()
    if request is None:
        raise NotFound(_("There is no such request."))
    _reporter(request, by)
    pictures = _fetched(told.media_urls)
    with transaction.atomic():
        return _received(request_id, told, pictures, source=source, by=by, at=at)


def _trimmed(told: ToldUpdate) -> ToldUpdate:
    """The update as it can be stored: nothing that is not text, nothing too long."""
    words = _storable(told.words)
    if len(words) > LONGEST_WORDS:
        words = words[: LONGEST_WORDS - 1] + "…"
    status = following.plain(_storable(told.status))[:_LONGEST_STATUS]
    return replace(told, update_id=stored_id(told.update_id), words=words, status=status)


def stored_id(update_id: str) -> str:
    """An update's id as it is kept: itself, or what stands for one that is too long."""
    kept = _storable(update_id)
    return kept if len(kept) <= _LONGEST_ID else hashlib.sha256(kept.encode()).hexdigest()


def _storable(text: str) -> str:
    """The text without what PostgreSQL does not keep: NUL, and halves of characters."""
    return text.replace("\x00", "").encode(errors="ignore").decode().strip()


def _known(source: str, told: ToldUpdate) -> ReceivedUpdate | None:
    return ReceivedUpdate.objects.filter(source=source, update_id=told.update_id).first()


def _reporter(request: ServiceRequest, by: Actor) -> Actor | None:
    """The actor as one of the request's reporters, where their key reported it; else none.

    Raises ``NotAllowed`` for those who neither reported it nor may work on it.
    """
    reports: frozenset[int] = frozenset()
    if by.kind is ActorKind.KEY:
        own = Event.objects.filter(
            subject_kind=SUBJECT,
            subject_id__in=queries.family_ids(request.pk),
            kind__in=[Kind.SUBMITTED.value, Kind.REPORT_ADDED.value],
            actor_kind=ActorKind.KEY.value,
            actor_id=by.id,
        )
        reports = frozenset(int(event.data["report"]) for event in own)
    if reports:
        return Actor(kind=ActorKind.RESIDENT, name=by.name, reports=reports)
    if not queries.may(by, "note", request):
        raise NotAllowed(_("You do not have permission to do this."))
    return None


def _fetched(urls: Collection[str]) -> _Pictures:
    kept: list[Photo] = []
    missed: list[str] = []
    for url in list(urls)[:MOST_PICTURES]:
        try:
            reply = reach("GET", url, seconds=_PICTURE_SECONDS, most_bytes=photos.MOST_BYTES)
            if reply.status != 200:
                raise Unreached(f"answer {reply.status}", sent=True)
            kept.append(photos.keep(io.BytesIO(reply.body)))
        except (Unreached, BadPhoto):
            missed.append(url)
    return _Pictures(kept, missed)


def _received(
    request_id: int,
    told: ToldUpdate,
    pictures: _Pictures,
    *,
    source: str,
    by: Actor,
    at: datetime,
) -> ReceivedUpdate:
    request = lock(request_id)
    earlier = ReceivedUpdate.objects.filter(source=source, service_request=request)
    last = earlier.order_by("-told_at", "-id").first()
    # The same update taken in at this moment, for this request or another one, is waited for.
    row, new = ReceivedUpdate.objects.get_or_create(
        source=source,
        update_id=told.update_id,
        defaults={
            "service_request": request,
            "status": told.status,
            "told_at": told.at,
            "received_at": at,
        },
    )
    if not new:
        return row
    merged = request.status == Status.MERGED
    if merged:
        request = lock(queries.root_id(request.pk))
    case = Case(
        request_id=request.pk,
        by=by,
        reporter=_reporter(request, by),
        works=queries.may(by, "note", request),
        status=told.status,
        words=told.words,
        outcome=told.outcome,
        had_ended=last is not None and following.is_end(last.status),
        at=at,
    )
    # What is told of a merged request, or too late, is said and nothing more.
    late = last is not None and last.told_at > told.at
    before = _latest_event(request)
    _keep_pictures(case, pictures)
    following.follow(case, Meaning.UNKNOWN if merged or late else meaning_of(told.status))
    after = _latest_event(request)
    if after != before:
        row.event_id = after
        row.save(update_fields=["event"])
    return row


def _latest_event(request: ServiceRequest) -> int | None:
    events = Event.objects.filter(subject_kind=SUBJECT, subject_id=request.pk)
    return events.order_by("-id").values_list("id", flat=True).first()


def _keep_pictures(case: Case, pictures: _Pictures) -> None:
    by, report_id, stage = case.by, None, Attachment.Stage.BEFORE
    if case.reporter is not None and not case.works:
        by, report_id, stage = case.reporter, min(case.reporter.reports), Attachment.Stage.REPORT
    elif following.is_done(case.status):
        stage = Attachment.Stage.AFTER
    for photo in pictures.kept:
        tell_more.add_photo(
            case.request_id, photo=photo, stage=stage, by=by, at=case.at, report_id=report_id
        )
    if pictures.missed:
        told = _("Pictures that could not be fetched: %(urls)s")
        following.tell_staff(case, told % {"urls": " ".join(pictures.missed)})
