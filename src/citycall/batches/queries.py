"""Reading batches: guarded, with what a step would do before it is done."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from citycall.appointments import queries as appointments
from citycall.batches import policies, reasons
from citycall.batches.actions import deciding, running
from citycall.batches.models import Batch, BatchItem, BatchStep, State
from citycall.core import paging
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed, NotFound
from citycall.service_requests import queries as service_requests
from citycall.service_requests.actions import many
from citycall.service_requests.actions.change import data_of, for_everyone, public_words
from citycall.service_requests.models import ServiceRequest

SAMPLE: Final = 12
_SHOWN: Final = ("service", "team", "assignee")


@dataclass(frozen=True, slots=True)
class Left:
    """Requests that are left as they are, for one reason; ``some`` are the first few of them."""

    why: str
    count: int
    some: Sequence[ServiceRequest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The words of a step as they are read of one request; ``said`` is by other languages."""

    request: ServiceRequest
    words: str
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a batch would do now: to how many, to which for example, and to which not and why.

    ``read`` is what the people who reported the first of them would read; ``dates`` is how many
    have a booked date that would be given up.
    """

    will: int
    sample: Sequence[ServiceRequest]
    left: Sequence[Left]
    read: Read | None = None
    dates: int = 0


def get_for(actor: Actor, batch_id: int) -> Batch:
    """The batch, for those who may see it; raises ``NotFound``, ``NotAllowed``."""
    rows = Batch.objects.select_related("made_by", "second", "undone_by")
    batch = rows.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(_("There is no such step for many requests."))
    if not policies.may_see(actor, batch):
        raise NotAllowed(_("You do not have permission to do this."))
    return batch


def preview(batch: Batch, *, maker: Actor, at: datetime) -> Preview:
    """What would become of every request if ``maker`` did it now; nothing is changed."""
    if batch.step == BatchStep.EXPORT:
        ids = readable_ids(maker, batch)
        return Preview(will=len(ids), sample=_rows(ids[:SAMPLE]), left=())
    items = list(batch.items.order_by("request_id"))
    tried = many.look(running.asked(batch, items), by=maker, at=at)
    will = [each.request.pk for each in tried if each.why is None]
    left = ((reasons.code_of(t.why, t.request), t.request.pk) for t in tried if t.why)
    return Preview(
        will=len(will),
        sample=_rows(will[:SAMPLE]),
        left=_grouped(left),
        read=_read(tried, maker=maker) if running.writes(batch) else None,
        dates=appointments.booked_among(will, after=at) if batch.step in deciding.ENDS else 0,
    )


def _read(tried: Sequence[many.Tried], *, maker: Actor) -> Read | None:
    """What is read of the first that is changed, where it comes with words."""
    first = next((each for each in tried if each.why is None), None)
    told = next((told for told in first.told if told.words), None) if first else None
    if first is None or told is None:
        return None
    words = public_words(first.request, told, by=maker) or ""
    said = data_of(first.request, told, first=False, hide=for_everyone).get("said", {})
    return Read(request=first.request, words=words, said=said)


def left_alone(batch: Batch) -> list[Left]:
    """What was not done, or not taken back, with why, the most frequent reason first."""
    undone = batch.state in {State.UNDOING, State.UNDONE}
    state = BatchItem.State.KEPT if undone else BatchItem.State.REFUSED
    rows = batch.items.filter(state=state).order_by("request_id")
    return _grouped(rows.values_list("why", "request_id"))


def _grouped(found: Iterable[tuple[str, int]]) -> list[Left]:
    codes: Counter[str] = Counter()
    first: dict[str, list[int]] = {}
    for code, request_id in found:
        codes[code] += 1
        some = first.setdefault(code, [])
        if len(some) < SAMPLE:
            some.append(request_id)
    rows = {row.pk: row for row in _rows([pk for some in first.values() for pk in some])}
    return [
        Left(
            why=reasons.sentence(code),
            count=count,
            some=[rows[pk] for pk in first[code] if pk in rows],
        )
        for code, count in codes.most_common()
    ]


def changed(batch: Batch) -> list[ServiceRequest]:
    """The first few that were changed, or taken back."""
    undone = batch.state in {State.UNDOING, State.UNDONE}
    state = BatchItem.State.TAKEN_BACK if undone else BatchItem.State.CHANGED
    rows = batch.items.filter(state=state).order_by("request_id")
    return _rows(list(rows.values_list("request_id", flat=True)[:SAMPLE]))


def _rows(ids: Sequence[int]) -> list[ServiceRequest]:
    return list(ServiceRequest.objects.filter(pk__in=ids).select_related(*_SHOWN).order_by("pk"))


def parent_of(batch: Batch) -> ServiceRequest | None:
    """The request that the others are to be merged into, where that was said."""
    parent = batch.values.get("parent")
    return ServiceRequest.objects.filter(pk=int(parent)).first() if parent else None


def mine(actor: Actor, *, older_than: str = "", newer_than: str = "") -> paging.Page[Batch]:
    """One page of what the actor prepared, latest first."""
    rows = Batch.objects.filter(made_by=actor.id).select_related("made_by", "second")
    return paging.page_by_time(
        rows, column="made_at", older_than=older_than, newer_than=newer_than, size=25
    )


def waiting_for(actor: Actor) -> list[Batch]:
    """What the actor can decide upon as the second person, longest waiting first; at most 100."""
    rows = Batch.objects.filter(state=State.WAITING).exclude(made_by=actor.id)
    agencies = actor.agencies_as(policies.PERMISSIONS["decide"].own_agency)
    if agencies is not None:
        rows = rows.filter(agencies__contained_by=list(agencies))
    return list(rows.select_related("made_by").order_by("confirmed_at", "id")[:100])


def rows_of(ids: Sequence[int]) -> list[ServiceRequest]:
    """These requests with the names of what they point to."""
    rows = ServiceRequest.objects.filter(pk__in=ids).defer("mercator")
    return list(rows.select_related(*_SHOWN, "agency", "outcome").order_by("pk"))


def services_of(batch: Batch) -> list[int]:
    """The ids of the services that the batch's requests have."""
    rows = ServiceRequest.objects.filter(batchitem__batch=batch).order_by("service_id")
    return list(rows.values_list("service_id", flat=True).distinct())


def tags_of(batch: Batch, *, limit: int = 50) -> list[str]:
    """The tags that the batch's requests have, the most used first."""
    rows = ServiceRequest.objects.filter(batchitem__batch=batch).exclude(tags=[]).order_by()
    found = Counter(tag for kept in rows.values_list("tags", flat=True) for tag in kept)
    return sorted(found, key=lambda tag: (-found[tag], tag))[:limit]


def readable_ids(actor: Actor, batch: Batch) -> list[int]:
    """The batch's requests that the actor may read now, in the order of their ids."""
    rows = service_requests.readable(actor).filter(batchitem__batch=batch)
    return list(rows.order_by("pk").values_list("pk", flat=True))
