"""The lists of a pack as tables: promises, services, late and repeated work, closures, crews."""

from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.analytics.packs import drawings
from citycall.analytics.packs.content import Map, Pack, PromiseLine
from citycall.analytics.packs.staffing import NO_CREWS
from citycall.citistat.pack.amounts import UNKNOWN, amount, day, hours, long_day, span
from citycall.citistat.pack.papers import (
    Cell,
    Column,
    Drawing,
    Drawings,
    Section,
    Table,
    Words,
    table,
)
from citycall.core.phrases import said
from citycall.duplicates.models import RepeatState
from citycall.meetings.models import Evidence, State
from citycall.meetings.rules import is_reached
from citycall.service_requests.models import Status

_MOST_AREAS: Final = 20


def commitments(pack: Pack) -> Section:
    """What earlier meetings left: who, until when, what shows it, and where it stands."""
    title = _("Commitments of earlier meetings")
    if not pack.commitments:
        words = _("Earlier meetings left nothing to follow.")
        return Section(code="commitments", title=title, blocks=[Words(text=words)])
    columns = [
        Column(text=_("What"), share=4),
        Column(text=_("Who answers for it")),
        Column(text=_("Until")),
        Column(text=_("What shows it")),
        Column(text=_("Where it stands")),
    ]
    rows: list[list[Cell | str]] = [
        [line.what, line.owner, due(line), evidence(line), standing(line)]
        for line in pack.commitments
    ]
    return Section(
        code="commitments",
        title=title,
        blocks=[table(_("As they stood when this was made"), columns, rows)],
    )


def due(line: PromiseLine) -> str:
    """The date, and the one promised first where it was put off."""
    if not line.carried:
        return day(line.due_on)
    told = {"day": day(line.due_on), "first": day(line.first_due_on), "n": line.carried}
    return (
        ngettext(
            "%(day)s (first %(first)s, put off once)",
            "%(day)s (first %(first)s, put off %(n)s times)",
            line.carried,
        )
        % told
    )


def evidence(line: PromiseLine) -> str:
    """What was to show that it was kept; of a measure, what it has come to."""
    if line.evidence_kind != Evidence.MEASURE or line.goal is None:
        return line.evidence or UNKNOWN
    goal, measured = amount(line.goal, line.unit), amount(line.measured, line.unit)
    told = {"measure": _(line.evidence), "goal": goal, "value": measured}
    if line.at_most:
        sentence = _("%(measure)s at most %(goal)s: now %(value)s")
    else:
        sentence = _("%(measure)s at least %(goal)s: now %(value)s")
    words = sentence % told
    if line.measured is None:
        return words
    reached = is_reached(line.measured, line.goal, at_most=line.at_most)
    told_too = _("reached") if reached else _("not reached")
    return f"{words} ({told_too})"


def standing(line: PromiseLine) -> str:
    """The state in words, with what was said of it."""
    state = str(State(line.state).label)
    if line.late:
        state = _("%(state)s, late") % {"state": state}
    return f"{state}. {line.outcome}" if line.outcome else state


def services(pack: Pack) -> Section:
    """What came in and went out by service."""
    columns = [
        Column(text=_("Service")),
        Column(text=_("Received"), number=True),
        Column(text=_("The two before"), number=True),
        Column(text=_("Completed"), number=True),
        Column(text=_("On time"), number=True),
        Column(text=_("Half done within"), number=True),
        Column(text=_("Reopened"), number=True),
        Column(text=_("Open now"), number=True),
        Column(text=_("Late now"), number=True),
    ]
    rows: list[list[Cell | str]] = [
        [
            said(line.service),
            amount(line.received, ""),
            amount(line.received_before, ""),
            amount(line.completed, ""),
            amount(line.on_time, "share"),
            amount(line.median_days, "days"),
            amount(line.reopened, ""),
            amount(line.open, ""),
            Cell(text=amount(line.late, ""), strong=line.late > 0),
        ]
        for line in pack.services
    ]
    title = _("Requests by service")
    words = _("On time and days are of what was completed in the two weeks and had a date.")
    return Section(
        code="services", title=title, blocks=[table(title, columns, rows), Words(text=words)]
    )


