"""Keeping what a call-taker types, so that neither a crash nor a sign-out loses it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from citycall.calls.actions.handling import own
from citycall.calls.models import Pad
from citycall.core.actors import Actor
from citycall.core.errors import DomainError

LONGEST: Final = 60_000


class TooLong(DomainError):
    """More was typed than a pad holds."""

    code = "pad_too_long"


def keep(
    call_id: int, *, content: Mapping[str, Any], revision: int, by: Actor, at: datetime
) -> int:
    """Keep what stands in the fields; what is older than what is kept replaces nothing.

    Returns the revision that is kept now. A finished call's pad stays gone.
    """
    if len(json.dumps(content)) > LONGEST:
        raise TooLong(_("This is too long to be kept. Please shorten it."))
    with own(call_id, by=by) as call:
        if call.wrapped_at is not None:
            return revision
        pad, made = Pad.objects.get_or_create(
            call=call,
            defaults={"content": content, "revision": revision, "updated_at": at},
        )
        if made or revision <= pad.revision:
            return pad.revision
        older = Q(pk=pad.pk, revision__lt=revision)
        Pad.objects.filter(older).update(content=content, revision=revision, updated_at=at)
        return revision
