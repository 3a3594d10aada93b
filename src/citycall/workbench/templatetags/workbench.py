"""Small words of the workbench's templates."""

from datetime import datetime, timedelta

from django import template

from citycall.core import numbers
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest

register = template.Library()


@register.filter
def number(value: int) -> str:
    """A confirmation number as it is written."""
    return numbers.show(value)


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
