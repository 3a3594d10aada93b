"""One step for many requests at once: the rules of the single steps, kept in few statements.

Each request is decided upon by itself, by the same functions that the single actions call. Those
that the step is not for are left as they are, with the reason; the others are saved together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.contacts.in_words import hide, hide_of
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, NotFound
from citycall.core.permissions import require
from citycall.notifications.texts import has_fields
from citycall.service_requests import policies
from citycall.service_requests.actions import close, merge, tag, tell_more, work
from citycall.service_requests.actions.change import Hide, Told, allow, reached_at
from citycall.service_requests.actions.many_kept import Tellings, lock_all, restore, state, write
from citycall.service_requests.actions.merge import CannotMerge
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.rules import Step
from citycall.service_requests.standard_texts import Filler
from citycall.service_requests.tags import several


class ManyStep(StrEnum):
    """What can be done to many requests at once."""

    ASSIGN = "assign"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    COMPLETE = "complete"
    MERGE = "merge"
    NOTE = "note"
    MESSAGE = "message"
    TAG = "tag"


class AlreadySo(Conflict):
    """The step would change nothing of the request."""

    code = "already_so"


# What the people who reported are written to about.
WRITES_TO_RESIDENTS: Final = frozenset(
    {ManyStep.HOLD, ManyStep.RESUME, ManyStep.COMPLETE, ManyStep.MERGE, ManyStep.MESSAGE}
)

Decide = Callable[[ServiceRequest], Sequence[Told]]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of one request: what is needed to take it back, or why it stayed as it was."""

    request: ServiceRequest
    before: Mapping[str, Any]
    why: DomainError | None
    told: Sequence[Told] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A step for many requests: ``seen`` is the state of each that it was decided upon."""

    step: ManyStep
    values: Values
    seen: Mapping[int, datetime]


def look(asked: Asked, *, by: Actor, at: datetime) -> list[Tried]:
    """What would become of each request now; nothing is changed."""
    rows = ServiceRequest.objects.filter(pk__in=_needed(asked)).defer("mercator")
    tried, _tellings = _try_each(asked, {row.pk: row for row in rows}, by=by, at=at)
    return tried


def take(
    asked: Asked,
    *,
    by: Actor,
    at: datetime,
    mark: Mapping[str, Any],
    react_at: datetime | None = None,
) -> list[Tried]:
    """Do the step to each request that it is for, and append what happened.

    ``mark`` goes into every event's facts; what follows the events waits until ``react_at``.
    Locks in the order of the ids. Must run inside a transaction.
    """
    rows = lock_all(_needed(asked))
    tried, tellings = _try_each(asked, rows, by=by, at=at)
    write(tellings, by=by, at=at, mark=mark, react_at=react_at)
    return tried


def _needed(asked: Asked) -> set[int]:
    parent = {int(asked.values["parent"])} if asked.step is ManyStep.MERGE else set()
    return set(asked.seen) | parent


def _try_each(
    asked: Asked, rows: Mapping[int, ServiceRequest], *, by: Actor, at: datetime
) -> tuple[list[Tried], Tellings]:
    picked = [rows[pk] for pk in sorted(asked.seen) if pk in rows]
    tellings = Tellings(hide=_hiding(asked.values, picked), unseen=asked.step is ManyStep.TAG)
    tried: list[Tried] = []
    try:
        decide = _PREPARE[asked.step](_Setting(asked.values, picked, rows, tellings, by, at))
    except DomainError as error:
        return [Tried(request=row, before={}, why=error) for row in picked], tellings
    for row in picked:
        before = state(row)
        try:
            _allow(asked, row, by=by)
            told = decide(row)
        except DomainError as error:
            # It may be the one that others are merged into.
            restore(row, before)
            tried.append(Tried(request=row, before={}, why=error))
            continue
        tellings.add(row, told)
        after = state(row)
        changed = {name: value for name, value in before.items() if after[name] != value}
        tried.append(Tried(request=row, before=changed, why=None, told=told))
    return tried, tellings


def _allow(asked: Asked, row: ServiceRequest, *, by: Actor) -> None:
    if asked.step in {ManyStep.NOTE, ManyStep.MESSAGE, ManyStep.TAG}:
        require(policies.PERMISSIONS, "note", by=by, agency_id=row.agency_id)
        if asked.step is not ManyStep.TAG and row.merged_into_id is not None:
            raise CannotMerge(_("This request was merged into another."), field="merged")
        return
    allow(row, step=Step(asked.step.value), by=by, seen=asked.seen[row.pk])


def _hiding(values: Values, rows: Sequence[ServiceRequest]) -> Hide:
    """How contacts are hidden: looked up only where the words hold anything like one, or may."""
    texts = [each for each in values.values() if isinstance(each, str)]
    texts += [*values.get("said", {}).values()]
    if all(hide(text) == text and not has_fields(text) for text in texts):
        return lambda _request, words: words
    reached = reached_at([row.pk for row in rows])
    return lambda request, words: hide_of(words, reached_at=reached.get(request.pk, ()))


@dataclass(frozen=True, slots=True)
class _Setting:
    """What a step has to go by for all of its requests."""

    values: Values
    picked: Sequence[ServiceRequest]
    rows: Mapping[int, ServiceRequest]
    tellings: Tellings
    by: Actor
    at: datetime
    filler: Filler = field(default_factory=Filler)

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "")

    def words(self, name: str, row: ServiceRequest) -> str:
        return self.filler.fill(self.text(name), row, settings.LANGUAGE_CODE)

    def said(self, row: ServiceRequest) -> Mapping[str, str]:
        return self.filler.in_each(self.values.get("said") or {}, row)


def _assign(s: _Setting) -> Decide:
    person = int(s.values["assignee"]) if s.values.get("assignee") else None
    people = work.colleagues_called(person, agencies={row.agency_id for row in s.picked})
    return lambda row: work.assigned(row, person, people=people)


def _start(_s: _Setting) -> Decide:
    return lambda _row: work.started()


def _hold(s: _Setting) -> Decide:
    return lambda row: work.held(
        row, reason=s.text("reason"), words=s.words("words", row), at=s.at, said=s.said(row)
    )


def _resume(s: _Setting) -> Decide:
    return lambda row: work.resumed(row, at=s.at)


def _transfer(s: _Setting) -> Decide:
    return lambda row: work.transferred(
        row, team_code=s.text("team"), reason=s.text("reason"), by=s.by
    )


def _complete(s: _Setting) -> Decide:
    photos = close.finished_photos([row.pk for row in s.picked])
    return lambda row: close.completed(
        row,
        outcome_code=s.text("outcome"),
        explanation=s.words("explanation", row),
        at=s.at,
        photos=photos,
        hide=s.tellings.hide,
        by=s.by,
        said=s.said(row),
    )


def _merge(s: _Setting) -> Decide:
    parent = s.rows.get(int(s.values["parent"]))
    if parent is None:
        raise NotFound(_("There is no such request."), field="parent")
    merge.may_take(parent, by=s.by)
    statuses = {row.pk: str(row.status) for row in s.picked}

    def decide(child: ServiceRequest) -> Sequence[Told]:
        if child.pk == parent.pk:
            raise CannotMerge(_("A request cannot be merged into itself."), field="itself")
        of_child, of_parent = merge.merged(child, parent, status=statuses[child.pk])
        s.tellings.add(parent, [of_parent])
        return [of_child]

    return decide


def _note(s: _Setting) -> Decide:
    told = tell_more.noted(s.text("words"), public=False)
    return lambda _row: [told]


def _message(s: _Setting) -> Decide:
    return lambda row: [tell_more.noted(s.words("words", row), public=True, said=s.said(row))]


def tags_of(values: Values) -> dict[str, list[str]]:
    """Which tags a step puts on and takes off, as the arguments ``add`` and ``remove``."""
    return {name: several(str(values.get(name) or "")) for name in ("add", "remove")}


def _tag(s: _Setting) -> Decide:
    asked = tags_of(s.values)

    def decide(row: ServiceRequest) -> Sequence[Told]:
        told = tag.tagged(row, **asked)
        if told is None:
            raise AlreadySo(_("Its tags are like that already."), field="tags")
        return [told]

    return decide


_PREPARE: Mapping[ManyStep, Callable[[_Setting], Decide]] = {
    ManyStep.ASSIGN: _assign,
    ManyStep.START: _start,
    ManyStep.HOLD: _hold,
    ManyStep.RESUME: _resume,
    ManyStep.TRANSFER: _transfer,
    ManyStep.COMPLETE: _complete,
    ManyStep.MERGE: _merge,
    ManyStep.NOTE: _note,
    ManyStep.MESSAGE: _message,
    ManyStep.TAG: _tag,
}
