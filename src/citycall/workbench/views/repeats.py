"""Where does the same trouble return, and what is done about its cause?"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from citycall.accounts.queries import colleagues
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed
from citycall.duplicates import repeats
from citycall.duplicates.models import RepeatPlace, RepeatState
from citycall.pages.staff import links_for, staff_only
from citycall.service_requests import queries


class CauseForm(forms.Form):
    """Where the work on the cause stands."""

    state = forms.ChoiceField(label=gettext_lazy("State"), choices=RepeatState.choices)
    owner = forms.TypedChoiceField(
        label=gettext_lazy("Who sees to it"), coerce=int, empty_value=None, required=False
    )
    cause = forms.CharField(
        label=gettext_lazy("Why it comes back"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=repeats.LONGEST_CAUSE,
        required=False,
    )

    def __init__(self, *args: Any, place: RepeatPlace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(user.pk, str(user)) for user in colleagues(place.agency_id)]
        owner = self.fields["owner"]
        if isinstance(owner, forms.TypedChoiceField):
            owner.choices = [("", _("Nobody yet")), *people]


@require_safe
@staff_only
def repeat_places(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The places of the actor's agencies, the most frequent first."""
    # What may be read is asked first: it refuses those who may read nothing.
    queries.readable(actor)
    state = request.GET.get("state", "")
    context = {
        "page": repeats.page(actor, state=state, after=request.GET.get("after", "")),
        "state": state,
        "states": RepeatState.choices,
        "staff_links": links_for(actor),
        "now": clock.now(),
    }
    return render(request, "workbench/repeats.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def repeat_place(request: HttpRequest, actor: Actor, place: int) -> HttpResponse:
    """One place with all that happened there, and what is known of the cause."""
    found = repeats.place_for(actor, place)
    if request.method != "POST":
        return _show(request, actor, found, _form_of(found))
    if not repeats.may_keep(actor, found):
        raise NotAllowed(_("You do not have permission to do this."))
    form = CauseForm(request.POST, place=found)
    if not form.is_valid():
        return _show(request, actor, found, form, status=422)
    repeats.keep(
        found.pk,
        state=RepeatState(form.cleaned_data["state"]),
        owner_id=form.cleaned_data["owner"],
        cause=form.cleaned_data["cause"],
        by=actor,
        at=clock.now(),
    )
    messages.success(request, _("Kept."))
    return redirect("workbench:repeat", place=found.pk)


def _form_of(place: RepeatPlace) -> CauseForm:
    kept = {"state": place.state, "owner": place.owner_id, "cause": place.cause}
    return CauseForm(initial=kept, place=place)


def _show(
    request: HttpRequest, actor: Actor, place: RepeatPlace, form: CauseForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "place": place,
        "requests": repeats.requests_of(place),
        "changes": repeats.changes_of(place),
        "form": form,
        "may_keep": repeats.may_keep(actor, place),
        "staff_links": links_for(actor),
        "now": clock.now(),
    }
    return render(request, "workbench/repeat.html", context, status=status)
