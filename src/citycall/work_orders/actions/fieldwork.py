"""What a crew does at a place: begun, photographed, done, not found; each told once.

A crew may tell hours later, when its phone is in reach again. What they did is kept whatever has
become of the order and its requests meanwhile: what is still possible is done, the rest becomes a
note or a photo with the request (or the one it was merged into), and both sides are told.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import DomainError, Faults
from citycall.service_requests.drafts import LONGEST_WORDS
from citycall.service_requests.photos import Photo
from citycall.work_orders import events, rules
from citycall.work_orders.actions import telling
from citycall.work_orders.actions.change import begin
from citycall.work_orders.actions.telling import About, Trouble
from citycall.work_orders.models import Ending, OrderPhoto, Step, WorkOrder

Kind = Step.Kind
LONGEST_KEY: Final = 64
# Nothing that a crew tells is older; a phone whose clock is further off is not believed.
OLDEST: Final = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One step as a crew tells it: ``at`` by their clock, ``key`` made once on their device.

    ``seen`` are the teams by request of the order as they saw it last; none where they see it as
    it is now.
    """

    key: str
    order_id: int
    kind: Kind
    at: datetime
    words: str = ""
    finished: rules.Finished = field(default_factory=rules.Finished)
    photo: Photo | None = None
    seen: Mapping[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A step that is kept; ``again`` where it was kept before. ``troubles``: see ``Step``."""

    step: Step
    again: bool

    @property
    def troubles(self) -> list[dict[str, str]]:
        """What could not be done as it was meant."""
        return list(self.step.troubles)


@dataclass(kw_only=True)
class _Visit:
    """A step on its way: what was told of which order, and what stood in its way so far."""

    order: WorkOrder
    told: Told
    by: Actor
    at: datetime
    step: Step
    about: list[About]
    troubles: list[Trouble]

    @property
    def blocked(self) -> Trouble | None:
        return telling.is_blocked(self.troubles)

    def each(self, do: Callable[[int], None], *, otherwise: str) -> None:
        """Do it for every request that is as the crew saw it; with the others leave these words."""
        for about in self.about:
            trouble = self.blocked
            if trouble is None:
                trouble = about.moved_on or self._tried(do, about)
                self.troubles += [trouble] if trouble else []
            if trouble is not None:
                telling.leave_note(
                    about.request,
                    otherwise,
                    trouble,
                    by=self.by,
                    at=self.at,
                    done_at=self.step.at,
                )

    def _tried(self, do: Callable[[int], None], about: About) -> Trouble | None:
        try:
            with transaction.atomic():
                do(about.request.pk)
        except DomainError as error:
            return Trouble(error.code, about.number, error.message)
        return None

    def tell_of_order(self, kind: events.Kind) -> None:
        """What came of the order itself, at the crew's own time."""
        events.tell(self.order, kind, by=self.by, at=self.at, done_at=self.step.at.isoformat())

    def come(self) -> None:
        """The crew is there, if that was not told before."""
        if self.order.started_at is None:
            self.order.started_at = self.step.at
            self.tell_of_order(events.Kind.STARTED)
            telling.tell_visit(self.order, self.about, by=self.by, at=self.at)


@transaction.atomic
def take(told: Told, *, by: Actor, at: datetime) -> Taken:
    """Keep what a crew tells and do what is possible of it; the same key again changes nothing.

    Raises ``NotFound`` and ``NotAllowed``, and ``Faults`` for a finish that lacks something: then
    nothing is kept, and they say it again with what was missing.
    """
    order = begin(told.order_id, "work", by=by)
    known = Step.objects.filter(key=told.key[:LONGEST_KEY]).first()
    if known is not None:
        return Taken(step=known, again=True)
    step = Step(
        key=told.key[:LONGEST_KEY],
        order=order,
        kind=told.kind,
        by_id=by.id if by.kind is ActorKind.STAFF else None,
        at=min(max(told.at, at - OLDEST), at),
        received_at=at,
        words=told.words.strip()[:LONGEST_WORDS],
    )
    visit = _Visit(
        order=order,
        told=told,
        by=by,
        at=at,
        step=step,
        about=telling.about(order, seen=told.seen),
        troubles=telling.troubles_of_plan(order, by=by, kind=told.kind),
    )
    _DO[told.kind](visit)
    step.troubles = [asdict(trouble) for trouble in visit.troubles]
    step.save()
    if told.photo is not None and told.kind in telling.STAGES:
        _keep_photo(step, told.photo)
    order.changed_at = at
    order.save()
    return Taken(step=step, again=False)


def _keep_photo(step: Step, photo: Photo) -> None:
    OrderPhoto.objects.create(
        step=step,
        order=step.order,
        file=photo.file,
        thumbnail=photo.thumbnail,
        width=photo.width,
        height=photo.height,
        size=photo.size,
    )


def _start(visit: _Visit) -> None:
    if visit.blocked is None and visit.order.started_at is None:
        visit.come()
    visit.each(lambda request_id: telling.start(request_id, by=visit.by, at=visit.at), otherwise="")


def _photo(visit: _Visit) -> None:
    photo = visit.told.photo
    if photo is None:
        raise Faults({"photo": telling.no_photo()})
    stage = telling.STAGES[visit.told.kind]
    for about in visit.about:
        telling.keep_photo(about.request, photo, stage=stage, by=visit.by, at=visit.at)
        if about.moved_on is not None:
            visit.troubles.append(about.moved_on)


def _finish(visit: _Visit) -> None:
    order = visit.order
    finished = rules.check_finished(
        visit.told.finished,
        checklist=order.checklist,
        signature_needed=order.signature_needed,
        has_requests=bool(visit.about),
    )
    visit.step.words = finished.explanation
    if visit.blocked is None:
        visit.come()
        order.ended_at, order.ending = visit.step.at, Ending.DONE
        order.outcome, order.explanation = finished.outcome, finished.explanation
        order.answers, order.used = dict(finished.answers), [*finished.used]
        order.signature = None if finished.signature is None else dict(finished.signature)
        visit.tell_of_order(events.Kind.DONE)
    visit.each(
        lambda request_id: telling.complete(request_id, finished, by=visit.by, at=visit.at),
        otherwise=telling.finished_in_words(finished),
    )


def _not_found(visit: _Visit) -> None:
    order, words = visit.order, visit.step.words
    if not words:
        raise Faults({"words": telling.no_words()})
    if visit.blocked is None:
        visit.come()
        order.ended_at, order.ending, order.explanation = visit.step.at, Ending.NOT_FOUND, words
        visit.tell_of_order(events.Kind.NOT_FOUND)
    visit.each(
        lambda request_id: telling.tell_not_found(request_id, words, by=visit.by, at=visit.at),
        otherwise=telling.with_words(telling.NOTES[Kind.NOT_FOUND], words),
    )


def _call(visit: _Visit) -> None:
    words = visit.step.words
    if not words:
        raise Faults({"words": telling.no_words()})
    visit.each(
        lambda request_id: telling.ask_to_call(request_id, words, by=visit.by, at=visit.at),
        otherwise=telling.with_words(telling.NOTES[Kind.CALL], words),
    )


_DO: Final[Mapping[Kind, Callable[[_Visit], None]]] = {
    Kind.START: _start,
    Kind.BEFORE: _photo,
    Kind.AFTER: _photo,
    Kind.FINISH: _finish,
    Kind.NOT_FOUND: _not_found,
    Kind.CALL: _call,
}


@transaction.atomic
def look_at(order_id: int, *, by: Actor, at: datetime) -> int:
    """A dispatcher has seen what crews could not do as they meant it; how many steps it was."""
    order = begin(order_id, "plan", by=by)
    rows = Step.objects.filter(order=order, looked_at__isnull=True).exclude(troubles=[])
    return rows.update(looked_at=at)
