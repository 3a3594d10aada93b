"""A pack, counted now: from the facts, and from the rooms that know what facts do not."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from django.utils.translation import gettext as _

from citycall.analytics.measures.book import MEASURES
from citycall.analytics.packs import content, fairness, figures, lists, staffing
from citycall.analytics.packs.content import BETTER, MOVED, UNKNOWN, WORSE, Figure, Pack, days_of
from citycall.analytics.packs.fortnights import Fortnights, at_once
from citycall.analytics.standing import usual_layer
from citycall.analytics.store import Facts
from citycall.core.errors import Conflict
from citycall.meetings import queries as meetings
from citycall.meetings.models import Meeting
from citycall.meetings.rules import Period
from citycall.places.queries import areas, outlines

# Outlines of areas are drawn to about this many degrees, some ten metres.
_OUTLINE: Final = 0.0003


class FactsTooOld(Conflict):
    """The facts do not reach to the end of the two weeks yet."""

    code = "facts_too_old"


def check_reach(meeting: Meeting, facts: Facts) -> None:
    """Raise ``FactsTooOld`` where the facts do not reach to the end of a meeting's two weeks."""
    if facts.about.today <= meeting.until:
        raise FactsTooOld(
            _("The numbers do not reach to the end of the two weeks yet. Please try again later.")
        )


def compose(meeting: Meeting, facts: Facts, *, at: datetime) -> Pack:
    """Everything that is laid before a meeting, of facts that reach so far (``check_reach``)."""
    last = Period(meeting.since, meeting.until)
    as_of = facts.as_of.replace(tzinfo=UTC)
    agency, layer = meeting.agency, usual_layer(facts)
    found = figures.measure(facts, Fortnights(facts, last), agency.pk)
    own = figures.of_agency(found, last=_last_paper(meeting))
    whole = [each.figure for each in own]
    judged = [*own, *figures.of_services(found)]
    repeats, places = lists.repeat_list(agency.pk)
    return Pack(
        format=content.FORMAT,
        agency=agency.code,
        agency_name=agency.name,
        meeting_on=meeting.on,
        days=days_of(last),
        days_before=days_of(last.before()),
        days_year=days_of(last.year_before()),
        as_of=as_of,
        figures=tuple(whole),
        progress=figures.ranked(judged, BETTER),
        improvement=figures.ranked(judged, WORSE),
        moved=figures.ranked(judged, MOVED),
        judged=sum(each.figure.verdict != UNKNOWN for each in judged),
        too_few=sum(each.figure.verdict == UNKNOWN for each in judged),
        services=figures.service_lines(found),
        late=lists.late_list(facts, agency.pk, layer=layer),
        repeats=repeats,
        closures=lists.false_closures(agency.pk, until=last.until),
        fairness=fairness.fairness(facts, agency.pk, layer=layer, last=last),
        staffing=staffing.staffing_of(agency.pk, last),
        late_map=lists.late_map(facts, agency.pk, layer=layer),
        repeat_map=lists.repeat_map(places, total=repeats.total, area_of=_area_in(layer)),
        outlines=outlines(layer, tolerance=_OUTLINE) if layer else (),
        commitments=lists.promises(
            meeting, at=at, measured=partial(_measured, facts, meeting, whole)
        ),
    )


def _measured(
    facts: Facts, meeting: Meeting, whole: Sequence[Figure], name: str
) -> tuple[float | None, str, str]:
    """What a promised measure has come to, its unit and its title; the paper's own figure first."""
    if name not in MEASURES:
        return None, "", name
    unit, title = MEASURES[name].unit.value, figures.title(name)
    now = next((figure for figure in whole if figure.measure == name), None)
    if now is not None:
        return now.value, unit, title
    days = Period(meeting.since, meeting.until)
    value = at_once(facts, name, {"agency": [meeting.agency_id]}, days=days).get(None)
    return (value.value if value else None), unit, title


def _area_in(layer: str) -> lists.AreaOf:
    index = areas()

    def name(longitude: float, latitude: float) -> str:
        here = (area for area in index.at(longitude, latitude) if area.layer == layer)
        found = next(here, None)
        return found.name if found is not None else ""

    return name


def _last_paper(meeting: Meeting) -> Mapping[str, float | None]:
    """What today's measures were in the paper of the meeting before, where it is two weeks old."""
    last = meetings.before(meeting)
    paper = meetings.paper_of(last) if last is not None else None
    if last is None or paper is None or last.until != meeting.since - timedelta(days=1):
        return {}
    try:
        before = content.read(paper.content)
    except content.UnreadablePaper:
        return {}
    return {figure.measure: figure.value for figure in before.figures if not figure.service}
