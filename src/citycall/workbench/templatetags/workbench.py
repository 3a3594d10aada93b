"""Small words of the workbench's templates."""

from datetime import datetime, timedelta

from django import template
from django.utils.translation import gettext as _

from citycall.core import numbers
from citycall.pages.numbers import rounded
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest

register = template.Library()


@register.filter
def number(value: int) -> str:
    """A confirmation number as it is written."""
    return numbers.show(value)


@register.filter
def percent(share: float) -> str:
    """A share of 0 to 1 in percent, as the reader's language writes it."""
    return _("%(number)s%%") % {"number": rounded(100 * share, 1)}


@register.filter
def of(count: int, everything: int) -> str:
    """A count as a share of everything; a dash where there is nothing."""
    return percent(count / everything) if everything else "–"


@register.filter
def is_late(problem: ServiceRequest, now: datetime) -> bool:
    """Whether open work is past its due date, with the clock running."""
    return (
        problem.status in OPEN_STATUSES
        and problem.paused_at is None
        and problem.due_at is not None
        and problem.due_at < now
    )


@register.filter
def is_near(moment: datetime, now: datetime) -> bool:
    """Whether a moment is so near that its time of day matters."""
    return abs(moment - now) < timedelta(days=1)


@register.filter
def is_open(problem: ServiceRequest) -> bool:
    """Whether somebody still has work to do on it."""
    return problem.status in OPEN_STATUSES


@register.filter
def filled(sentence: str, value: str) -> str:
    """A sentence with the value at its ``%s``."""
    return sentence.replace("%s", value)
