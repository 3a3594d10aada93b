"""Export files as a kit writes them."""

import json
from datetime import timedelta
from typing import Any

from citycall.continuity.actions.make import MadeKit, make_kits
from citycall.continuity.actions.take_in import Handed
from citycall.continuity.models import Kit
from citycall.core import numbers
from citycall.core.actors import SYSTEM
from tests.city import NOW

LATER = NOW + timedelta(hours=5)
DEVICE = "laptop-one-browser"


def a_kit(*, size: int = 20, kind: Kit.Kind = Kit.Kind.LAPTOP) -> MadeKit:
    """A kit made an hour before the small city's time."""
    (made,) = make_kits(count=1, size=size, kind=kind, by=SYSTEM, at=NOW - timedelta(hours=1))
    return made


def intake(made: MadeKit, position: int = 0, **changes: Any) -> dict[str, Any]:
    """A report of a pothole under one of the kit's numbers; ``told`` changes what was told."""
    told = {
        "service": "pothole",
        "words": "A deep hole.",
        "place": {
            "words": "1200 E Monument St",
            "kind": "address",
            "longitude": -76.6,
            "latitude": 39.29,
            "accuracy_m": 20,
            "directions": "",
        },
        "phone": "410-555-0123",
        "name": "Pat Doe",
        **changes.pop("told", {}),
    }
    at = (NOW + timedelta(minutes=position)).isoformat()
    return {
        "number": numbers.show(made.numbers[position]),
        "told_at": at,
        "changed_at": at,
        "void": False,
        "told": told,
        **changes,
    }


def file(made: MadeKit, *intakes: dict[str, Any], **changes: Any) -> Handed:
    """An export file that holds these intakes."""
    content = {
        "format": "citycall-continuity-1",
        "kit": made.kit.code,
        "device": DEVICE,
        "exported_at": LATER.isoformat(),
        "intakes": list(intakes),
        **changes,
    }
    return Handed("export.json", json.dumps(content).encode())
