"""What the request page says of urgency: the reasons, the steps of its date, what is realistic."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from citycall.core.actors import Actor
from citycall.durations.queries import expected
from citycall.emergencies.dangers import Danger
from citycall.escalations import queries as escalations
from citycall.service_requests import queries
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest
from citycall.triage.models import Judgement
from citycall.triage.queries import judgement_of
from citycall.triage.rules import Why


@dataclass(frozen=True, slots=True)
class Told:
    """One reason in words, with its weight."""

    text: str
    weight: float


def context(problem: ServiceRequest, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """What ``workbench/urgency.html`` shows; nothing for what has ended."""
    if problem.status not in OPEN_STATUSES:
        return {}
    judged = judgement_of(problem.pk)
    return {
        "urgency": problem.priority,
        "judged": judged,
        "judged_reasons": _reasons(judged) if judged is not None else [],
        "may_prioritise": queries.may(actor, "prioritise", problem),
        "escalated": escalations.taken(problem),
        "realistic": expected(
            service_id=problem.service_id,
            area_ids=problem.areas,
            requested_at=problem.requested_at,
            at=at,
        ),
    }


def _reasons(judged: Judgement) -> list[Told]:
    return [
        Told(_sentence(Why(each["why"]), each["about"]), each["weight"]) for each in judged.reasons
    ]


def _sentence(why: Why, about: str) -> str:
    risks = {
        "low": _("Little comes of it while it waits"),
        "usual": _("As urgent as most services"),
        "high": _("Much may come of it while it waits"),
        "dangerous": _("A dangerous thing by its service"),
    }
    if why is Why.RISK:
        return risks.get(about, about)
    if why is Why.DANGER:
        return _("The words speak of danger: %(what)s") % {"what": _danger(about)}
    sentences = {
        Why.PLACE: _("Near %(about)s"),
        Why.AGE: _("%(about)s of the promised time have gone"),
        Why.REPORTS: _("%(about)s different people told of it"),
        Why.RAISED: _("Raised by the call centre, %(about)s times"),
    }
    return sentences[why] % {"about": about}


def _danger(code: str) -> str:
    names = {
        Danger.GAS: _("gas"),
        Danger.WIRE: _("a wire"),
        Danger.FIRE: _("fire"),
        Danger.WATER: _("water"),
        Danger.COLLAPSE: _("something may collapse"),
        Danger.INJURY: _("somebody is hurt"),
        Danger.TRAPPED: _("somebody is trapped"),
    }
    return names.get(Danger(code), _("a person in danger")) if code in set(Danger) else code
