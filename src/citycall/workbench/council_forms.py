"""The forms by which an office asks, and an agency answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from citycall.service_requests.drafts import LONGEST_WORDS


class InquiryForm(forms.Form):
    """A question, and whom it is asked for."""

    question = forms.CharField(
        label=_("Your question to the agency"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please write what you want to know.")},
    )
    constituent = forms.CharField(
        label=_("Who asked you"),
        help_text=_("For your office only."),
        required=False,
        max_length=150,
    )
    reach = forms.CharField(
        label=_("How you reach them"),
        help_text=_("For your office only."),
        required=False,
        max_length=200,
    )
    consent = forms.BooleanField(
        label=_("They agreed that the agency may know this and write to them"), required=False
    )


class AnswerForm(forms.Form):
    """What the office is told."""

    answer = forms.CharField(
        label=_("Your answer to the office"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please write the answer.")},
    )
