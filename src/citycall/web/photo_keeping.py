"""Photos of a report that is being told: made safe and stored at once, five at most."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import IO

from django.utils.translation import gettext as _

from citycall.core.errors import DomainError
from citycall.places.coordinates import Point
from citycall.service_requests import photo_places, photos
from citycall.web.telling import MOST_PHOTOS, Telling


def keep(told: Telling, uploads: Sequence[IO[bytes]]) -> tuple[dict[str, str], list[Point]]:
    """Add photos to the report; the faults of those that could not be, and where they were taken.

    Where a photo was taken is read before it is made safe, and is no part of what is stored.
    """
    kept = {photo["file"]: photo for photo in told.photos}
    room = MOST_PHOTOS - len(kept)
    faults: dict[str, str] = {}
    taken: list[Point] = []
    if len(uploads) > room:
        faults["photo"] = _("Five photos are the most. The others were left out.")
    for upload in uploads[:room]:
        taken_at = photo_places.taken_at(upload)
        try:
            photo = photos.keep(upload)
        except DomainError as error:
            faults["photo"] = f"{upload.name}: {error.message}"
        else:
            kept[photo.file] = asdict(photo)
            taken += [taken_at] if taken_at else []
    told.photos = list(kept.values())
    return faults, taken
