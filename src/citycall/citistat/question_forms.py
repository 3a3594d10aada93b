"""What is typed beside a question: its title, who finds it, when it is mailed, what is watched."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citycall.analytics.measures.measure import Measure, Unit
from citycall.analytics.watch import queries
from citycall.analytics.watch.drafts import LONGEST_TITLE
from citycall.analytics.watch.models import Bound, Rhythm, SavedQuestion, Sharing, Subscription
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults

WEEKDAYS = (
    (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")),
    (4, _("Friday")), (5, _("Saturday")), (6, _("Sunday")),
)  # fmt: skip


class _Told(forms.Form):
    """A form whose faults may be found only when something is done with it."""

    def tell(self, fault: DomainError) -> None:
        """Put what has to be put right at its field."""
        named = fault.faults if isinstance(fault, Faults) else {fault.field: fault.message}
        for field, sentence in named.items():
            self.add_error(field if field in self.fields else None, sentence)


class SaveForm(_Told):
    """Under which title a question is kept, and who finds it."""

    title = forms.CharField(
        label=_("Title"), help_text=_("You find it again by this."), max_length=LONGEST_TITLE
    )
    sharing = forms.ChoiceField(label=_("Who finds it"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        city, agencies = queries.may_share_with(actor)
        choices: list[tuple[str, Any]] = [(Sharing.OWN.value, Sharing.OWN.label)]
        choices += [(f"agency-{each.pk}", each.name) for each in agencies]
        choices += [(Sharing.CITY.value, Sharing.CITY.label)] if city else []
        field = self.fields["sharing"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def shared(self) -> tuple[str, int | None]:
        """With whom it is shared: how, and with which agency."""
        told = str(self.cleaned_data["sharing"])
        if told.startswith("agency-"):
            return Sharing.AGENCY.value, int(told.removeprefix("agency-"))
        return told, None


def save_form(actor: Actor, row: SavedQuestion | None, data: Any = None) -> SaveForm:
    """An empty form, a question's own title and sharing, or what was typed."""
    initial: dict[str, Any] = {"sharing": Sharing.OWN.value}
    if row is not None:
        sharing = f"agency-{row.agency_id}" if row.agency_id else row.sharing
        initial = {"title": row.title, "sharing": sharing}
    return SaveForm(data, actor=actor, initial=initial, auto_id="save_%s")


class MailForm(_Told):
    """How often an answer is mailed."""

    rhythm = forms.ChoiceField(label=_("How often"), choices=Rhythm.choices)
    weekday = forms.TypedChoiceField(
        label=_("Day of the week"),
        help_text=_("Counts for every week."),
        choices=WEEKDAYS,
        coerce=int,
        empty_value=None,
        required=False,
    )


def mail_form(row: Subscription | None, data: Any = None) -> MailForm:
    """The usual, how it is mailed now, or what was typed."""
    initial = {"rhythm": Rhythm.WEEKLY.value, "weekday": 0}
    if row is not None:
        initial = {"rhythm": row.rhythm, "weekday": row.weekday or 0}
    return MailForm(data, initial=initial, auto_id="mail_%s")


class RuleForm(_Told):
    """What a rule waits for."""

    bound = forms.ChoiceField(label=_("Tell me when it is"), choices=Bound.choices)
    number = forms.FloatField(label=_("Number"), required=False, localize=False)

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._share = measure.unit is Unit.SHARE
        if self._share:
            self.fields["number"].help_text = _("As percent. Not for limits.")
        elif measure.unit is Unit.DAYS:
            self.fields["number"].help_text = _("In days. Not for limits.")
        else:
            self.fields["number"].help_text = _("Not for limits.")

    def number_told(self) -> float | None:
        """The number in the measure's own unit."""
        told: float | None = self.cleaned_data["number"]
        return told / 100 if told is not None and self._share else told


def rule_form(measure: Measure, data: Any = None) -> RuleForm:
    """An empty form, or what was typed."""
    return RuleForm(
        data, measure=measure, initial={"bound": Bound.OUTSIDE.value}, auto_id="rule_%s"
    )
