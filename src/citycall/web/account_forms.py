"""The forms of signing in, of an account, and of following."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from citycall.follows.models import Often
from citycall.web.forms import ContactForm, EmailForm, TypedForm


class ReachForm(TypedForm):
    """The address or number that a link is sent to, where the city sends text messages too."""

    email = forms.CharField(
        label=_("Your e-mail address or phone number"),
        widget=forms.TextInput(attrs={"autocomplete": "email", "maxlength": 254}),
    )


class CodeForm(TypedForm):
    """The digits that were sent."""

    digits = forms.CharField(
        label=_("The six digits in the message"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "maxlength": 20,
            }
        ),
    )


class SettingsForm(ContactForm):
    """How somebody wishes to be called, reached and spoken to; the address is the account's."""

    email = None  # type: ignore[assignment]
    language = forms.ChoiceField(label=_("The language in which we write to you"))

    def __init__(
        self, *, typed: Mapping[str, Any], faults: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(typed=typed, faults=faults)
        field = self.fields["language"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(settings.LANGUAGES)


class FollowForm(EmailForm):
    """Whom to tell, and how often."""

    often = forms.ChoiceField(
        label=_("How often?"), choices=Often.choices, widget=forms.RadioSelect
    )

    def __init__(
        self,
        *,
        typed: Mapping[str, Any],
        faults: Mapping[str, str] | None = None,
        known: bool = False,
    ) -> None:
        super().__init__(typed=typed, faults=faults)
        if known:
            del self.fields["email"]
