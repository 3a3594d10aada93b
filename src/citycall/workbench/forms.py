"""One small form for each step, filled with what this request allows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citycall.accounts.queries import colleagues
from citycall.catalog.queries import catalog
from citycall.service_requests.drafts import LONGEST_WORDS
from citycall.service_requests.models import ServiceRequest


class StepForm(forms.Form):
    """A step's inputs; ``seen`` is the state of the request that the person decided upon."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, request: ServiceRequest, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"seen": request.updated_at.isoformat()})
        super().__init__(*args, **kwargs)
        self.fill(request)

    def fill(self, request: ServiceRequest) -> None:
        """Set the choices that depend on the request."""

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class Words(forms.CharField):
    """A text area for sentences."""

    def __init__(self, label: Any, *, help_text: Any = "", required: bool = True) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=required,
            max_length=LONGEST_WORDS,
            widget=forms.Textarea(attrs={"rows": 3}),
        )


class PlainForm(StepForm):
    """A step that needs nothing but the decision."""


class AssignForm(StepForm):
    """To whom in the agency."""

    assignee = forms.ChoiceField(label=_("Person"), required=False)

    def fill(self, request: ServiceRequest) -> None:
        people = [(str(user.pk), str(user)) for user in colleagues(request.agency_id)]
        self._choices("assignee", [("", _("Nobody in particular yet")), *people])
        if request.assignee_id:
            self.initial["assignee"] = str(request.assignee_id)


class HoldForm(StepForm):
    """Why the work waits."""

    reason = forms.ChoiceField(label=_("Reason"))
    words = Words(
        _("What residents will read (optional)"),
        required=False,
    )

    def fill(self, request: ServiceRequest) -> None:
        spec = catalog().service_by_id(request.service_id).spec
        stopping = [
            (r.code, _("%(name)s (the clock stops)") % {"name": r.name}) for r in spec.pause_reasons
        ]
        running = [(r.code, r.name) for r in spec.hold_reasons]
        self._choices("reason", [*running, *stopping])


class TransferForm(StepForm):
    """To which team, and why it is not ours."""

    team = forms.ChoiceField(label=_("Team"))
    reason = Words(_("Why is it not yours?"), help_text=_("Only staff will read this."))

    def fill(self, request: ServiceRequest) -> None:
        teams = [
            (team.code, f"{team.name}, {catalog().agency(team.agency_id).name}")
            for team in catalog().teams
            if team.id != request.team_id
        ]
        self._choices("team", [("", _("Choose a team")), *teams])


class CompleteForm(StepForm):
    """What came of it, in words for the resident, with a photo where the service asks."""

    outcome = forms.ChoiceField(label=_("Outcome"))
    explanation = Words(
        _("What was done?"), help_text=_("The people who reported this will read it.")
    )
    photo = forms.FileField(label=_("Photo of the finished work"), required=False)

    def fill(self, request: ServiceRequest) -> None:
        book = catalog()
        spec = book.service_by_id(request.service_id).spec
        outcomes = [(code, book.outcome(code).spec.name) for code in spec.outcomes]
        self._choices("outcome", [("", _("Choose an outcome")), *outcomes])
        if spec.photo_on_completion:
            self.fields["photo"].help_text = _("This service needs one.")


class ReasonForm(StepForm):
    """Why; the people who reported it will read it."""

    reason = Words(_("Reason"), help_text=_("The people who reported this will read it."))


class ReferForm(StepForm):
    """Whose it is and how to reach them."""

    referred_to = Words(
        _("Whose is it, and how can the resident reach them?"),
        help_text=_("The people who reported this will read it."),
    )


class MergeForm(StepForm):
    """The number of the request that this one is the same problem as."""

    parent = forms.CharField(label=_("Number of the other request"), max_length=40)


class NoteForm(StepForm):
    """A note; two separate buttons send it to staff or to everyone."""

    words = Words(_("Note"))


class PhotoForm(StepForm):
    """A photo taken before or after the work."""

    photo = forms.FileField(label=_("Photo"))
    stage = forms.ChoiceField(
        label=_("Taken"), choices=[("before", _("Before the work")), ("after", _("After the work"))]
    )
