"""Taking in what kits wrote: each report once, whatever is handed in how often."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.continuity import export_file
from citycall.continuity.actions.settle import finish, settle
from citycall.continuity.export_file import BadFile, ExportFile, TakenIntake
from citycall.continuity.models import Intake, Kit, Merge, ReservedNumber
from citycall.continuity.policies import PERMISSIONS
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import Faults
from citycall.core.permissions import require

MOST_FILES: Final = 20
MERGED, KNOWN, VOID, WAITING, CHANGED = "merged", "known", "void", "waiting", "changed"


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as it was handed in."""

    name: str
    content: bytes


def take_in(files: Sequence[Handed], *, by: Actor, at: datetime) -> Merge:
    """Make requests of everything new in these files; ``Merge.files`` says what became of each.

    What was taken in before does nothing, so a file may come again, and files of one laptop may
    overlap. What cannot be a request yet waits with its faults. Raises ``NotAllowed``, and
    ``Faults`` for no file or too many.
    """
    require(PERMISSIONS, "merge", by=by)
    if not files:
        raise Faults({"files": _("Please choose a file.")})
    if len(files) > MOST_FILES:
        raise Faults({"files": _("Please choose at most %(most)s files.") % {"most": MOST_FILES}})
    merge = Merge.objects.create(at=at, by_id=by.id if by.kind is ActorKind.STAFF else None)
    for file in files:
        merge.files.append({"name": file.name[:100], **_one_file(file, merge, by=by, at=at)})
        # Saved after each, so that one which is cut off says what was done.
        merge.save(update_fields=["files"])
    return merge


def _one_file(handed: Handed, merge: Merge, *, by: Actor, at: datetime) -> dict[str, Any]:
    try:
        file = export_file.read(handed.content)
        kit = _kit(file)
    except BadFile as error:
        return {"fault": error.message}
    counts: Counter[str] = Counter()
    for taken in sorted(file.intakes, key=lambda each: each.told_at):
        with transaction.atomic():
            counts[_one(taken, file, merge, by=by, at=at)] += 1
    return {"kit": kit.code, "intakes": len(file.intakes), **counts}


def _kit(file: ExportFile) -> Kit:
    kit = Kit.objects.filter(code=file.kit).first()
    if kit is None:
        raise BadFile(_("No kit of this city has the name that is in this file."))
    given = [each.number for each in file.intakes]
    own = ReservedNumber.objects.filter(kit=kit, number__in=given).count()
    if own != len(given):
        raise BadFile(_("This file has numbers that were not given to its kit."))
    return kit


def _one(taken: TakenIntake, file: ExportFile, merge: Merge, *, by: Actor, at: datetime) -> str:
    """What became of one intake. Its number's row is held, so that two cannot take it at once."""
    own = ReservedNumber.objects.select_related("kit")
    number = own.select_for_update(of=("self",)).get(number=taken.number)
    there = list(Intake.objects.filter(number=number).order_by("id"))
    before = next((each for each in there if each.device == file.device), None)
    if before is not None:
        before.number = number
        return _again(before, taken, merge, by=by, at=at)
    if any(each.digest == taken.digest for each in there):
        return KNOWN
    intake = Intake(
        number=number,
        device=file.device,
        told_at=taken.told_at,
        changed_at=taken.changed_at,
        arrived_at=at,
        digest=taken.digest,
        merge=merge,
    )
    if taken.void:
        finish(intake, Intake.State.VOID, at=at)
        return VOID
    if _given_twice(there):
        return _keep(intake, taken)
    return MERGED if settle(intake, taken.told, by=by, at=at) else WAITING


def _given_twice(there: Iterable[Intake]) -> bool:
    return any(each.state != Intake.State.VOID for each in there)


def _keep(intake: Intake, taken: TakenIntake) -> str:
    intake.told = taken.told.model_dump(mode="json")
    intake.faults = {
        "number": _(
            "Two computers gave this number, with the same kit. Please give this caller a new one."
        )
    }
    intake.save()
    return WAITING


def _again(before: Intake, taken: TakenIntake, merge: Merge, *, by: Actor, at: datetime) -> str:
    """The same number of the same computer once more: the same, older, or corrected since."""
    if before.digest == taken.digest or taken.changed_at <= before.changed_at:
        return KNOWN
    before.changed_at, before.digest, before.merge = taken.changed_at, taken.digest, merge
    if before.state == Intake.State.WAITING:
        before.told_at = taken.told_at
        if taken.void:
            finish(before, Intake.State.VOID, at=at)
            return VOID
        if "number" in before.faults:
            return _keep(before, taken)
        return MERGED if settle(before, taken.told, by=by, at=at) else WAITING
    # A request is changed by people who see what was done about it meanwhile, not by a file.
    before.changed = {"void": taken.void, **taken.told.model_dump(mode="json")}
    before.save()
    return CHANGED
