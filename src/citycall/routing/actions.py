"""Changing the rules; every change is recorded and can be undone."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies import editing
from citycall.agencies.editing import CannotUndo, Edit
from citycall.agencies.models import Team
from citycall.catalog.models import Service
from citycall.core import revisions
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotFound
from citycall.core.models import Revision
from citycall.core.permissions import require
from citycall.places.models import Area, AreaLayer
from citycall.routing.models import RoutingRule
from citycall.routing.policies import PERMISSIONS
from citycall.routing.queries import RULES, SUBJECT, rule_spec
from citycall.routing.specs import RuleSpec


class UnknownRule(NotFound):
    """No rule has this code."""

    code = "unknown_rule"


class LastFallback(Conflict):
    """Without this rule, a request that fits nothing would have no team."""

    code = "last_fallback"


class _Named(NamedTuple):
    team: Team
    service: Service | None
    area: Area | None


@transaction.atomic
def save_rule(*, spec: RuleSpec, by: Actor, at: datetime) -> RoutingRule:
    """Make the rule with this code, or change it to say ``spec``.

    Raises ``Faults`` for a service, area or team that is unknown or retired, and
    ``LastFallback`` where the only rule without conditions would get one.
    """
    require(PERMISSIONS, "save_rule", by=by)
    return _save(spec, Edit(by=by, at=at))


@transaction.atomic
def remove_rule(*, code: str, by: Actor, at: datetime) -> Revision:
    """Remove a rule; requests it has routed keep their team. Returns the revision.

    Raises ``UnknownRule``, and ``LastFallback`` for the only rule without conditions.
    """
    require(PERMISSIONS, "remove_rule", by=by)
    return _remove(code, Edit(by=by, at=at))


@transaction.atomic
def undo(*, revision: int, by: Actor, at: datetime) -> Revision:
    """Take back one change (the id of its revision) while the rule is as that change left it.

    Raises ``CannotUndo`` where it was changed again later. Returns the revision of the undoing,
    which can be undone like any other.
    """
    require(PERMISSIONS, "undo", by=by)
    change = editing.find_revision(revision)
    if change.subject_kind != SUBJECT:
        raise NotFound(_("There is no such change of a routing rule."))
    row = _locked(change.subject_code)
    present = rule_spec(row) if row else None
    left = RuleSpec.model_validate(change.after) if change.after is not None else None
    if present != left:
        raise CannotUndo(
            _("“%(code)s” was changed again later. Please undo the later change first.")
            % {"code": change.subject_code}
        )
    edit = Edit(by=by, at=at, undoes=change)
    if change.before is None:
        return _remove(change.subject_code, edit)
    _save(RuleSpec.model_validate(change.before), edit)
    return editing.latest(SUBJECT, change.subject_code)


def _save(spec: RuleSpec, edit: Edit) -> RoutingRule:
    fallbacks = _fallbacks()
    named = _find(spec)
    row = _locked(spec.code)
    before = rule_spec(row) if row else None
    row = row or RoutingRule(code=spec.code)
    row.service, row.area, row.team = named.service, named.area, named.team
    row.days = list(spec.days)
    row.from_time, row.to_time, row.note = spec.from_time, spec.to_time, spec.note
    row = editing.keep(
        row,
        kind=SUBJECT,
        code=spec.code,
        before=before,
        after=spec,
        edit=edit,
        news=RULES.bump,
    )
    _keep_one(fallbacks)
    return row


def _remove(code: str, edit: Edit) -> Revision:
    fallbacks = _fallbacks()
    row = _locked(code)
    if row is None:
        raise UnknownRule(_("There is no such rule."))
    before = rule_spec(row)
    row.delete()
    _keep_one(fallbacks)
    revisions.record(
        subject_kind=SUBJECT,
        subject_code=code,
        before=before.model_dump(mode="json"),
        after=None,
        by=edit.by,
        at=edit.at,
        undoes=edit.undoes,
    )
    RULES.bump()
    return editing.latest(SUBJECT, code)


def _locked(code: str) -> RoutingRule | None:
    return editing.locked(RoutingRule, code)


def _fallbacks() -> list[int]:
    """The rules without conditions, held so that two people cannot each remove one of two."""
    bare = RoutingRule.objects.filter(service=None, area=None, days=[], from_time=None)
    return list(bare.select_for_update().values_list("pk", flat=True))


def _keep_one(before: list[int]) -> None:
    if before and not _fallbacks():
        raise LastFallback(
            _(
                "This is the only rule without conditions. Requests that fit no other rule would "
                "have no team; add another such rule first."
            )
        )


def _find(spec: RuleSpec) -> _Named:
    faults: dict[str, str] = {}
    # Held, so that it is not retired between this look and the rule's being there.
    team = Team.objects.select_for_update().filter(code=spec.team).first()
    if team is None or not team.active:
        faults["team"] = _("There is no team with this code that takes work.")
    service = Service.objects.filter(code=spec.service).first() if spec.service else None
    if spec.service and (service is None or not service.active):
        faults["service"] = _("There is no service with this code that is offered.")
    layer, _slash, code = (spec.area or "").partition("/")
    # Requests lie in areas of partitions; boundary and neighbors are no conditions for rules.
    known = Area.objects.filter(layer__kind=AreaLayer.Kind.PARTITION, retired=False)
    area = known.filter(layer__code=layer, code=code).first()
    if spec.area and area is None:
        faults["area"] = _("There is no area of this layer and code.")
    if faults or team is None:
        raise Faults(faults)
    return _Named(team, service, area)
