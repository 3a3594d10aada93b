"""The form by which a passage is hidden."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citycall.privacy.models import Redaction
from citycall.privacy.redacting import LONGEST


class RedactForm(forms.Form):
    """What is hidden: chosen from what was found, or written as it stands there."""

    found = forms.MultipleChoiceField(
        label=_("Found in the words"), required=False, widget=forms.CheckboxSelectMultiple
    )
    passage = forms.CharField(
        label=_("Other words to hide"),
        help_text=_("Copy them as they stand. They are hidden wherever they stand here."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason = forms.ChoiceField(label=_("Why"), choices=Redaction.Reason.choices)
    original = forms.ChoiceField(
        label=_("The original"),
        initial="keep",
        choices=[
            ("keep", _("Keep it for a year, for managers only")),
            ("destroy", _("Destroy it now")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, found: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["found"]
        if not found:
            del self.fields["found"]
        elif isinstance(field, forms.MultipleChoiceField):
            field.choices = [(each, each) for each in found]

    def passages(self) -> list[str]:
        """What was chosen and written."""
        return [*self.cleaned_data.get("found", []), self.cleaned_data["passage"]]
