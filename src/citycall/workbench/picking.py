"""Which requests were picked on the list: some rows, or all that the list was asked for."""

from datetime import datetime
from itertools import islice

from django.http import QueryDict

from citycall.batches.actions.preparing import MOST
from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.service_requests import queries
from citycall.workbench import queue
from citycall.workbench.filters import Asked


def picked_ids(actor: Actor, form: QueryDict, *, at: datetime) -> list[int]:
    """The ids of what was picked, at most one more than can be dealt with at once.

    Raises ``BadFilters`` where it is not known what all that match are.
    """
    if form.get("all"):
        rows = queue.matching(actor, Asked.read(QueryDict(form.get("asked", ""))), at=at)
    else:
        picked = list(islice(_numbers(form), MOST + 1))
        rows = queries.readable(actor).filter(number__in=picked)
    return list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])


def _numbers(form: QueryDict) -> list[int]:
    found = []
    for typed in form.getlist("pick"):
        try:
            found.append(numbers.read(typed))
        except DomainError:
            continue
    return found
