"""A call-back noted by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


class CallBackForm(forms.Form):
    """Whom to call, about what, and when: in their turn, or in a half hour that is free."""

    phone = forms.CharField(label=_("Phone number"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    wanted_at = forms.ChoiceField(label=_("When"), required=False)
    why = forms.CharField(
        label=_("What it is about"),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, free_times: Sequence[datetime]
    ) -> None:
        super().__init__(data, auto_id="call-back-%s")
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), required=False, choices=[("", _("Not known")), *settings.LANGUAGES]
        )
        times = [(each.isoformat(), _moment(each)) for each in free_times]
        self.fields["wanted_at"] = forms.ChoiceField(
            label=_("When"), required=False, choices=[("", _("In their turn")), *times]
        )

    @property
    def wanted(self) -> datetime | None:
        """The chosen half hour, if one was."""
        chosen = self.cleaned_data["wanted_at"]
        return datetime.fromisoformat(chosen) if chosen else None


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
