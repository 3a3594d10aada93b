"""What routing can learn: which rules' work comes back, where it went, and what a fix would do."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies.queries import UnknownTeam
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, NotFound
from citycall.core.permissions import require
from citycall.places.queries import areas
from citycall.routing import actions as routing_actions
from citycall.routing.book import RuleBook
from citycall.routing.queries import routing
from citycall.routing.rules import Rule
from citycall.routing.specs import RuleSpec
from citycall.service_requests import returning
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest, Status
from citycall.triage.models import Move, RuleProposal
from citycall.triage.policies import PERMISSIONS

MONTHS: Final = (1, 3, 6, 12)
MONTH: Final = timedelta(days=30)
MOST_MOVES: Final = 20_000
MOST_REPLAYED: Final = 20_000
# A fix is suggested where so many came back, and so much of what the area has went one way.
FEWEST: Final = 5
ONE_WAY: Final = 0.6
_WORKED: Final = (Status.COMPLETED.value, Status.CLOSED.value)


@dataclass(frozen=True, slots=True)
class Fix:
    """A rule that would have sent to where it ended up; ``words`` say it."""

    spec: RuleSpec
    words: str


@dataclass(frozen=True, slots=True)
class Returned:
    """How much of one service's work came back from a team, by the rule that had sent it there.

    ``ended`` are names of teams with how many are there now, ``reasons`` codes with how often.
    """

    service_id: int
    service: str
    team_id: int
    team: str
    rule: str
    came_back: int
    ended: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    fix: Fix | None


@dataclass(frozen=True, slots=True)
class _Case:
    """One request that left a team: where it is now, and what is known of its place."""

    request_id: int
    team_now: int
    areas: tuple[int, ...]
    reason: str


def report(by: Actor, *, months: int, at: datetime) -> list[Returned]:
    """Returned and passed-on work by rule, service and team, the most first.

    For the agencies whose requests the actor may read, as they are now or were before.
    """
    require_some(by)
    rules = {rule.id: rule.code for rule in routing().rules}
    sorting = returning.sorting_teams()
    grouped: defaultdict[tuple[int, int, int | None], list[_Case]] = defaultdict(list)
    for move in _moves(months=months, at=at):
        # Passing on is what those who sort are there for.
        if move.team_id is None or move.team_id in sorting:
            continue
        if _may_read(by, move.team_id):
            request = move.service_request
            case = _Case(request.pk, request.team_id, tuple(request.areas), move.reason)
            grouped[move.service_id, move.team_id, move.rule_id].append(case)
    found = [
        _returned(key, cases, rules=rules)
        for key, cases in grouped.items()
        if key[0] in {entry.id for entry in catalog().all_services}
    ]
    return sorted(found, key=lambda one: (-one.came_back, one.service, one.team))


def require_some(by: Actor) -> None:
    """Raise ``NotAllowed`` for who may read the rules of no agency."""
    grant = PERMISSIONS["read_rules"]
    if not by.holds_anywhere(grant.everywhere | grant.own_agency):
        require(PERMISSIONS, "read_rules", by=by)


def _may_read(by: Actor, team_id: int) -> bool:
    try:
        agency_id = catalog().team(team_id).agency_id
    except UnknownTeam:
        return False
    return PERMISSIONS["read_rules"].allows(by, agency_id=agency_id)


def _moves(*, months: int, at: datetime) -> Iterable[Move]:
    kinds = [Kind.RETURNED.value, Kind.TRANSFERRED.value]
    rows = Move.objects.filter(at__gt=at - months * MONTH, at__lte=at, kind__in=kinds)
    return rows.select_related("service_request").order_by("-at")[:MOST_MOVES]


def _returned(
    key: tuple[int, int, int | None], cases: Sequence[_Case], *, rules: dict[int, str]
) -> Returned:
    service_id, team_id, rule_id = key
    ended = Counter(case.team_now for case in cases if case.team_now != team_id)
    reasons = Counter(case.reason for case in cases if case.reason)
    return Returned(
        service_id=service_id,
        service=catalog().service_by_id(service_id).name,
        team_id=team_id,
        team=_team(team_id),
        rule=rules.get(rule_id, "") if rule_id is not None else "",
        came_back=len({case.request_id for case in cases}),
        ended=tuple((_team(team), count) for team, count in ended.most_common(3)),
        reasons=tuple(reasons.most_common(3)),
        fix=_fix(service_id, team_id, cases),
    )


def _team(team_id: int) -> str:
    try:
        return catalog().team(team_id).name
    except UnknownTeam:
        return _("a team of the past")


def _fix(service_id: int, team_id: int, cases: Sequence[_Case]) -> Fix | None:
    """The area in which most of it went to one other team, and the rule that says so."""
    best: tuple[int, int, int] | None = None
    by_area: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for case in cases:
        for area_id in case.areas:
            by_area[area_id][case.team_now] += 1
    for area_id, teams in by_area.items():
        went, count = teams.most_common(1)[0]
        if went == team_id or count < FEWEST or count < ONE_WAY * teams.total():
            continue
        # Where two areas have the same cases, the smaller id keeps it the same each time.
        if best is None or (count, -area_id) > (best[0], -best[1]):
            best = (count, area_id, went)
    return _rule_for(service_id, area_id=best[1], team_id=best[2]) if best else None


def _rule_for(service_id: int, *, area_id: int, team_id: int) -> Fix | None:
    entry, area = catalog().service_by_id(service_id), areas().area(area_id)
    try:
        team = catalog().team(team_id)
    except UnknownTeam:
        return None
    code = f"{entry.code}-{area.layer}-{area.code}".lower().replace("_", "-").replace(" ", "-")
    spec = RuleSpec(
        code=code[:80].strip("-"),
        service=entry.code,
        area=f"{area.layer}/{area.code}",
        team=team.code,
        note=_("From returned work"),
    )
    words = _("Send “%(service)s” in %(area)s to %(team)s.") % {
        "service": entry.name,
        "area": area.name,
        "team": team.name,
    }
    return Fix(spec, words)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule would have changed in the requests of some months.

    ``would_move`` of ``replayed`` would have gone to another team. Of those, ``right`` had been
    sent back or passed on and ended with exactly that team; ``wrong`` were worked by the team
    that had them and never left it; ``elsewhere`` ended with a third; ``open`` are undecided.
    """

    replayed: int
    would_move: int
    right: int
    wrong: int
    elsewhere: int
    open: int