def late(pack: Pack) -> Section:
    """The late list, the oldest first, and where they are."""
    title = _("Late list")
    if not pack.late.total:
        words = _("Nothing is late.")
        return Section(code="late", title=title, blocks=[Words(text=words)])
    columns = [
        Column(text=_("Number"), share=0),
        Column(text=_("Service")),
        Column(text=_("Area")),
        Column(text=_("Place"), share=3),
        Column(text=_("Team")),
        Column(text=_("Due"), share=0),
        Column(text=_("Days late"), number=True),
        Column(text=_("State"), share=0),
    ]
    rows: list[list[Cell | str]] = [
        [
            Cell(text=line.number, href=address("workbench:request", line.number)),
            said(line.service),
            said(line.area) or UNKNOWN,
            line.place or UNKNOWN,
            said(line.team),
            day(line.due_on),
            Cell(text=amount(line.days_late, ""), strong=True),
            str(Status(line.status).label),
        ]
        for line in pack.late.lines
    ]
    more = _left(pack.late.total, len(rows))
    blocks: list[Table | Drawings] = [
        table(_("The longest late first"), columns, rows, more=more),
        *mapped(pack, pack.late_map, _("Where late requests are")),
    ]
    return Section(code="late", title=title, blocks=blocks)


def _left(total: int, shown: int) -> str:
    if total <= shown:
        return ""
    return _("The first %(shown)s of %(total)s.") % {
        "shown": amount(shown, ""),
        "total": amount(total, ""),
    }


