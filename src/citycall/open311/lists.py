"""Requests as they are read: a list of them, or one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from citycall.core.errors import NotFound
from citycall.open311.addresses import with_changes
from citycall.open311.asking import Circle, Wanted, ids_of, wanted
from citycall.open311.calls import Answer, Call, Unchanged
from citycall.open311.happenings import sentence, told_status
from citycall.open311.naming import public_id, request_named
from citycall.open311.telling import extended, told
from citycall.open311.vocabulary import Vocabulary, vocabulary
from citycall.places.coordinates import distance_m
from citycall.service_requests import published, published_tags
from citycall.service_requests.published import MOST, Asked, Published
from citycall.service_requests.published_notes import Note, notes_of

# Beyond this many, how many there are is not counted, and so not told.
_COUNTED: Final = 10_000


class UnknownRequest(NotFound):
    """There is no request of this id here that everyone may read."""

    code = "unknown_request"


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows of a page; ``total`` of all pages where it came with them; whether more follow."""

    rows: Sequence[Published]
    total: int | None
    more: bool


def requests(call: Call) -> Answer | Unchanged:
    """The requests that are asked for: by ids, or by everything else that the standard knows."""
    words = vocabulary()
    ids = ids_of(call)
    if ids is not None:
        rows = _ours(call, words, published.some(list(filter(None, map(public_id, ids)))))
        return _answer(call, words, rows, more=call.parameters.says("extensions"))
    asks = wanted(call, words.catalog)
    # What lies in a box is quickly found and slowly counted, so its rows themselves are read.
    if call.asks_whether_changed and asks.asked is not None and asks.asked.box is None:
        tag = _tag(words, published_tags.mark(asks.asked), more=asks.more)
        if call.has(tag):
            return Unchanged(tag)
    found = _find(asks)
    headers = _page_headers(call, asks, found)
    return _answer(call, words, found.rows, more=asks.more, headers=headers)


def one(call: Call, asked: str) -> Answer | Unchanged:
    """One request, by its id or by a confirmation number.

    Raises ``UnknownRequest``, and ``TooManyMisses``.
    """
    words = vocabulary()
    request_id = request_named(call, asked)
    row = None if request_id is None else published.one(request_id)
    if row is None or not _ours(call, words, [row]):
        raise UnknownRequest(_("service_request_id was not found."))
    return _answer(call, words, [row], more=call.parameters.says("extensions"))


def _answer(
    call: Call,
    words: Vocabulary,
    rows: Sequence[Published],
    *,
    more: bool,
    headers: dict[str, str] | None = None,
) -> Answer | Unchanged:
    tag = tag_of(words, rows, more=more)
    if call.has(tag):
        return Unchanged(tag)
    shown = [told(row, words) for row in rows]
    if more:
        _extend(shown, rows, words)
    return Answer("service_requests", "request", shown, headers={**(headers or {}), "ETag": tag})


def tag_of(words: Vocabulary, rows: Sequence[Published], *, more: bool = False) -> str:
    """The entity tag of an answer that tells of these rows, with or without extensions."""
    return _tag(words, published_tags.mark_of(rows), more=more)


def _tag(words: Vocabulary, mark: str, *, more: bool) -> str:
    """Weak, for it tells of what is said and not of the bytes."""
    return f'W/"{words.digest}-{mark}-{int(more)}"'


def _extend(shown: list[dict[str, Any]], rows: Sequence[Published], words: Vocabulary) -> None:
    notes = notes_of([row.id for row in rows])
    for line, row in zip(shown, rows, strict=True):
        line["extended_attributes"] = extended(row, words)
        line["notes"] = [_note(note) for note in notes.get(row.id, ())]


def _note(note: Note) -> dict[str, Any]:
    return {
        "datetime": note.at,
        "type": note.kind,
        "status": told_status(note.kind, standing=note.status),
        "summary": sentence(note.kind),
        "description": note.words or None,
    }


def _ours(call: Call, words: Vocabulary, rows: Sequence[Published]) -> Sequence[Published]:
    """Those of the jurisdiction's agencies."""
    agencies = call.jurisdiction.agency_ids(words.catalog)
    return rows if agencies is None else [row for row in rows if row.agency_id in agencies]


def _find(asks: Wanted) -> _Found:
    asked = asks.asked
    if asked is None:
        return _Found((), 0, more=False)
    if asks.circle is not None:
        return _find_in(asks.circle, asked)
    rows = published.listed(asked)
    full = len(rows) == asked.limit
    total = asked.offset + len(rows) if rows and not full else None
    return _Found(rows, total, more=full)


def _find_in(circle: Circle, asked: Asked) -> _Found:
    """The page of those in the circle: its box is read in pieces until the page is full."""
    inside: list[Published] = []
    piece = replace(asked, offset=0, limit=MOST)
    until = asked.offset + asked.limit
    while True:
        rows = published.listed(piece)
        inside += [row for row in rows if _is_in(circle, row)]
        exhausted = len(rows) < MOST
        if exhausted or len(inside) > until:
            break
        piece = replace(piece, older_than=published.cursor_of(rows[-1], piece))
    total = len(inside) if exhausted else None
    return _Found(inside[asked.offset : until], total, more=len(inside) > until)


def _is_in(circle: Circle, row: Published) -> bool:
    if row.longitude is None or row.latitude is None:
        return False
    return distance_m(circle.centre, (row.longitude, row.latitude)) <= circle.radius_m


def _page_headers(call: Call, asks: Wanted, found: _Found) -> dict[str, str]:
    """How many there are, where this page stands among them, and where the next one is."""
    headers: dict[str, str] = {}
    asked, page = asks.asked, asks.page
    if page is not None:
        total = found.total
        if total is None and asked is not None:
            counted = published.count(asked, most=_COUNTED)
            total = counted if counted < _COUNTED else None
        if total is not None:
            headers["total"] = str(total)
        headers["page"] = str(page)
        headers["page_size"] = str(asked.limit if asked else len(found.rows))
    if found.more and asked is not None:
        turned = {"page": page + 1} if page else {"offset": asked.offset + asked.limit}
        headers["Link"] = f'<{with_changes(call, turned)}>; rel="next"'
    return headers
