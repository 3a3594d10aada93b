"""Photos that were uploaded for a report and never sent with one: not ours to keep.

Each picture has a mark from its upload on. After a day the mark is taken away, and the picture
with it unless a request has it. So only the uploads of the last day are ever looked at.
"""

import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.db.models import Q

from citycall.service_requests.models import Attachment
from citycall.service_requests.photos import mark_of, path_of

# Longer than a session lives without a visit: a draft that old is not coming back.
KEPT_FOR = timedelta(days=1)
AT_ONCE = 10_000
# Rooms above keep pictures too: each says which of some names it has.
KEPT_BY: list[Callable[[Collection[str]], set[str]]] = []


def remove(*, at: datetime) -> int:
    """Remove pictures uploaded more than a day before ``at`` that no request has.

    Returns the number of files. Safe to run twice, and while others upload and send.
    """
    before = (at - KEPT_FOR).timestamp()
    old = (mark for mark in _marks() if _is_old(mark, before))
    removed = 0
    while marks := list(islice(old, AT_ONCE)):
        used = _used([mark.name for mark in marks])
        for mark in marks:
            if mark.name not in used:
                removed += _remove(path_of(mark.name), mark, before)
            elif _is_old(mark, before):
                mark.unlink(missing_ok=True)
    return removed


def _marks() -> Iterator[Path]:
    return mark_of("any").parent.glob("*.jpg")


def _is_old(mark: Path, before: float) -> bool:
    with suppress(FileNotFoundError):
        return mark.stat().st_mtime < before
    return False


def _used(names: Collection[str]) -> set[str]:
    rows = Attachment.objects.filter(Q(file__in=names) | Q(thumbnail__in=names))
    used = {name for pair in rows.values_list("file", "thumbnail") for name in pair}
    return used.union(*(kept(names) for kept in KEPT_BY))


def _remove(picture: Path, mark: Path, before: float) -> bool:
    """Remove the picture, unless it was uploaded again or claimed meanwhile.

    Who does that renews the mark first and then looks for the picture: either the new mark is
    seen here, or the picture, moved aside, is not seen there and is stored anew.
    """
    aside = picture.with_name(f".{secrets.token_hex(8)}.removed")
    with suppress(FileNotFoundError):
        picture.rename(aside)
        if not _is_old(mark, before):
            aside.rename(picture)
            return False
        aside.unlink()
        mark.unlink(missing_ok=True)
        return True
    mark.unlink(missing_ok=True)
    return False
