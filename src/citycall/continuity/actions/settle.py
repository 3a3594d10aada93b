"""One intake becomes a request under the number that was given, or says what stands in the way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from citycall.catalog.queries import catalog
from citycall.continuity import drafts
from citycall.continuity.export_file import Told
from citycall.continuity.models import Intake
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults, NotAllowed
from citycall.duplicates.while_reporting import Telling, known_near
from citycall.service_requests.actions.submit import TakenEarlier, submit
from citycall.service_requests.checks import Stopped
from citycall.service_requests.drafts import Draft, Receipt


def settle(
    intake: Intake, told: Told, *, by: Actor, at: datetime, new_number: bool = False
) -> Receipt | None:
    """Make a request of an intake that waits, in the caller's transaction, and save the intake.

    It keeps its number and the time at which it was told, unless ``new_number``. Returns none
    where something is wrong with it; ``intake.faults`` then says what, and it waits on.
    """
    kit = intake.number.kit
    fault = drafts.time_fault(kit, intake.told_at, at=at)
    try:
        if fault:
            raise Faults({"told_at": fault})
        draft = drafts.draft_of(told)
        near = _near(draft, by=by, at=min(intake.told_at, at))
        receipt = submit(
            draft,
            by=by,
            # A clock that is a little ahead must not make a request of the future.
            at=min(intake.told_at, at),
            earlier=TakenEarlier(
                number=None if new_number else intake.number_id,
                recorded_at=at,
                event=_event(intake, at=at),
            ),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        intake.told, intake.faults = told.model_dump(mode="json"), _faults(error)
        intake.save()
        return None
    intake.near = near
    finish(intake, Intake.State.MERGED, at=at, request_id=receipt.request_id)
    return receipt


def finish(
    intake: Intake, state: Intake.State, *, at: datetime, request_id: int | None = None
) -> None:
    """Nothing is left to do: what was told is kept here no longer."""
    intake.state, intake.finished_at = state, at
    intake.request_id = request_id
    intake.told, intake.faults = {}, {}
    intake.save()


def _near(draft: Draft, *, by: Actor, at: datetime) -> list[int]:
    entry = catalog().service(draft.service)
    told = Telling(words=draft.words, answers=draft.answers)
    found = known_near(entry, draft.location, told=told, by=by, at=at)
    return [each.problem.request_id for each in found if each.problem.same]


def _event(intake: Intake, *, at: datetime) -> Mapping[str, Any]:
    return {"kit": intake.number.kit.code, "merged_at": at.isoformat()}


def _faults(error: DomainError) -> dict[str, str]:
    if isinstance(error, Faults):
        return error.faults
    field = "stop" if isinstance(error, Stopped) else error.field or _field(error)
    return {field: error.message}


def _field(error: DomainError) -> str:
    return {"unknown_service": "service", "number_taken": "number"}.get(error.code, "")
