"""What somebody wants to have written down, checked before anything is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from citycall.core import numbers
from citycall.core.errors import DomainError, Faults
from citycall.meetings.models import Commitment, Evidence

LONGEST_WHAT: Final = 500
LONGEST_NAME: Final = 150
LONGEST_OUTCOME: Final = 4_000
LONGEST_NOTES: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A commitment as it is taken down; ``owner_id`` goes before ``owner_name``.

    ``evidence`` is read as its kind says; ``goal`` and ``at_most`` belong to a measure.
    """

    what: str
    due_on: date | None
    owner_id: int | None = None
    owner_name: str = ""
    evidence_kind: str = Evidence.WORDS.value
    evidence: str = ""
    goal: float | None = None
    at_most: bool = False


def draft_of(row: Commitment) -> Draft:
    """A commitment as it could be taken down again."""
    return Draft(
        what=row.what,
        due_on=row.due_on,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        evidence_kind=row.evidence_kind,
        evidence=row.evidence,
        goal=row.goal,
        at_most=row.at_most,
    )


def check(draft: Draft, *, made_on: date, owner_known: bool) -> None:
    """Raise ``Faults`` for all that has to be put right, each at its field.

    ``owner_known``: somebody of the agency has this ``owner_id``.
    """
    faults = {
        "what": _length(draft.what, LONGEST_WHAT, _("Please write what is promised.")),
        "owner": _owner(draft, known=owner_known),
        "due_on": _due(draft.due_on, made_on),
        **_evidence(draft),
    }
    found = {field: fault for field, fault in faults.items() if fault}
    if found:
        raise Faults(found)


def _length(text: str, longest: int, missing: str) -> str:
    if not text.strip():
        return missing
    if len(text.strip()) > longest:
        return _("Please keep this under %(n)s characters.") % {"n": longest}
    return ""


def _owner(draft: Draft, *, known: bool) -> str:
    if draft.owner_id is not None:
        return "" if known else _("Please choose somebody of the agency, or write a name.")
    missing = _("Please say who answers for it: choose a person, or write a name.")
    return _length(draft.owner_name, LONGEST_NAME, missing)


def _due(due_on: date | None, made_on: date) -> str:
    if due_on is None:
        return _("Please give the date until which it will be done.")
    if due_on < made_on:
        return _("Please give a date that is not before the meeting.")
    if due_on.year > made_on.year + 5:
        return _("Please give a date within the next five years.")
    return ""


def _evidence(draft: Draft) -> Mapping[str, str]:
    if draft.evidence_kind not in Evidence.values:
        return {"evidence_kind": _("Please choose what will show that it was done.")}
    text = draft.evidence.strip()
    if len(text) > LONGEST_WHAT:
        sentence = _("Please keep this under %(n)s characters.") % {"n": LONGEST_WHAT}
        return {"evidence": sentence}
    if draft.evidence_kind == Evidence.MEASURE:
        return _measure(text, draft.goal)
    if draft.evidence_kind == Evidence.LINK:
        return {"evidence": _link(text)}
    return {"evidence": _request(text) if draft.evidence_kind == Evidence.REQUEST else ""}


def written(draft: Draft) -> str:
    """The evidence as it is kept: a request's number the way that addresses have it.

    Of a draft that ``check`` has found good.
    """
    text = draft.evidence.strip()
    return numbers.show(numbers.read(text)) if draft.evidence_kind == Evidence.REQUEST else text


def _link(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    good = parts.scheme in {"http", "https"} and parts.netloc and not {*text} & {*" \t\n"}
    return "" if good else _("Please give a whole address that begins with https://.")


def _request(text: str) -> str:
    try:
        numbers.read(text)
    except DomainError as fault:
        return fault.message
    return ""


def _measure(text: str, goal: float | None) -> Mapping[str, str]:
    faults = {}
    if not text:
        faults["evidence"] = _("Please choose the measure.")
    if goal is None or not abs(goal) <= 1e9:
        faults["goal"] = _("Please give the number that the measure should reach.")
    return faults


def outcome_words(text: str, *, missing: str, field: str) -> str:
    """What shows that it was done, or why it was not; raises ``Faults`` where nothing is said."""
    fault = _length(text, LONGEST_OUTCOME, missing)
    if fault:
        raise Faults({field: fault})
    return text.strip()
