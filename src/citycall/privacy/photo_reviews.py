"""Photos that may become public: looked through, blurred where needed, published by a person.

A service says by ``publish_photos`` that its reporters' photos may be public. None is before
somebody has looked at it.
"""

import io
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from PIL import Image, ImageFilter

from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import Conflict, DomainError, NotAllowed, NotFound
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.privacy import finding
from citycall.privacy.finding import Box, NotLookedAt
from citycall.privacy.models import PhotoReview
from citycall.privacy.policies import PERMISSIONS
from citycall.service_requests import photos
from citycall.service_requests.actions.change import finish, lock
from citycall.service_requests.events import FOR_EVERYONE, Kind
from citycall.service_requests.models import Attachment, ServiceRequest
from citycall.work_orders.models import OrderPhoto

SIZE: Final = 20
MOST_BOXES: Final = 50
LONGEST_REASON: Final = 1_000
SETTLED_SECONDS: Final = 3_600
KEPT_FOR: Final = timedelta(days=365)
State = PhotoReview.State


class BadBox(DomainError):
    """A rectangle that lies outside the picture, or is none."""

    code = "bad_box"
    status = 422


class NoReason(DomainError):
    """An original is put back by nobody who does not say why."""

    code = "reason_missing"
    status = 422

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, field="reason")


class NotPublic(Conflict):
    """The photo is of a service whose photos are not for everyone."""

    code = "not_public"


def waiting(actor: Actor) -> list[Attachment]:
    """The oldest photos that wait for a person, of the agencies for which the actor decides.

    Raises ``NotAllowed`` for those who decide for none.
    """
    grant = PERMISSIONS["redact"]
    ids = [entry.id for entry in catalog().services if _may_publish(entry.id)]
    rows = Attachment.objects.filter(
        service_request__service_id__in=ids, public=False, review__isnull=True
    )
    if actor.kind is not ActorKind.SYSTEM and not actor.holds_anywhere(grant.everywhere):
        agencies = actor.agencies_as(grant.own_agency)
        if agencies is not None and not agencies:
            raise NotAllowed(_("You do not have permission to do this."))
        rows = rows if agencies is None else rows.filter(service_request__agency_id__in=agencies)
    return list(rows.select_related("service_request__service").order_by("id")[:SIZE])


def get_for(actor: Actor, attachment_id: int) -> Attachment:
    """A photo, for those who may decide about it; raises ``NotFound`` and ``NotAllowed``."""
    row = Attachment.objects.select_related("service_request").filter(pk=attachment_id).first()
    if row is None:
        raise NotFound(_("There is no such photo."))
    require(PERMISSIONS, "redact", by=actor, agency_id=row.service_request.agency_id)
    return row


def found_in(photo: Attachment) -> list[Box] | None:
    """What looks like a face or a plate; none where the photo could not be looked through."""
    try:
        return finding.find(photos.path_of(photo.file))
    except NotLookedAt:
        return None


def review_of(photo: Attachment) -> PhotoReview | None:
    """What was decided about the photo, if anything was."""
    return PhotoReview.objects.filter(attachment=photo).first()


def may_publish(photo: Attachment) -> bool:
    """Whether the photo's service lets photos be public."""
    return _may_publish(photo.service_request.service_id)


class PhotoChanged(Conflict):
    """The picture is another one than the person who decides has looked at."""

    code = "photo_changed"

    def __init__(self) -> None:
        super().__init__(
            _("This photo was changed meanwhile. Please look at it as it is now, and decide anew.")
        )


@transaction.atomic
def decide(
    attachment_id: int,
    *,
    boxes: Sequence[Box],
    publish: bool,
    keep: bool,
    by: Actor,
    at: datetime,
    looked_at: str | None = None,
) -> PhotoReview:
    """Blur these parts of a photo for everyone, and let it be public or not.

    With ``keep`` the original can be put back for a year; otherwise it is destroyed. Other
    systems are told where it changes what everyone sees. ``looked_at`` is the stored file that
    was looked at. Raises ``NotAllowed``, ``NotFound``, ``BadBox``, ``NotPublic`` and
    ``PhotoChanged``.
    """
    request, photo = _hold(by, attachment_id)
    if looked_at is not None and photo.file != looked_at:
        raise PhotoChanged
    seen = (photo.public, photo.file)
    if publish and not may_publish(photo):
        raise NotPublic(_("Photos of this service are not public."))
    _check(photo, boxes)
    review, _made = PhotoReview.objects.get_or_create(
        attachment=photo, defaults={"at": at, "state": State.PRIVATE}
    )
    if boxes:
        _blur(photo, review, boxes, keep=keep)
    photo.public = publish
    photo.save()
    review.state = State.PUBLISHED if publish else State.PRIVATE
    review.by_id, review.by_name, review.at = by.id, by.name, at
    review.save()
    finish(
        request,
        Kind.REDACTED,
        by=by,
        at=at,
        data={
            "photo": photo.pk,
            "parts": len(boxes),
            "public": publish,
            FOR_EVERYONE: (photo.public, photo.file) != seen and (photo.public or seen[0]),
        },
        visibility=Visibility.INTERNAL,
    )
    return review


