"""Tags of papers: rows beside their columns, drawings with what they show in words."""

from collections.abc import Iterator, Sequence
from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from citycall.citistat.pack.amounts import day
from citycall.citistat.pack.minutes import shown_by as _shown_by
from citycall.citistat.pack.papers import Cell, Column, Drawing, Table
from citycall.core.models import Event
from citycall.meetings.events import Kind
from citycall.meetings.models import Commitment

register = template.Library()


@register.filter
def labelled(block: Table) -> Iterator[Sequence[tuple[Column, Cell]]]:
    """The rows of a table, each cell with its column."""
    for row in block.rows:
        yield list(zip(block.columns, row, strict=True))


@register.simple_tag
def drawn(drawing: Drawing) -> SafeString:
    """A drawing as one picture with its words; what it is made of has no words of anybody."""
    return format_html(
        '<div class="pk-svg" role="img" aria-label="{}">{}</div>',
        drawing.alt,
        mark_safe(drawing.svg),  # noqa: S308  (written by ``packs.drawings`` from numbers alone)
    )


@register.filter
def shown_by(row: Commitment) -> str:
    """What will show that a commitment was kept."""
    return _shown_by(row)


@register.filter
def happened(event: Event) -> str:
    """What happened to a commitment, in words."""
    told = {
        Kind.COMMITTED: _("Promised"),
        Kind.CHANGED: _("Corrected"),
        Kind.CARRIED_OVER: _("Carried over from %(before)s to %(after)s"),
        Kind.DONE: _("Said to be done"),
        Kind.GIVEN_UP: _("Given up"),
        Kind.TAKEN_UP: _("Taken up again"),
        Kind.REMINDED: _("Reminded: it is late"),
    }
    sentence = told[Kind(event.kind)]
    if event.kind != Kind.CARRIED_OVER:
        return sentence
    days = {name: day(date.fromisoformat(event.data[name])) for name in ("before", "after")}
    return sentence % days
