"""What people do about intakes: finish one that waits, type in a card, discard, note a change."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citycall.continuity.actions.settle import finish, settle
from citycall.continuity.export_file import Told, digest_of
from citycall.continuity.models import Intake, ReservedNumber
from citycall.continuity.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotFound
from citycall.core.permissions import require
from citycall.service_requests.drafts import Receipt

CARD: Final = "card-typed-in"
# Personal data waits no longer than this for somebody to finish it.
KEPT: Final = timedelta(days=90)


class NoSuchIntake(NotFound):
    """No intake of a kit has this id, or no kit gave this number."""

    code = "no_such_intake"


def complete(
    intake_id: int, *, told: Told, told_at: datetime, by: Actor, at: datetime
) -> Receipt | None:
    """Try an intake that waits again, with what was put right; none where it waits on.

    One whose number was given twice gets a new number. Raises ``Conflict`` where somebody else
    finished it meanwhile, ``NoSuchIntake`` and ``NotAllowed``.
    """
    require(PERMISSIONS, "merge", by=by)
    with transaction.atomic():
        intake = _waiting(intake_id)
        intake.told_at = told_at
        return settle(intake, told, by=by, at=at, new_number="number" in intake.faults)


def type_in(number: int, *, told: Told, told_at: datetime, by: Actor, at: datetime) -> Receipt:
    """Make a request of a printed card; raises ``Faults`` with all that is wrong on it.

    Raises ``NoSuchIntake`` for a number of no kit, ``Conflict`` for one that was used already.
    """
    require(PERMISSIONS, "merge", by=by)
    with transaction.atomic():
        held = ReservedNumber.objects.select_related("kit").select_for_update(of=("self",))
        reserved = held.filter(number=number).first()
        if reserved is None:
            raise NoSuchIntake(_("This number is on no card and in no kit."), field="number")
        if Intake.objects.filter(number=reserved).exclude(state=Intake.State.VOID).exists():
            raise Conflict(_("A report with this number has arrived already."), field="number")
        intake = Intake(
            number=reserved,
            device=CARD,
            told_at=told_at,
            changed_at=at,
            arrived_at=at,
            digest=digest_of(told, told_at=told_at),
        )
        receipt = settle(intake, told, by=by, at=at)
        if receipt is None:
            # The card is still in somebody's hand, so nothing is kept until it is right.
            raise Faults(intake.faults)
        return receipt


def discard(intake_id: int, *, by: Actor, at: datetime) -> None:
    """Let go of an intake that needs no request, and of what was told in it."""
    require(PERMISSIONS, "merge", by=by)
    with transaction.atomic():
        finish(_waiting(intake_id), Intake.State.DISCARDED, at=at)


def note_change(intake_id: int, *, by: Actor) -> None:
    """Somebody has seen that an intake was corrected after it had become a request."""
    require(PERMISSIONS, "merge", by=by)
    Intake.objects.filter(pk=intake_id).update(changed={})


def forget_old(*, at: datetime) -> int:
    """Erase what was told in intakes that nobody finished in time; returns how many."""
    old = Q(arrived_at__lt=at - KEPT)
    Intake.objects.filter(old & ~Q(changed={})).update(changed={})
    waiting = Intake.objects.filter(old, state=Intake.State.WAITING)
    return waiting.update(state=Intake.State.EXPIRED, finished_at=at, told={}, faults={})


def _waiting(intake_id: int) -> Intake:
    rows = Intake.objects.select_related("number__kit").select_for_update(of=("self",))
    intake = rows.filter(pk=intake_id).first()
    if intake is None:
        raise NoSuchIntake(_("There is no such intake."))
    if intake.state != Intake.State.WAITING:
        raise Conflict(_("Somebody has finished this already."))
    return intake
