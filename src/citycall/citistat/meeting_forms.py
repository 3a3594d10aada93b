"""What is typed around a meeting: a day, a schedule, a commitment, and what came of it."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.accounts.queries import colleagues
from citycall.analytics.measures.book import MEASURES
from citycall.core.errors import DomainError, Faults
from citycall.meetings.actions.schedule import Plan
from citycall.meetings.drafts import LONGEST_NAME, LONGEST_OUTCOME, LONGEST_WHAT, Draft
from citycall.meetings.models import Commitment, Evidence, Schedule


def _day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class DayForm(forms.Form):
    """On which day a meeting is."""

    on = _day(label=_("Day of the meeting"))


class ScheduleForm(forms.Form):
    """When an agency meets."""

    first_on = _day(label=_("First meeting"))
    weeks = forms.IntegerField(label=_("Every so many weeks"), min_value=1, max_value=26)
    days_before = forms.IntegerField(
        label=_("Days before that the pack is made"), min_value=0, max_value=14
    )
    emails = forms.CharField(
        label=_("Also told by e-mail"),
        help_text=_("One address a line. Managers and owners of commitments are told anyway."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    active = forms.BooleanField(label=_("The agency meets by this schedule"), required=False)

    def plan(self) -> Plan:
        """What was typed, as a schedule is written down."""
        told = self.cleaned_data
        return Plan(
            first_on=told["first_on"],
            weeks=told["weeks"],
            days_before=told["days_before"],
            emails=told["emails"].split(),
            active=told["active"],
        )


def schedule_form(row: Schedule | None, data: Any = None) -> ScheduleForm:
    """The schedule as it is, or as it was typed."""
    if row is None:
        initial: dict[str, Any] = {"weeks": 2, "days_before": 3, "active": True}
    else:
        initial = {
            "first_on": row.first_on,
            "weeks": row.weeks,
            "days_before": row.days_before,
            "emails": "\n".join(row.emails),
            "active": row.active,
        }
    return ScheduleForm(data, initial=initial)


class CommitmentForm(forms.Form):
    """What is promised, by whom, until when, and what will show it."""

    what = forms.CharField(
        label=_("What is promised"),
        max_length=LONGEST_WHAT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    owner = forms.TypedChoiceField(
        label=_("Who answers for it"), coerce=int, empty_value=None, required=False
    )
    owner_name = forms.CharField(
        label=_("Somebody else, by name"), max_length=LONGEST_NAME, required=False
    )
    due_on = _day(label=_("Until"))
    evidence_kind = forms.ChoiceField(label=_("What will show it"), choices=Evidence.choices)
    evidence = forms.CharField(
        label=_("The words, the link or the number"), max_length=LONGEST_WHAT, required=False
    )
    measure = forms.ChoiceField(label=_("Measure"), required=False)
    at_most = forms.ChoiceField(
        label=_("It should be"), choices=[("", _("at least")), ("1", _("at most"))], required=False
    )
    goal = forms.FloatField(
        label=_("Goal"), help_text=_("A share as percent."), required=False, localize=False
    )

    def __init__(self, *args: Any, agency_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(user.pk, str(user)) for user in colleagues(agency_id)]
        owner, measure = self.fields["owner"], self.fields["measure"]
        assert isinstance(owner, forms.TypedChoiceField)
        assert isinstance(measure, forms.ChoiceField)
        owner.choices = [("", _now("Nobody of the agency")), *people]
        titles = [(name, str(spec.title)) for name, spec in MEASURES.items()]
        measure.choices = [("", "–"), *titles]

    def draft(self) -> Draft:
        """What was typed, as it is taken down."""
        told = self.cleaned_data
        is_measure = told["evidence_kind"] == Evidence.MEASURE
        return Draft(
            what=told["what"],
            due_on=told["due_on"],
            owner_id=told["owner"],
            owner_name=told["owner_name"],
            evidence_kind=told["evidence_kind"],
            evidence=told["measure"] if is_measure else told["evidence"],
            goal=_from_percent(told["goal"], told["measure"]) if is_measure else None,
            at_most=told["at_most"] == "1",
        )

    def tell(self, faults: DomainError) -> None:
        """Put what has to be put right at its field."""
        named = faults.faults if isinstance(faults, Faults) else {faults.field: faults.message}
        is_measure = self.cleaned_data.get("evidence_kind") == Evidence.MEASURE
        for field, sentence in named.items():
            at = "measure" if field == "evidence" and is_measure else field
            self.add_error(at if at in self.fields else None, sentence)


def _is_share(measure: str) -> bool:
    return measure in MEASURES and MEASURES[measure].unit.value == "share"


def _from_percent(goal: float | None, measure: str) -> float | None:
    return goal / 100 if goal is not None and _is_share(measure) else goal


def commitment_form(
    agency_id: int, data: Any = None, *, row: Commitment | None = None, due_on: date | None = None
) -> CommitmentForm:
    """An empty form, what was typed, or a commitment as it could be taken down anew."""
    initial: dict[str, Any] = {"due_on": due_on, "evidence_kind": Evidence.WORDS.value}
    if row is not None:
        is_measure = row.evidence_kind == Evidence.MEASURE
        percent = is_measure and _is_share(row.evidence) and row.goal is not None
        initial = {
            "what": row.what,
            "owner": row.owner_id,
            "owner_name": "" if row.owner_id else row.owner_name,
            "due_on": row.due_on,
            "evidence_kind": row.evidence_kind,
            "evidence": "" if is_measure else row.evidence,
            "measure": row.evidence if is_measure else "",
            "at_most": "1" if row.at_most else "",
            "goal": 100 * (row.goal or 0) if percent else row.goal,
        }
    return CommitmentForm(data, agency_id=agency_id, initial=initial)


class StepForm(forms.Form):
    """What came of a commitment: the words for it, and the new date where it is carried over."""

    words = forms.CharField(
        label=_("What shows it, or why"),
        max_length=LONGEST_OUTCOME,
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    due_on = _day(label=_("New date, where it is carried over"), required=False)

    def tell(self, faults: DomainError) -> None:
        """Put what has to be put right at its field."""
        named = faults.faults if isinstance(faults, Faults) else {faults.field: faults.message}
        for field, sentence in named.items():
            self.add_error("due_on" if field == "due_on" else "words", sentence)
