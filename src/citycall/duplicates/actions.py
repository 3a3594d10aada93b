"""Finding pairs, and deciding about them: every decision can be taken back."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.duplicates import queries
from citycall.duplicates.looking_up import RARITY, lookalikes
from citycall.duplicates.models import Pair, PairState, Scan, Vocabulary
from citycall.duplicates.rarity import Rarity
from citycall.duplicates.score import shipped
from citycall.duplicates.texts import read
from citycall.service_requests.actions import merge as merging
from citycall.service_requests.models import OPEN_STATUSES, Report, ServiceRequest, Status

# So many candidates of one request are worth a decision.
_MOST_PAIRS: Final = 2
_FAR_LESS: Final = 2.0
_LOOKED_AT: Final = 12
# So many requests are looked through at a time: a night's work ends before morning.
MOST_SCANNED: Final = 50_000
# Of so many of the latest reports, the words are counted.
_MOST_READ: Final = 50_000
_BATCH: Final = 500
# A transaction that began before may be seen only so much later.
UNSETTLED: Final = timedelta(minutes=5)
# So long undecided pairs of which one is over are kept, should it be opened again.
KEPT_FOR: Final = timedelta(days=30)
_OPEN: Final = {status.value for status in OPEN_STATUSES}


class AlreadyDecided(Conflict):
    """Somebody else was quicker."""

    code = "already_decided"


def find_for(request_id: int, *, at: datetime) -> int:
    """Keep the pairs of one request that are worth a decision; returns how many are new.

    Likely ones only, with open requests only; what was decided stays so. Safe to run twice.
    """
    request = ServiceRequest.objects.get(pk=request_id)
    case = queries.case_of(request)
    if case is None or request.status not in _OPEN:
        return 0
    found = lookalikes(case, limit=_LOOKED_AT)
    # Who repeats what several have told before is like each of those, and so likeliest like none.
    if sum(each.probability for each in found) < shipped().threshold:
        return 0
    ids = [each.request_id for each in found]
    still_open = set(
        ServiceRequest.objects.filter(pk__in=ids, status__in=_OPEN).values_list("pk", flat=True)
    )
    new = 0
    likeliest = [each for each in found if each.request_id in still_open][:_MOST_PAIRS]
    for each in likeliest:
        if each.probability < likeliest[0].probability / _FAR_LESS:
            break
        facts = {"probability": each.probability, "reasons": list(each.reasons)}
        pair, made = Pair.objects.get_or_create(
            newer_id=request_id, older_id=each.request_id, defaults={**facts, "found_at": at}
        )
        new += made
        if not made and pair.state == PairState.OPEN:
            Pair.objects.filter(pk=pair.pk, state=PairState.OPEN).update(**facts)
    return new


def scan(*, at: datetime, most: int = MOST_SCANNED, since: datetime | None = None) -> int:
    """Look through what was changed since the last time; returns how many pairs are new.

    The first time, all that is open is looked through, or what was changed after ``since``. Where
    there is more than ``most``, the next run goes on from there. What was changed in the last
    minutes is left to the next run: some of it may not be visible yet.
    """
    last = Scan.objects.filter(pk=1).first()
    until = at - UNSETTLED
    if last is not None:
        rows = queries.changed_since(last.until, last.request_id, until=until)
    else:
        rows = queries.changed_since(since, until=until)
    found = list(rows.values_list("pk", "updated_at")[:most])
    new = 0
    for start in range(0, len(found), _BATCH):
        part = found[start : start + _BATCH]
        new += sum(find_for(request_id, at=at) for request_id, _changed in part)
        request_id, changed = part[-1]
        Scan.objects.update_or_create(pk=1, defaults={"until": changed, "request_id": request_id})
    return new


def tidy(*, before: datetime) -> int:
    """Drop undecided pairs that were found so long ago and of which one is over; returns how many.

    Where it is opened again, it is looked at again.
    """
    gone = Pair.objects.filter(state=PairState.OPEN, found_at__lt=before).exclude(
        newer__status__in=_OPEN, older__status__in=_OPEN
    )
    ids = list(gone.order_by("id").values_list("pk", flat=True)[:MOST_SCANNED])
    return Pair.objects.filter(pk__in=ids, state=PairState.OPEN).delete()[0]


def learn_words(*, at: datetime, most: int = _MOST_READ) -> Vocabulary:
    """Count anew in how many of the latest reports each word occurs."""
    latest = Report.objects.exclude(words="").order_by("-id").values_list("words", flat=True)
    rarity = Rarity.of(read(words) for words in latest[:most].iterator(chunk_size=2_000))
    with transaction.atomic():
        row = Vocabulary.objects.create(made_at=at, texts=rarity.texts, counts=rarity.to_bytes())
        Vocabulary.objects.exclude(pk=row.pk).delete()
        RARITY.bump()
    return row


# Decisions.


@transaction.atomic
def merge(pair_id: int, *, by: Actor, at: datetime) -> Pair:
    """The two are one problem: the newer becomes part of the older, and keeps its number and time.

    Raises ``AlreadyDecided``, ``NotAllowed``, and ``CannotMerge`` where the older is over.
    """
    pair = _to_decide(pair_id, by=by)
    merging.merge(pair.newer_id, parent_id=pair.older_id, by=by, at=at)
    return _decide(pair, PairState.MERGED, by=by, at=at)


@transaction.atomic
def merge_requests(newer_id: int, *, older_id: int, by: Actor, at: datetime) -> ServiceRequest:
    """Merge two requests as somebody who looked at one of them decided; returns the older."""
    parent = merging.merge(newer_id, parent_id=older_id, by=by, at=at)
    for pair in Pair.objects.filter(newer_id=newer_id, older_id=older_id):
        _decide(pair, PairState.MERGED, by=by, at=at)
    return parent


@transaction.atomic
def dismiss(pair_id: int, *, by: Actor, at: datetime) -> Pair:
    """The two are not the same: nobody is asked about them again."""
    return _decide(_to_decide(pair_id, by=by), PairState.DISMISSED, by=by, at=at)


@transaction.atomic
def undo(pair_id: int, *, by: Actor, at: datetime) -> Pair:
    """Take a decision back: what was merged is parted again, and goes on as it was before."""
    queries.pair_for(by, pair_id)
    pair = Pair.objects.select_for_update().get(pk=pair_id)
    if pair.state == PairState.MERGED:
        newer = ServiceRequest.objects.get(pk=pair.newer_id)
        if newer.status == Status.MERGED and newer.merged_into_id == pair.older_id:
            merging.unmerge(pair.newer_id, by=by, at=at)
    pair.state, pair.decided_at, pair.decided_by = PairState.OPEN, None, ""
    pair.save()
    return pair


def note_parted(newer_id: int, *, at: datetime) -> int:
    """Parted elsewhere, the two are not the same; a decision taken back here is open already."""
    return Pair.objects.filter(newer_id=newer_id, state=PairState.MERGED).update(
        state=PairState.DISMISSED, decided_at=at
    )


def _to_decide(pair_id: int, *, by: Actor) -> Pair:
    queries.pair_for(by, pair_id)
    pair = Pair.objects.select_for_update().get(pk=pair_id)
    if pair.state != PairState.OPEN:
        raise AlreadyDecided(_("Somebody else has just decided about these two."))
    return pair


def _decide(pair: Pair, state: PairState, *, by: Actor, at: datetime) -> Pair:
    pair.state, pair.decided_at, pair.decided_by = state, at, by.name
    pair.save()
    return pair
