"""What a step for many requests needs to be told, with what their services and agencies offer."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.accounts.queries import colleagues
from citycall.batches import queries
from citycall.batches.models import Batch, BatchStep
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.phrases import said
from citycall.notifications.models import StandardText
from citycall.notifications.texts import fault_of_fields
from citycall.service_requests import queries as service_requests
from citycall.service_requests import tags
from citycall.workbench import texts
from citycall.workbench.forms import _CHOOSE, UNREADABLE, Choices, Words, teams_by_agency

# The form of the request's own page that has the same texts.
_CODE: Final[Mapping[str, str]] = {
    BatchStep.HOLD: "hold",
    BatchStep.COMPLETE: "complete",
    BatchStep.MESSAGE: "public",
}


class BatchForm(forms.Form):
    """The inputs of one step for many."""

    def __init__(self, *args: Any, batch: Batch, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fill(batch)

    def fill(self, batch: Batch) -> None:
        """Set the choices that depend on the requests."""

    def _choices(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def values(self) -> dict[str, Any]:
        """What the step is told, as it is kept."""
        return dict(self.cleaned_data)


class TextsForm(BatchForm):
    """A form into one field of which a text of the agencies' can be put."""

    def fill(self, batch: Batch) -> None:
        """Offer the texts of the requests' agencies."""
        code = _CODE[batch.step]
        self.field = texts.FIELD[code]
        self.offered = texts.offered_for_many(code, batch.agencies)
        self.chosen = str((self.data if self.is_bound else self.initial).get("text") or "")
        self.text_choice = texts.choice_for_many(code, self.offered, chosen=self.chosen)

    def _text(self) -> StandardText | None:
        return next((text for text in self.offered if str(text.pk) == self.chosen), None)

    def put_in(self) -> None:
        """Give the field the words of the chosen text; everything else stays as it was typed."""
        text = self._text()
        if text is not None:
            self.initial[self.field] = text.words[settings.LANGUAGE_CODE]

    def clean(self) -> dict[str, Any]:
        """Only fields that there are can be filled in."""
        cleaned = super().clean() or {}
        fault = fault_of_fields(cleaned.get(self.field, ""))
        if fault:
            self.add_error(self.field, fault)
        return cleaned

    def values(self) -> dict[str, Any]:
        """What was typed, with the text that was chosen and what it says in other languages."""
        text = self._text()
        said = texts.said_by(text, self.cleaned_data[self.field])
        return {**self.cleaned_data, **({"text": str(text.pk), "said": said} if text else {})}


def _services(batch: Batch) -> list[ServiceEntry]:
    return [catalog().service_by_id(pk) for pk in queries.services_of(batch)]


