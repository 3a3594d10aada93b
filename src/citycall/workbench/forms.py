"""One small form for each step, filled with what this request allows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.accounts.queries import colleagues
from citycall.catalog.queries import catalog
from citycall.core.errors import DomainError
from citycall.core.phrases import said
from citycall.privacy.models import ContactOpening
from citycall.privacy.openings import LONGEST_WORDS as LONGEST_REASON
from citycall.service_requests import photos, returning
from citycall.service_requests.drafts import LONGEST_WORDS
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.photos import Photo

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise
Choices = Sequence[tuple[str, Any]]

UNREADABLE: "Text" = _("This text has characters that cannot be read. Please type it anew.")
_CHOOSE: Mapping[str, "Text"] = {
    "required": _("Please choose one from the list."),
    "invalid_choice": _("Please choose one from the list."),
}


class Words(forms.CharField):
    """A text area for sentences; line ends are kept as a computer keeps them."""

    def __init__(self, label: "Text", *, missing: "Text", help_text: "Text" = "") -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=bool(missing),
            max_length=LONGEST_WORDS,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={
                "required": missing,
                "max_length": _(
                    "Please keep this under %(limit_value)d characters. It has %(show_value)d."
                ),
                "null_characters_not_allowed": UNREADABLE,
            },
        )

    def to_python(self, value: Any) -> str:
        """The text as typed, with one character for the end of a line."""
        return str(super().to_python(value)).replace("\r\n", "\n")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No counter of characters: half a dozen on one page would only distract."""
        attributes = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return attributes


class OpeningForm(forms.Form):
    """Why somebody needs to know how a reporter is reached."""

    reason = forms.ChoiceField(
        label=_("Why do you need the contact?"),
        choices=[("", _("Please choose")), *((r.value, r.label) for r in ContactOpening.CHOSEN)],
        error_messages=dict(_CHOOSE),
    )
    words = forms.CharField(
        label=_("In words"),
        help_text=_("Your name, the reason and the time are recorded."),
        required=False,
        max_length=LONGEST_REASON,
    )


class PhotoField(forms.FileField):
    """A picture, re-encoded and stored while it is checked."""

    def __init__(self, label: "Text", *, required: bool) -> None:
        super().__init__(
            label=label,
            required=required,
            widget=forms.FileInput(attrs={"accept": "image/*"}),
            error_messages={
                "required": _("Please choose a photo."),
                "empty": _("This file is empty. Please choose another."),
                "invalid": _("Please choose a photo."),
                "missing": _("Please choose a photo."),
            },
        )

    def clean(self, data: Any, initial: Any = None) -> Photo | None:
        """The kept photo; raises ``ValidationError`` with what is wrong with the file."""
        upload: IO[bytes] | None = super().clean(data, initial)
        if not upload:
            return None
        try:
            return photos.keep(upload)
        except DomainError as error:
            raise forms.ValidationError(error.message) from None


