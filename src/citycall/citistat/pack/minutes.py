"""What was said and promised at a meeting, as the last sections of its paper."""

from django.utils.translation import gettext as _

from citycall.analytics.measures.book import MEASURES
from citycall.citistat.pack.amounts import UNKNOWN, amount, day
from citycall.citistat.pack.papers import Cell, Column, Section, Words, table
from citycall.meetings import queries
from citycall.meetings.models import Commitment, Evidence, Meeting


def sections(meeting: Meeting) -> list[Section]:
    """The notes and the new commitments, where there are any."""
    found = []
    if meeting.notes:
        found.append(Section(code="notes", title=_("Notes"), blocks=[Words(text=meeting.notes)]))
    taken = queries.taken_at(meeting)
    if taken:
        columns = [
            Column(text=_("What"), share=4),
            Column(text=_("Who answers for it")),
            Column(text=_("Until"), share=0),
            Column(text=_("What will show it"), share=3),
            Column(text=_("Where it stands")),
        ]
        rows: list[list[Cell | str]] = [
            [
                row.what,
                row.owner_name,
                day(row.due_on),
                shown_by(row),
                str(row.get_state_display()),
            ]
            for row in taken
        ]
        title = _("Commitments of this meeting")
        found.append(Section(code="taken", title=title, blocks=[table(title, columns, rows)]))
    return found


def shown_by(row: Commitment) -> str:
    """What will show that a commitment was kept, in words."""
    if row.evidence_kind != Evidence.MEASURE or row.goal is None:
        return row.evidence or UNKNOWN
    spec = MEASURES.get(row.evidence)
    name = str(spec.title) if spec is not None else row.evidence
    told = {"measure": name, "goal": amount(row.goal, spec.unit.value if spec else "")}
    if row.at_most:
        return _("%(measure)s at most %(goal)s") % told
    return _("%(measure)s at least %(goal)s") % told