def preview(spec: RuleSpec, *, months: int, at: datetime, by: Actor) -> Effect:
    """Replay the requests of the last months through the rules with and without this one.

    At most the latest ``MOST_REPLAYED`` of the service. Raises ``UnknownService`` and
    ``UnknownTeam`` for what the rule names and nobody knows.
    """
    require_some(by)
    now = routing()
    changed = RuleBook(
        [*(rule for rule in now.rules if rule.code != spec.code), _as_rule(spec)],
        teams=now.teams,
        areas=now.areas,
        zone=clock.city_zone(),
    )
    book = catalog()
    rows = ServiceRequest.objects.filter(requested_at__gt=at - months * MONTH, requested_at__lte=at)
    if spec.service is not None:
        rows = rows.filter(service_id=book.service(spec.service).id)
    latest = rows.order_by("-requested_at", "-id").only(
        "id", "service_id", "team_id", "areas", "requested_at", "status"
    )[:MOST_REPLAYED]
    replayed, outcomes = 0, Counter[str]()
    moving: list[tuple[ServiceRequest, int]] = []
    for row in latest:
        replayed += 1
        entry = book.service_by_id(row.service_id)
        before = now.choose(entry, row.areas, row.requested_at).team_id
        after = changed.choose(entry, row.areas, row.requested_at).team_id
        if before != after:
            moving.append((row, after))
    left = _left([row.pk for row, _team_id in moving])
    for row, team_id in moving:
        outcomes[_what(row, team_id, left=row.pk in left)] += 1
    return Effect(
        replayed=replayed,
        would_move=len(moving),
        right=outcomes["right"],
        wrong=outcomes["wrong"],
        elsewhere=outcomes["elsewhere"],
        open=outcomes["open"],
    )


