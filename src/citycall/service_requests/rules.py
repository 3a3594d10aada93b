"""The lifecycle: which step is allowed from which state, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from citycall.core.errors import Conflict
from citycall.service_requests.models import Status

# Of five, as tickets are usually sorted, one is the most urgent; every request begins with three.
HIGHEST_PRIORITY: Final = 1
USUAL_PRIORITY: Final = 3
LOWEST_PRIORITY: Final = 5


class Step(StrEnum):
    """What can be done to a request; the verbs of the staff, and of the reporter."""

    ASSIGN = "assign"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    RETURN_WORK = "return_work"
    CHANGE_SERVICE = "change_service"
    COMPLETE = "complete"
    CONFIRM = "confirm"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"
    REFER = "refer"
    MERGE = "merge"
    UNMERGE = "unmerge"


@dataclass(frozen=True, slots=True)
class Transition:
    """The states a step may start from, and the state it leads to (none: the action says)."""

    sources: frozenset[Status]
    target: Status | None


_WAITING = frozenset({Status.NEW, Status.ASSIGNED})
_WORKING = _WAITING | {Status.IN_PROGRESS}
_OPEN = _WORKING | {Status.ON_HOLD}

TRANSITIONS: Mapping[Step, Transition] = {
    Step.ASSIGN: Transition(_WORKING, Status.ASSIGNED),
    Step.START: Transition(_WAITING, Status.IN_PROGRESS),
    Step.HOLD: Transition(_WORKING, Status.ON_HOLD),
    Step.RESUME: Transition(frozenset({Status.ON_HOLD}), Status.IN_PROGRESS),
    Step.TRANSFER: Transition(_WORKING, Status.NEW),
    Step.RETURN_WORK: Transition(_WORKING, Status.NEW),
    # It stays where it is, unless it goes to another team, which has to accept it.
    Step.CHANGE_SERVICE: Transition(_WORKING, None),
    Step.COMPLETE: Transition(_WORKING, Status.COMPLETED),
    Step.CONFIRM: Transition(frozenset({Status.COMPLETED}), Status.CLOSED),
    Step.CLOSE: Transition(frozenset({Status.COMPLETED}), Status.CLOSED),
    Step.REOPEN: Transition(
        frozenset({Status.COMPLETED, Status.CLOSED, Status.CANCELLED, Status.REFERRED}),
        Status.ASSIGNED,
    ),
    Step.CANCEL: Transition(_OPEN, Status.CANCELLED),
    Step.REFER: Transition(_OPEN, Status.REFERRED),
    Step.MERGE: Transition(_OPEN, Status.MERGED),
    Step.UNMERGE: Transition(frozenset({Status.MERGED}), None),
}


class StepNotAllowed(Conflict):
    """The request's present state does not allow the step."""

    code = "step_not_allowed"


def target_of(step: Step, *, status: Status) -> Status | None:
    """The state that ``step`` leads to; raises ``StepNotAllowed`` from a state not in the table."""
    transition = TRANSITIONS[step]
    if status not in transition.sources:
        raise StepNotAllowed(
            _("This request is “%(status)s”, so that step is not possible now.")
            % {"status": status.label}
        )
    return transition.target


def steps_from(status: Status) -> list[Step]:
    """The steps that the table allows from a state, in the order of work."""
    return [step for step, transition in TRANSITIONS.items() if status in transition.sources]
