"""Photos that were kept before photos were compared get their bits."""

from typing import Final

from citycall.service_requests.models import Attachment
from citycall.service_requests.photo_looks import looks_of_file
from citycall.service_requests.photos import path_of

# A thumbnail takes some three milliseconds: an hour's share is done within a minute.
MOST: Final = 20_000
_AT_ONCE: Final = 500


def fill(*, most: int = MOST) -> int:
    """Give their bits to at most so many photos without; returns to how many.

    Oldest first. Safe to run twice, and beside whoever adds photos.
    """
    filled = 0
    while filled < most:
        rows = _without(min(_AT_ONCE, most - filled))
        if not rows:
            break
        for row_id, thumbnail in rows:
            looks = looks_of_file(path_of(thumbnail))
            Attachment.objects.filter(pk=row_id, looks__isnull=True).update(looks=looks)
        filled += len(rows)
    return filled


def _without(most: int) -> list[tuple[int, str]]:
    rows = Attachment.objects.filter(looks__isnull=True).order_by("id")
    return list(rows.values_list("pk", "thumbnail")[:most])
