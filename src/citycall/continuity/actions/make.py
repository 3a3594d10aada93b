"""Making kits: numbers are set aside at random, and no two kits ever hold the same."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citycall.continuity.models import Kit, ReservedNumber
from citycall.continuity.policies import PERMISSIONS
from citycall.core import clock, numbers
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import Conflict, Faults
from citycall.core.permissions import require
from citycall.service_requests.models import Report

MOST_KITS: Final = 50
MOST_NUMBERS: Final = 2_000
# What a kit took is believed if it was taken in this time; a newer catalog is wanted sooner.
LIFE: Final = timedelta(days=366)
# No vowels, so that no code is a word.
_LETTERS: Final = "BCDFGHJKMNPQRSTVWXZ"
_CODE_LETTERS: Final = 5
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class MadeKit:
    """A kit and its numbers, in the order in which it gives them."""

    kit: Kit
    numbers: tuple[int, ...]


def make_kits(
    *, count: int, size: int, kind: Kit.Kind, by: Actor, at: datetime
) -> tuple[MadeKit, ...]:
    """Set numbers aside for ``count`` kits of ``size`` numbers each; all of them or none.

    Raises ``Faults`` for more than is allowed, and ``NotAllowed``.
    """
    require(PERMISSIONS, "make_kit", by=by)
    faults = {}
    if not 1 <= count <= MOST_KITS:
        faults["kits"] = _("Please choose from 1 to %(most)s.") % {"most": MOST_KITS}
    if not 1 <= size <= MOST_NUMBERS:
        faults["numbers"] = _("Please choose from 1 to %(most)s.") % {"most": MOST_NUMBERS}
    if faults:
        raise Faults(faults)
    for _attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return tuple(_made(size=size, kind=kind, by=by, at=at) for _kit in range(count))
        except IntegrityError:
            # Somebody drew the same code or number at this moment.
            continue
    raise Conflict(_("The kits could not be made just now. Please try again."))


def _made(*, size: int, kind: Kit.Kind, by: Actor, at: datetime) -> MadeKit:
    year = at.astimezone(clock.city_zone()).year
    kit = Kit.objects.create(
        code=f"{year % 100:02d}-{_letters()}",
        kind=kind,
        size=size,
        made_at=at,
        ends_at=at + LIFE,
        made_by_id=by.id if by.kind is ActorKind.STAFF else None,
    )
    drawn = _drawn(size, year=year)
    ReservedNumber.objects.bulk_create(
        ReservedNumber(number=number, kit=kit, position=position)
        for position, number in enumerate(drawn)
    )
    return MadeKit(kit, drawn)


def _letters() -> str:
    return "".join(secrets.choice(_LETTERS) for _letter in range(_CODE_LETTERS))


def _drawn(size: int, *, year: int) -> tuple[int, ...]:
    """New numbers at random: no other kit's, and no report's from before the part was set aside."""
    found: dict[int, None] = {}
    while len(found) < size:
        drawn = {numbers.draw_set_aside(year=year) for _each in range(size - len(found))}
        found.update(dict.fromkeys(drawn - _taken(drawn)))
    return tuple(found)


def _taken(drawn: Collection[int]) -> set[int]:
    reports = Report.objects.filter(number__in=drawn).values_list("number", flat=True)
    others = ReservedNumber.objects.filter(number__in=drawn).values_list("number", flat=True)
    return {*reports, *others}