def address(name: str, *args: object) -> str:
    """The path of another door's page; empty where this site does not have it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def mapped(pack: Pack, found: Map, title: str, *, squares: bool = False) -> list[Drawings | Table]:
    """A map, and the same by area as a table."""
    columns = [Column(text=_("Area")), Column(text=_("How many"), number=True)]
    rows: list[list[Cell | str]] = [
        [said(each.area) or _("In no area"), amount(each.count, "")]
        for each in found.by_area[:_MOST_AREAS]
    ]
    more = _left(len(found.by_area), len(rows))
    by_area = table(_("%(title)s, by area") % {"title": title}, columns, rows, more=more)
    if not found.marks:
        return [by_area] if rows else []
    alt = _("A map with %(shown)s points of %(total)s, north up. The table says it by area.") % {
        "shown": len(found.marks),
        "total": found.total,
    }
    svg = drawings.drawn_map(found, pack.outlines, squares=squares)
    drawing = Drawing(svg=svg, alt=alt, caption=title, wide=True)
    return [Drawings(drawings=[drawing]), by_area]


def repeats(pack: Pack) -> Section:
    """Where the same trouble returned, the most frequent first."""
    title = _("Places where trouble returns")
    if not pack.repeats.total:
        words = _("No place has had the same trouble four times within a year.")
        return Section(code="repeats", title=title, blocks=[Words(text=words)])
    columns = [
        Column(text=_("Place")),
        Column(text=_("Trouble")),
        Column(text=_("Times in 12 months"), number=True),
        Column(text=_("Last time"), share=0),
        Column(text=_("State")),
        Column(text=_("Cause")),
    ]
    rows: list[list[Cell | str]] = [
        [
            Cell(text=line.place or UNKNOWN, href=address("workbench:repeat", line.id)),
            said(line.service),
            Cell(text=amount(line.times, ""), strong=True),
            day(line.last_on),
            str(RepeatState(line.state).label),
            line.cause or UNKNOWN,
        ]
        for line in pack.repeats.lines
    ]
    more = _left(pack.repeats.total, len(rows))
    words = _("A larger square on the map is a place with more returns.")
    blocks: list[Table | Drawings | Words] = [
        table(_("The most frequent first"), columns, rows, more=more),
        *mapped(pack, pack.repeat_map, title, squares=True),
        Words(text=words),
    ]
    return Section(code="repeats", title=title, blocks=blocks)


def closures(pack: Pack) -> Section:
    """How often what was called done was not, and how sure that is."""
    found = pack.closures
    told = {
        "since": long_day(found.days.since),
        "until": long_day(found.days.until),
        "checked": amount(found.checked, ""),
        "tried": amount(found.tried, ""),
        "rate": amount(found.rate, "share"),
        "span": span(found.low, found.high, "share"),
    }
    if found.rate is None:
        first = _(
            "Not known: too few completions of %(since)s to %(until)s were checked at random "
            "(%(checked)s of %(tried)s drawn)."
        )
    else:
        first = _(
            "%(rate)s of what was called done from %(since)s to %(until)s was not (95%% interval "
            "%(span)s), from %(checked)s completions drawn at random and checked."
        )
    columns = [Column(text=_("Twelve weeks")), Column(text=_("Requests"), number=True)]
    rows: list[list[Cell | str]] = [
        [_("Called done"), amount(found.completed, "")],
        [_("Confirmed by who reported it"), amount(found.confirmed, "")],
        [_("Disputed by who reported it"), amount(found.disputed, "")],
        [_("Look false and are not decided"), amount(found.to_look_at, "")],
    ]
    blocks: list[Words | Table] = [
        Words(text=first % told, strong=True),
        table(_("What became of completions"), columns, rows),
    ]
    return Section(code="closures", title=_("Was it really done?"), blocks=blocks)


def staffing(pack: Pack) -> Section:
    """What fits into the crews' days, what was planned and done; and what is not on record."""
    found = pack.staffing
    blocks: list[Table | Words] = []
    if found.crews:
        blocks.append(_crews(pack))
        words = ngettext(
            "Capacity counts %(n)s working day of the agency's calendar, with everybody there.",
            "Capacity counts %(n)s working days of the agency's calendar, with everybody there.",
            found.working_days,
        )
        blocks.append(Words(text=words % {"n": found.working_days}))
    if found.waiting_orders:
        words = ngettext(
            "%(n)s work order has no crew yet: %(hours)s of work.",
            "%(n)s work orders have no crew yet: %(hours)s of work.",
            found.waiting_orders,
        )
        told = {"n": amount(found.waiting_orders, ""), "hours": hours(found.waiting_minutes)}
        blocks.append(Words(text=words % told))
    missing = [_not_kept(code) for code in found.unknown]
    sentence = _("Not on record here: %(what)s.") % {"what": ", ".join(missing)}
    blocks.append(Words(text=sentence, strong=True))
    return Section(code="staffing", title=_("Staffing"), blocks=blocks)


def _crews(pack: Pack) -> Table:
    columns = [
        Column(text=_("Crew")),
        Column(text=_("People"), number=True),
        Column(text=_("Capacity"), number=True),
        Column(text=_("Planned"), number=True),
        Column(text=_("Done"), number=True),
        Column(text=_("Orders done"), number=True),
        Column(text=_("Time at work, as told"), number=True),
    ]
    rows: list[list[Cell | str]] = [
        [
            line.crew,
            amount(line.people, ""),
            hours(line.capacity),
            _part(line.planned, line.capacity),
            _part(line.done, line.capacity),
            _("%(done)s of %(all)s") % {"done": line.orders_done, "all": line.orders},
            hours(line.spent) if line.timed else UNKNOWN,
        ]
        for line in pack.staffing.crews
    ]
    return table(_("Crews: hours of work in two weeks"), columns, rows)


def _part(minutes: int, capacity: int) -> str:
    if not capacity:
        return hours(minutes)
    told = {"hours": hours(minutes), "share": amount(minutes / capacity, "share")}
    return _("%(hours)s (%(share)s)") % told


def _not_kept(code: str) -> str:
    return {
        NO_CREWS: _("the agency's crews"),
        "overtime": _("overtime"),
        "leave": _("sick and other leave"),
        "vacancies": _("vacancies"),
        "vehicles": _("vehicles out of service"),
    }.get(code, code)