def _once(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return list(dict(choices).items())


class AssignMany(BatchForm):
    """To whom."""

    assignee = forms.ChoiceField(label=_("Person"), required=False, error_messages=_CHOOSE)

    def fill(self, batch: Batch) -> None:
        """Offer the colleagues of the requests' agencies."""
        people = _once((str(u.pk), str(u)) for pk in batch.agencies for u in colleagues(pk))
        self._choices("assignee", [("", _now("Nobody in particular yet")), *people])


class HoldMany(TextsForm):
    """Why the work waits."""

    reason = forms.ChoiceField(label=_("Reason"), error_messages=_CHOOSE)
    words = Words(
        _("Explanation"), help_text=_("The people who reported this will read it."), missing=""
    )

    def fill(self, batch: Batch) -> None:
        """Offer what at least one of the services has, and say which stop the clock."""
        super().fill(batch)
        stopping = _now("%(name)s (the clock stops)")
        specs = [entry.spec for entry in _services(batch)]
        holding = ((r.code, said(r.name)) for spec in specs for r in spec.hold_reasons)
        pausing = (
            (r.code, stopping % {"name": said(r.name)})
            for spec in specs
            for r in spec.pause_reasons
        )
        found = _once([*holding, *pausing])
        self._choices("reason", [("", _now("Choose a reason")), *found])


class CompleteMany(TextsForm):
    """What came of them, in words for the residents."""

    outcome = forms.ChoiceField(label=_("Outcome"), error_messages=_CHOOSE)
    explanation = Words(
        _("What was done?"),
        help_text=_("The people who reported this will read it."),
        missing=_("Please tell the resident what was done."),
    )

    def fill(self, batch: Batch) -> None:
        """Offer what at least one of the services has."""
        super().fill(batch)
        codes = dict.fromkeys(c for entry in _services(batch) for c in entry.spec.outcomes)
        found = [(code, said(catalog().outcome(code).spec.name)) for code in codes]
        self._choices("outcome", [("", _now("Choose an outcome")), *found])


class TransferMany(BatchForm):
    """To which team, and why they are not ours."""

    team = forms.ChoiceField(label=_("Team"), error_messages=_CHOOSE)
    reason = Words(
        _("Why are they not yours?"),
        help_text=_("Only staff will read this."),
        missing=_("Please say why it is not yours."),
    )

    def fill(self, batch: Batch) -> None:
        """Offer all teams under their agencies' names."""
        self._choices("team", teams_by_agency())


class MergeMany(BatchForm):
    """The number of the request that they are to be part of."""

    parent = forms.CharField(
        label=_("Number of the request that they are all part of"),
        max_length=40,
        help_text=_("Their reports then belong to it, and its fate is theirs."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Please give the number of the other request."),
            "max_length": _("A confirmation number has 12 digits, such as 26-48392-01755."),
            "null_characters_not_allowed": UNREADABLE,
        },
    )

    def clean_parent(self) -> str:
        """The request's id; a number that leads nowhere is said to."""
        typed = self.cleaned_data["parent"]
        try:
            return str(service_requests.get_for(self.actor, numbers.read(typed)).pk)
        except DomainError as error:
            raise forms.ValidationError(error.message) from None


class MessageMany(TextsForm):
    """Words for everyone to read."""

    words = Words(
        _("Message"),
        help_text=_("Without names, phone numbers or anything else that is nobody's business."),
        missing=_("Please write the message."),
    )


class NoteMany(BatchForm):
    """Words for staff only."""

    words = Words(_("Note"), missing=_("Please write the note."))


class TagMany(BatchForm):
    """Which tags are put on, and which are taken off."""

    add = forms.CharField(
        label=_("Tags to put on"),
        required=False,
        max_length=200,
        help_text=_("Only staff see them. Several have commas between them."),
        widget=forms.TextInput(attrs={"list": "known-tags", "autocomplete": "off"}),
        error_messages={
            "max_length": _(
                "Please keep this under %(limit_value)d characters. It has %(show_value)d."
            ),
            "null_characters_not_allowed": UNREADABLE,
        },
    )
    remove = forms.MultipleChoiceField(
        label=_("Tags to take off"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("None of the requests has this tag any more: %(value)s.")
        },
    )

    def fill(self, batch: Batch) -> None:
        """Offer to take off what at least one of the requests has."""
        self.known_tags = service_requests.known_tags(self.actor)
        self.initial["remove"] = tags.several(self.initial.get("remove", ""))
        found = queries.tags_of(batch)
        self._choices("remove", [(tag, tag) for tag in found])
        if not (found or self.initial["remove"]):
            del self.fields["remove"]

    def clean_add(self) -> str:
        """The tags as they are kept."""
        try:
            found = [tags.standard(tag) for tag in tags.several(self.cleaned_data["add"])]
        except DomainError as error:
            raise forms.ValidationError(error.message) from None
        return ", ".join(dict.fromkeys(found))

    def clean(self) -> dict[str, Any]:
        """Something has to be put on or taken off, and nothing both."""
        cleaned = super().clean() or {}
        add, remove = tags.several(cleaned.get("add", "")), cleaned.get("remove", [])
        if not self.errors and not (add or remove):
            self.add_error("add", _("Please say which tags to put on or to take off."))
        for both in sorted(set(add) & set(remove)):
            sentence = _now("“%(tag)s” cannot be put on and taken off at once.")
            self.add_error("add", sentence % {"tag": both})
        return cleaned

    def values(self) -> dict[str, Any]:
        """The tags with commas between them."""
        given = self.cleaned_data
        return {"add": given["add"], "remove": ", ".join(given.get("remove", []))}


FORMS: Final[Mapping[str, type[BatchForm]]] = {
    BatchStep.ASSIGN: AssignMany,
    BatchStep.HOLD: HoldMany,
    BatchStep.COMPLETE: CompleteMany,
    BatchStep.TRANSFER: TransferMany,
    BatchStep.MERGE: MergeMany,
    BatchStep.MESSAGE: MessageMany,
    BatchStep.NOTE: NoteMany,
    BatchStep.TAG: TagMany,
}


def form_of(
    batch: Batch, *, actor: Actor, data: Any = None, typed: Mapping[str, Any] | None = None
) -> BatchForm | None:
    """The form of a batch's step, filled with what was said; none where nothing is needed.

    ``typed`` stands instead of what was said, and is not looked at for faults.
    """
    form = FORMS.get(batch.step)
    if form is None:
        return None
    initial = dict(batch.values if typed is None else typed)
    parent = queries.parent_of(batch)
    if parent is not None and typed is None:
        initial["parent"] = numbers.show(parent.number)
    return form(data, batch=batch, actor=actor, initial=initial)