@transaction.atomic
def undo(attachment_id: int, *, reason: str, by: Actor, at: datetime) -> Attachment:
    """Put the kept original back, and say why; the photo is no longer public.

    Whoever saw the blurred one sees none until somebody decides anew. Raises ``NotAllowed``,
    ``NotFound`` and ``NoReason``.
    """
    request, photo = _hold(by, attachment_id)
    review = PhotoReview.objects.select_for_update().filter(attachment=photo).first()
    if review is None or not review.original or not _original(review.original).exists():
        raise NotFound(_("The original of this photo was not kept."))
    why = reason.strip()
    if not why or len(why) > LONGEST_REASON:
        raise NoReason(_("Please write in some words why the original is put back."))
    kept = photos.keep(io.BytesIO(_original(review.original).read_bytes()))
    was_public, photo.public = photo.public, False
    others = _others(photo)
    PhotoReview.objects.filter(attachment__in=others).update(state=State.PRIVATE)
    others.update(public=False)
    _put(photo, kept)
    photo.save()
    _destroy(review.original)
    review.delete()
    finish(
        request,
        Kind.REDACTED,
        by=by,
        at=at,
        data={"photo": photo.pk, "undone": True, FOR_EVERYONE: was_public},
        words=why,
        visibility=Visibility.INTERNAL,
    )
    return photo


def forget(*, before: datetime) -> int:
    """Destroy the originals that were kept so long, or whose photo was erased; how many."""
    PhotoReview.objects.filter(at__lt=before).update(original="")
    used = set(PhotoReview.objects.exclude(original="").values_list("original", flat=True))
    # What was laid by just now may be of a decision that is not there yet for others to see.
    settled = time.time() - SETTLED_SECONDS
    gone = [
        path
        for path in _folder().glob("*")
        if path.name not in used and path.stat().st_mtime < settled
    ]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _may_publish(service_id: int) -> bool:
    spec = catalog().service_by_id(service_id).spec
    return spec.publish_photos and spec.privacy is Privacy.PUBLIC


def _check(photo: Attachment, boxes: Sequence[Box]) -> None:
    if len(boxes) > MOST_BOXES:
        raise BadBox(_("These are too many parts for one photo."), field="boxes")
    for box in boxes:
        inside = 0 <= box.left < photo.width and 0 <= box.top < photo.height
        if not inside or box.width < 1 or box.height < 1:
            raise BadBox(_("This part lies outside the photo."), field="left")


def _blur(photo: Attachment, review: PhotoReview, boxes: Sequence[Box], *, keep: bool) -> None:
    source = photos.path_of(photo.file)
    stored = photos.keep(io.BytesIO(blurred(source.read_bytes(), boxes)))
    if keep and not review.parts:
        review.original = _lay_by(photo, source.read_bytes())
    elif not keep:
        held = PhotoReview.objects.filter(attachment__file=photo.file).exclude(original="")
        for each in held:
            _destroy(each.original)
        held.update(original="")
        review.original = ""
    _put(photo, stored)
    parts = [[box.left, box.top, box.width, box.height, box.what] for box in boxes]
    review.parts = [*review.parts, *parts]


def _lay_by(photo: Attachment, picture: bytes) -> str:
    """Store the original where no page reads, for the city's own system user alone; its name."""
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{photo.pk}-{photo.file}"
    handle, temporary = tempfile.mkstemp(dir=_folder())
    with os.fdopen(handle, "wb") as file:
        file.write(picture)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(_original(name))
    return name


def _destroy(name: str) -> None:
    """Only once nothing can be turned back any more: else the one copy would be lost."""
    transaction.on_commit(lambda: _original(name).unlink(missing_ok=True))


def blurred(picture: bytes, boxes: Sequence[Box]) -> bytes:
    """The JPEG with these parts made of few large blocks, smoothed: nothing comes back of them."""
    with Image.open(io.BytesIO(picture), formats=("JPEG",)) as opened:
        image = opened.convert("RGB")
    for box in boxes:
        area = (
            box.left,
            box.top,
            min(image.width, box.left + box.width),
            min(image.height, box.top + box.height),
        )
        part = image.crop(area)
        few = part.resize((min(4, part.width), min(4, part.height)), Image.Resampling.BOX)
        coarse = few.resize(part.size, Image.Resampling.NEAREST)
        image.paste(coarse.filter(ImageFilter.GaussianBlur(4)), area)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def _hold(by: Actor, attachment_id: int) -> tuple[ServiceRequest, Attachment]:
    """The photo with its request, which nobody else changes until the transaction ends."""
    photo = get_for(by, attachment_id)
    request = lock(photo.service_request_id)
    same = Attachment.objects.select_for_update().filter(file=photo.file).order_by("pk")
    same.in_bulk()
    return request, get_for(by, attachment_id)


def _others(photo: Attachment) -> QuerySet[Attachment]:
    """The same picture with other requests: a crew's photo is with all that its order is about."""
    return Attachment.objects.filter(file=photo.file).exclude(pk=photo.pk)


def _put(photo: Attachment, stored: photos.Photo) -> None:
    """Put another picture in the place of this one, wherever it is kept, and let this one go."""
    photos.release(photo.file, photo.thumbnail)
    values = asdict(stored)
    _others(photo).update(**values)
    looks = values.pop("looks")
    OrderPhoto.objects.filter(file=photo.file).update(**values)
    for name, value in {**values, "looks": looks}.items():
        setattr(photo, name, value)


def _folder() -> Path:
    return Path(settings.UPLOADS) / "originals"


def _original(name: str) -> Path:
    return _folder() / name
