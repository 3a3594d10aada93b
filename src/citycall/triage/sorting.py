"""What waits to be sorted, and the words that keep coming in as something else."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q

from citycall.agencies.queries import TeamEntry
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.core.actors import Actor
from citycall.places.words import fold
from citycall.service_requests import policies, queries, returning
from citycall.service_requests.events import Kind
from citycall.service_requests.models import OPEN, Report, ServiceRequest, Status
from citycall.triage.models import Move

SIZE: Final = 20
# How far back the report of words looks, how many decisions it reads at most, and how many
# different people's words make a keyword worth proposing.
LOOK_BACK: Final = timedelta(days=180)
MOST_READ: Final = 5_000
FEWEST_SAYING: Final = 3
# A word says what something is when so much of those who used it meant the one service.
PURE: Final = 0.75
MOST_PROPOSED: Final = 20
# How many moves of a service are looked at for a team, and how many of them suggest one.
_ALIKE: Final = 200
FEWEST_ALIKE: Final = 2
_SHORTEST: Final = 4
_LONGEST: Final = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request to sort, with the words of whoever told it first."""

    request: ServiceRequest
    report: Report | None
    bounced: bool


def _waits() -> Q:
    """New work of the teams that sort: something else, and what was sent back."""
    entry = catalog().something_else
    unsorted = Q(service_id=entry.id if entry is not None else 0, status=Status.NEW.value)
    in_sorting = Q(team_id__in=returning.sorting_teams()) & unsorted
    return OPEN & (Q(returned_at__isnull=False) | in_sorting)


def waiting(by: Actor, *, size: int = SIZE) -> list[Waiting]:
    """The first of what this actor may sort: what was sent back first, then by due date.

    What was sent back twice or more comes first of all for those who may settle it, and last for
    the others.
    """
    settles = by.holds_anywhere(policies.PERMISSIONS["settle"].everywhere)
    rows = queries.readable(by).filter(_waits()).select_related("service", "team", "agency")
    returned = rows.filter(returned_at__isnull=False).order_by("returned_at", "id")[: 2 * size]
    others = rows.filter(returned_at__isnull=True)
    fresh = others.order_by(F("due_at").asc(nulls_last=True), "id")[:size]
    bounced = [row for row in returned if returning.has_bounced(row)]
    once = [row for row in returned if not returning.has_bounced(row)]
    ordered = [*bounced, *once, *fresh] if settles else [*once, *fresh, *bounced]
    return _told(ordered[:size])


def count(by: Actor, *, most: int = 1_000) -> int:
    """How many wait that the actor may read, counted no further than ``most``."""
    return queries.count_up_to(most, [queries.readable(by).filter(_waits())])[0]


def _told(rows: Sequence[ServiceRequest]) -> list[Waiting]:
    first = {
        report.service_request_id: report
        for report in Report.objects.filter(
            service_request__in=[row.pk for row in rows], number=F("service_request__number")
        )
    }
    return [Waiting(row, first.get(row.pk), returning.has_bounced(row)) for row in rows]


def suggested_team(request: ServiceRequest) -> TeamEntry | None:
    """The team that had most of what came back like it lately; none where nothing tells.

    Requests of the same service that were sent back or passed on, those of its areas first.
    """
    moves = Move.objects.filter(
        service_id=request.service_id, kind__in=[Kind.RETURNED.value, Kind.TRANSFERRED.value]
    ).exclude(service_request=request)
    rows = moves.order_by("-at").values_list("service_request__team_id", "service_request__areas")[
        :_ALIKE
    ]
    never = returning.sorting_teams() | returning.returned_by(request.pk) | {request.team_id}
    here, anywhere = Counter[int](), Counter[int]()
    for team_id, area_ids in rows:
        if team_id not in never:
            anywhere[team_id] += 1
            here[team_id] += bool(set(area_ids) & set(request.areas))
    for counted in (here, anywhere):
        best = counted.most_common(1)
        if best and best[0][1] >= FEWEST_ALIKE:
            return catalog().team(best[0][0])
    return None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word that keeps coming in as something else, and the service that it was each time.

    ``people`` have said it, ``meant`` of them meant the service.
    """

    word: str
    entry: ServiceEntry
    people: int
    meant: int


def proposals(*, at: datetime) -> list[Proposal]:
    """Words that people told "something else" with, which nearly always were one service.

    From the decisions of whoever sorted; without the words that the catalog has already, names
    and numbers. Said by so few people only, a word is not proposed.
    """
    book = catalog()
    known = {
        word
        for entry in book.services
        for text in (entry.spec.name, *entry.spec.keywords)
        for word in fold(text).split()
    }
    said: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for words, code in _decided(at=at):
        for word in set(_single(words)) - known:
            said[word][code] += 1
    found = []
    offered = {entry.code: entry for entry in book.services if not entry.spec.something_else}
    for word, codes in said.items():
        (code, meant), people = codes.most_common(1)[0], codes.total()
        if meant >= FEWEST_SAYING and meant >= PURE * people and code in offered:
            found.append(Proposal(word, offered[code], people, meant))
    return sorted(found, key=lambda one: (-one.meant, one.word))[:MOST_PROPOSED]


def _decided(*, at: datetime) -> Iterable[tuple[str, str]]:
    """The first words of what was sorted lately, and the code of the service that it became."""
    entry = catalog().something_else
    if entry is None:
        return
    moves = Move.objects.filter(
        at__gt=at - LOOK_BACK, at__lte=at, kind=Kind.SERVICE_CHANGED.value, service_id=entry.id
    ).order_by("-at")
    sorted_ids = list(moves.values_list("service_request_id", flat=True)[:MOST_READ])
    rows = Report.objects.filter(
        service_request_id__in=sorted_ids, number=F("service_request__number")
    ).exclude(words="")
    for words, code in rows.values_list("words", "service_request__service__code"):
        if code != entry.code:
            yield words, code


def _single(text: str) -> Iterable[str]:
    """The words worth proposing: letters only, not too short; no names that one person wrote."""
    return (
        word
        for word in fold(text).split()
        if word.isalpha() and _SHORTEST <= len(word) <= _LONGEST and word not in _COMMON
    )


# Words that say nothing of what something is.
_COMMON_WORDS: Final = """
about after again also around because been before behind being between both cannot came come
could does doesn every first from front gets going gone have having here home house into just
keep keeps know last like long made make many more most much near need needs never next nobody
noone only other over people please really right road said same seen should side since some
somebody someone something somewhere still street such sure take than that their them then there
these they thing things think this those through time today told until very want wants week
weeks well went were what when where which while whom with without would year years yesterday
your city thank thanks fits list nothing
"""
_COMMON: Final = frozenset(_COMMON_WORDS.split())
