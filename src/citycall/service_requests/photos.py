"""Uploads are hostile until re-encoded: type sniffed, sizes bounded, metadata left behind."""

import hashlib
import io
import os
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pillow_heif
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from citycall.core.errors import DomainError
from citycall.service_requests.photo_looks import looks_of

MOST_BYTES = 15_000_000
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2048
THUMBNAIL_SIDE = 480
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF")

pillow_heif.register_heif_opener()


class BadPhoto(DomainError):
    """The upload is not a picture that can be kept."""

    code = "bad_photo"


class PhotoGone(DomainError):
    """The picture was uploaded, not sent within a day, and so removed."""

    code = "photo_gone"

    def __init__(self) -> None:
        super().__init__(
            _("This photo was not sent for a day, so we removed it. Please choose it again."),
            field="photo",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A stored picture: names below the uploads folder, pixels and bytes of the large one.

    ``looks`` are its bits (``photo_looks``); none where an earlier version has stored it.
    """

    file: str
    thumbnail: str
    width: int
    height: int
    size: int
    looks: int | None = None


def keep(upload: IO[bytes]) -> Photo:
    """Re-encode an uploaded picture as JPEG without metadata and store it by its content.

    Raises ``BadPhoto`` with what to do instead for anything too large, damaged or not a picture.
    """
    raw = upload.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise BadPhoto(
            _("This photo is larger than 15 MB. Please choose a smaller one."), field="photo"
        )
    picture = _open(raw)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    large = _encode(picture)
    width, height = picture.size
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    small = _encode(picture)
    name = hashlib.sha256(large).hexdigest()[:40]
    return Photo(
        file=_store(f"{name}.jpg", large),
        thumbnail=_store(f"{name}-small.jpg", small),
        width=width,
        height=height,
        size=len(large),
        looks=looks_of(picture),
    )


def claim(photo: Photo) -> None:
    """Say that a stored picture is taken into use now; raises ``PhotoGone`` if it was removed."""
    for name in (photo.file, photo.thumbnail):
        _mark(name)
        if not path_of(name).exists():
            raise PhotoGone


def release(*names: str) -> None:
    """Let stored pictures go: the next tidying removes those that no report has then."""
    for name in names:
        _mark(name)


def path_of(name: str) -> Path:
    """Where a stored picture lies."""
    return Path(settings.UPLOADS) / name[:2] / name


def mark_of(name: str) -> Path:
    """The empty file whose age says when a picture was last uploaded or claimed.

    What is marked may be in no report yet; ``unsent_photos`` looks after it.
    """
    return Path(settings.UPLOADS) / "unsent" / name


def _mark(name: str) -> None:
    mark = mark_of(name)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _open(raw: bytes) -> Image.Image:
    not_a_photo = BadPhoto(
        _("This file is not a photo we can read. Please send a JPEG, PNG, WebP or HEIC picture."),
        field="photo",
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(raw), formats=FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise BadPhoto(
                    _("This photo has too many pixels. Please choose a smaller one."),
                    field="photo",
                )
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            return _on_white(upright)
    except BadPhoto:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        MemoryError,
        RuntimeError,
    ):
        raise not_a_photo from None


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGBA", "LA", "P"}:
        ground = Image.new("RGBA", picture.size, "white")
        ground.alpha_composite(picture.convert("RGBA"))
        picture = ground
    return picture.convert("RGB")


def _encode(picture: Image.Image) -> bytes:
    # A new picture of the bare pixels, so that nothing of the original's metadata can follow.
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _store(name: str, data: bytes) -> str:
    target = path_of(name)
    # Marked before it is looked for: so it is not removed between here and there.
    _mark(name)
    if target.exists():
        return name
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(target)
    return name