class StepForm(forms.Form):
    """A step's inputs; ``seen`` is the state of the request that the person decided upon."""

    # A plain field: what comes back is read by ``clean``, which says one thing for all that is bad.
    seen = forms.Field(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, request: ServiceRequest, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"seen": request.updated_at.isoformat()})
        super().__init__(*args, **kwargs)
        self.fill(request)

    def fill(self, request: ServiceRequest) -> None:
        """Set the choices that depend on the request."""

    def look_again(self, request: ServiceRequest) -> None:
        """The person now sees the request as it is: what they send next is decided upon that."""
        typed = {name: self.data[name] for name in self.data}
        self.data = {**typed, self.add_prefix("seen"): request.updated_at.isoformat()}

    def clean(self) -> dict[str, Any]:
        """Read the state that was decided upon; without it a change could undo another's."""
        cleaned = super().clean() or {}
        try:
            cleaned["seen"] = datetime.fromisoformat(str(cleaned.get("seen", "")))
        except ValueError:
            self.add_error(
                None, _("This page was incomplete. Please look at the request and try again.")
            )
        return cleaned

    def _choices(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class PlainForm(StepForm):
    """A step that needs nothing but the decision."""


class AssignForm(StepForm):
    """To whom in the agency."""

    assignee = forms.ChoiceField(label=_("Person"), required=False, error_messages=_CHOOSE)

    def fill(self, request: ServiceRequest) -> None:
        """Offer the colleagues of the responsible agency."""
        people = [(str(user.pk), str(user)) for user in colleagues(request.agency_id)]
        self._choices("assignee", [("", _now("Nobody in particular yet")), *people])
        if request.assignee_id:
            self.initial["assignee"] = str(request.assignee_id)


class HoldForm(StepForm):
    """Why the work waits."""

    reason = forms.ChoiceField(label=_("Reason"), error_messages=_CHOOSE)
    words = Words(
        _("Explanation"), help_text=_("The people who reported this will read it."), missing=""
    )

    def fill(self, request: ServiceRequest) -> None:
        """Offer the service's reasons, and say which of them stop the clock."""
        spec = catalog().service_by_id(request.service_id).spec
        stopping = _now("%(name)s (the clock stops)")
        self._choices(
            "reason",
            [
                ("", _now("Choose a reason")),
                *((reason.code, reason.name) for reason in spec.hold_reasons),
                *((reason.code, stopping % {"name": reason.name}) for reason in spec.pause_reasons),
            ],
        )


def teams_by_agency(*, but: int | None = None) -> Choices:
    """All teams under their agencies' names, without the one with the id ``but``."""
    book = catalog()
    grouped = [
        (
            said(agency.name),
            [
                (team.code, said(team.name))
                for team in book.teams
                if team.agency_id == agency.id and team.id != but
            ],
        )
        for agency in book.agencies
    ]
    return [("", _now("Choose a team")), *(group for group in grouped if group[1])]


class TransferForm(StepForm):
    """To which team, and why it is not ours."""

    team = forms.ChoiceField(label=_("Team"), error_messages=_CHOOSE)
    reason = Words(
        _("Why is it not yours?"),
        help_text=_("Only staff will read this."),
        missing=_("Please say why it is not yours."),
    )

    def fill(self, request: ServiceRequest) -> None:
        """Offer the other teams under their agencies' names."""
        self._choices("team", teams_by_agency(but=request.team_id))


class ReturnForm(StepForm):
    """Why it is not the team's own."""

    reason = forms.ChoiceField(label=_("Reason"), error_messages=_CHOOSE)
    words = Words(_("What should whoever sorts it know?"), missing="")

    def fill(self, request: ServiceRequest) -> None:
        """Offer the reasons of this service and agency."""
        found = returning.reasons_for(request)
        self._choices(
            "reason",
            [("", _now("Choose a reason")), *((each.code, str(each.name)) for each in found)],
        )
        self.fields["words"].help_text = _("Only staff will read this.")


class ChangeServiceForm(StepForm):
    """Which service it really is, and why."""

    service = forms.ChoiceField(label=_("Service"), error_messages=_CHOOSE)
    reason = Words(
        _("Why does it belong there?"),
        help_text=_("Everybody who has the number will read it."),
        missing=_("Please say why it belongs to another service."),
    )

    def fill(self, request: ServiceRequest) -> None:
        """Offer the other services under their groups' names."""
        grouped = [
            (group.name, [(e.code, e.name) for e in group.services if e.id != request.service_id])
            for group in catalog().groups
        ]
        self._choices(
            "service", [("", _now("Choose a service")), *(each for each in grouped if each[1])]
        )


class CompleteForm(StepForm):
    """What came of it, in words for the resident, with a photo where the service asks."""

    mark_optional = False  # The photo's hint says whether it is needed.
    outcome = forms.ChoiceField(label=_("Outcome"), error_messages=_CHOOSE)
    explanation = Words(
        _("What was done?"),
        help_text=_("The people who reported this will read it."),
        missing=_("Please tell the resident what was done."),
    )
    photo = PhotoField(_("Photo of the finished work"), required=False)

    def fill(self, request: ServiceRequest) -> None:
        """Offer the service's outcomes, and say whether it needs a photo."""
        book = catalog()
        spec = book.service_by_id(request.service_id).spec
        outcomes = [(code, book.outcome(code).spec.name) for code in spec.outcomes]
        self._choices("outcome", [("", _now("Choose an outcome")), *outcomes])
        self.fields["photo"].help_text = (
            _("This service needs one.") if spec.photo_on_completion else _("Where it helps.")
        )


class ReasonForm(StepForm):
    """Why; the people who reported it will read it."""

    reason = Words(
        _("Reason"),
        help_text=_("The people who reported this will read it."),
        missing=_("Please give the reason."),
    )


class ReferForm(StepForm):
    """Whose it is and how to reach them."""

    referred_to = Words(
        _("Whose is it, and how can the resident reach them?"),
        help_text=_("The people who reported this will read it."),
        missing=_("Please say whose it is and how to reach them."),
    )


class MergeForm(StepForm):
    """The number of the request that this one is the same problem as."""

    parent = forms.CharField(
        label=_("Number of the other request"),
        max_length=40,
        help_text=_("This request's reports then belong to the other one."),
        widget=forms.TextInput(attrs={"list": "nearby-numbers", "autocomplete": "off"}),
        error_messages={
            "required": _("Please give the number of the other request."),
            "max_length": _("A confirmation number has 12 digits, such as 26-48392-01755."),
            "null_characters_not_allowed": UNREADABLE,
        },
    )


class NoteForm(forms.Form):
    """Words that are kept with the request, for staff only or for everyone."""

    words = Words(_("Note"), missing=_("Please write the note."))


class MessageForm(forms.Form):
    """Words for everyone to read."""

    words = Words(
        _("Message"),
        help_text=_("Without names, phone numbers or anything else that is nobody's business."),
        missing=_("Please write the message."),
    )


class PhotoForm(forms.Form):
    """A photo taken before or after the work."""

    photo = PhotoField(_("Photo"), required=True)
    stage = forms.ChoiceField(
        label=_("Taken"),
        choices=[("before", _("Before the work")), ("after", _("After the work"))],
        error_messages=_CHOOSE,
    )