def _what(row: ServiceRequest, team_id: int, *, left: bool) -> str:
    if row.team_id == team_id:
        return "right"
    if left and row.team_id not in returning.sorting_teams():
        return "elsewhere"
    return "wrong" if row.status in _WORKED else "open"


def _left(request_ids: Sequence[int]) -> set[int]:
    kinds = [Kind.RETURNED.value, Kind.TRANSFERRED.value]
    rows = Move.objects.filter(service_request__in=request_ids, kind__in=kinds)
    return set(rows.values_list("service_request_id", flat=True))


def _as_rule(spec: RuleSpec) -> Rule:
    layer, _slash, code = (spec.area or "").partition("/")
    found = [area.id for area in areas().of_layer(layer) if area.code == code] if layer else []
    if spec.area and not found:
        raise NotFound(_("There is no area of this layer and code."))
    return Rule(
        id=0,
        code=spec.code,
        team_id=catalog().team_by_code(spec.team).id,
        service_id=catalog().service(spec.service).id if spec.service else None,
        area_id=found[0] if found else None,
        days=frozenset(spec.days),
        from_time=spec.from_time,
        to_time=spec.to_time,
        note=spec.note,
    )


@transaction.atomic
def propose(
    spec: RuleSpec, *, why: str, months: int, by: Actor, at: datetime, apply: bool = False
) -> RuleProposal:
    """Propose a rule, with its effect as it is shown now; administrators decide, or apply at once.

    A manager proposes for their own agency: the rule's team, or the service's own one, is theirs.
    """
    team = catalog().team_by_code(spec.team)
    theirs = {team.agency_id}
    if spec.service is not None:
        theirs.add(catalog().service(spec.service).agency_id)
    grant = PERMISSIONS["propose_rule"]
    if not any(grant.allows(by, agency_id=agency_id) for agency_id in theirs):
        require(PERMISSIONS, "propose_rule", by=by)
    if apply:
        require(PERMISSIONS, "apply_rule", by=by)
    effect = preview(spec, months=months, at=at, by=by)
    row = RuleProposal.objects.create(
        code=spec.code,
        document=spec.model_dump(mode="json"),
        effect={name: getattr(effect, name) for name in Effect.__slots__},
        why=why.strip()[:500],
        agency_ids=sorted(theirs),
        proposed_by=by.name,
        proposed_at=at,
    )
    return decide(row.pk, apply=True, by=by, at=at) if apply else row


def proposed(by: Actor) -> list[RuleProposal]:
    """The open proposals that the actor may read, oldest first."""
    rows = RuleProposal.objects.filter(state=RuleProposal.State.OPEN).order_by("id")
    grant = PERMISSIONS["read_rules"]
    return [row for row in rows if any(grant.allows(by, agency_id=a) for a in row.agency_ids)]


@transaction.atomic
def decide(proposal_id: int, *, apply: bool, by: Actor, at: datetime) -> RuleProposal:
    """Apply or decline an open proposal; an applied rule can be undone as any other."""
    require(PERMISSIONS, "apply_rule", by=by)
    row = RuleProposal.objects.select_for_update().filter(pk=proposal_id).first()
    if row is None:
        raise NotFound(_("There is no such proposal."))
    if row.state != RuleProposal.State.OPEN:
        raise Conflict(_("Somebody else has decided this already."))
    if apply:
        spec = RuleSpec.model_validate(row.document)
        routing_actions.save_rule(spec=spec, by=by, at=at)
    row.state = RuleProposal.State.APPLIED if apply else RuleProposal.State.DECLINED
    row.decided_by, row.decided_at = by.name, at
    row.save()
    return row
