"""A style page: every component once, in the states it can have."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.defaults import bad_request, server_error

from citycall.pages.forms import ComboBox

NOW = datetime(2026, 11, 24, 20, 15, tzinfo=UTC)
PICTURE = "/static/citycall/apple-touch-icon.png"
STATUSES = {
    "new": "New",
    "assigned": "Assigned",
    "in_progress": "In progress",
    "on_hold": "On hold",
    "completed": "Completed, awaiting your confirmation",
    "closed": "Closed",
    "disputed": "Disputed",
    "overdue": "Overdue",
    "merged": "Joined with another request",
}


class EveryField(forms.Form):
    """One field of each kind."""

    words = forms.CharField(
        label="What is the problem?",
        help_text="Describe it as you would to a neighbor.",
        widget=forms.Textarea(attrs={"maxlength": 200, "rows": 4}),
    )
    place = forms.CharField(label="Street or place", max_length=100)
    email = forms.EmailField(label="E-mail", required=False, help_text="For news of this report.")
    phone = forms.CharField(
        label="Phone", required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    service = forms.ChoiceField(
        label="Service", choices=[("", "Choose one"), ("pothole", "Pothole"), ("light", "Light")]
    )
    agency = forms.ChoiceField(
        label="Agency",
        required=False,
        choices=[("", ""), ("dpw", "Public Works"), ("dot", "Transportation")],
        widget=ComboBox,
    )
    size = forms.ChoiceField(
        label="How large is it?",
        help_text="A dinner plate is about 10 inches.",
        choices=[("s", "Smaller than a dinner plate"), ("l", "Larger than a dinner plate")],
        widget=forms.RadioSelect,
    )
    where = forms.MultipleChoiceField(
        label="Where on the street?",
        required=False,
        choices=[("lane", "In a lane"), ("walk", "At a crosswalk")],
        widget=forms.CheckboxSelectMultiple,
    )
    photos = forms.FileField(label="Photo", required=False)
    seen_at = forms.DateTimeField(
        label="When did you see it?",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    count = forms.IntegerField(label="How many?", required=False, min_value=1)
    follow = forms.BooleanField(
        label="Send me news", required=False, help_text="At most one message a day."
    )

    def clean(self) -> dict[str, Any]:
        """Refuse the whole once, so that the summary has an error of no field."""
        if not self.cleaned_data.get("place"):
            raise forms.ValidationError("Tell us where it is.")
        return self.cleaned_data


class Clerk:
    """Somebody signed in."""

    is_authenticated = True

    def __str__(self) -> str:
        return "R. Ames"


def parts() -> dict[str, Any]:
    """What the components show."""
    entry = SimpleNamespace
    return {
        "now": NOW,
        "statuses": STATUSES.items(),
        "steps": ["What", "Where", "Details", "Contact", "Review"],
        "entries": [
            entry(at=NOW - timedelta(hours=1), title="Crew on its way", by="Transportation"),
            entry(
                at=NOW - timedelta(days=1),
                title="Note",
                text="Second report on this block.\nCheck the drain too.",
                by="R. Ames",
                internal=True,
            ),
            entry(at=NOW - timedelta(days=6), title="Report received", by=""),
        ],
        "rows": [
            entry(label="Problem", value="Pothole\nin the right lane", href="/report"),
            entry(label="Place", value="1200 block of Harbor Street", href="/report"),
            entry(label="Photo", value="", href=""),
        ],
        "page": SimpleNamespace(newer="abc", older="def"),
        "picture": PICTURE,
        "rows_of_table": range(1, 6),
    }


def style_page(request: HttpRequest) -> HttpResponse:
    """Every component, with an empty form or, after sending, with its answers and errors."""
    messages.success(request, "Your report was received.")
    data = request.POST if request.method == "POST" else None
    form = EveryField(data, request.FILES or None)
    status = 422 if data is not None and not form.is_valid() else 200
    return render(request, "style_page.html", {"form": form, **parts()}, status=status)


def staff_page(request: HttpRequest) -> HttpResponse:
    """A dense page with a table."""
    context = {"user": Clerk(), "form": EveryField(), **parts()}
    return render(request, "style_staff.html", context)


def swap_page(request: HttpRequest) -> HttpResponse:
    """A page whose buttons fetch fragments."""
    return render(request, "style_swap.html")


def fragment(request: HttpRequest, status: int) -> HttpResponse:
    """A fragment with a new text area, answered with ``status``."""
    return render(request, "style_fragment.html", {"form": EveryField()}, status=status)


def refuse(request: HttpRequest) -> HttpResponse:
    """Always forbidden."""
    raise PermissionDenied


def break_down(request: HttpRequest) -> HttpResponse:
    """The page that an unhandled error gives."""
    return server_error(request)


def damaged(request: HttpRequest) -> HttpResponse:
    """The page that a damaged request gives."""
    return bad_request(request, ValueError("damaged"))


urlpatterns = [
    path("", style_page),
    path("report", style_page),
    path("track", style_page),
    path("services", style_page),
    path("staff", staff_page),
    path("sign-out", style_page),
    path("swap", swap_page),
    path("fragment/<int:status>", fragment),
    path("refuse", refuse),
    path("break", break_down),
    path("damaged", damaged),
]
