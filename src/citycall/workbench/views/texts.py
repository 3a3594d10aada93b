"""The agency's texts: what it often writes, in each language, with what was changed."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults, NotAllowed
from citycall.core.phrases import said
from citycall.notifications import text_actions
from citycall.notifications.models import StandardText, TextUse
from citycall.notifications.texts import FIELDS
from citycall.pages.staff import links_for, staff_only
from citycall.workbench.forms import Words


class TextForm(forms.Form):
    """A text with its words in every language that the city speaks."""

    agency = forms.ChoiceField(label=_("Agency"))
    use = forms.ChoiceField(label=_("What it is for"), choices=TextUse.choices)
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Staff choose it by this."),
        error_messages={"required": _("Please give the text a name.")},
    )
    active = forms.BooleanField(label=_("Offered to staff"), required=False, initial=True)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(a.id), said(a.name)) for a in _agencies(actor)]
        for code, name in settings.LANGUAGES:
            first = code == settings.LANGUAGE_CODE
            missing = _now("Please write the text.") if first else ""
            self.fields[f"words.{code}"] = Words(str(name), missing=missing)

    def words(self) -> dict[str, str]:
        """The words by language."""
        return {code: self.cleaned_data[f"words.{code}"] for code, _name in settings.LANGUAGES}


def _agencies(actor: Actor) -> list[Any]:
    grant = text_actions.PERMISSIONS["write"]
    return [a for a in catalog().agencies if grant.allows(actor, agency_id=a.id)]


@require_safe
@staff_only
def texts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The texts of the actor's agencies."""
    agencies = _agencies(actor)
    if not agencies:
        raise NotAllowed(_now("You do not have permission to do this."))
    kept = text_actions.texts_of(frozenset(agency.id for agency in agencies))
    context = {"texts": kept, "staff_links": links_for(actor)}
    return render(request, "workbench/texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def new_text(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Write a text."""
    return _edit(request, actor, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def text(request: HttpRequest, actor: Actor, text_id: int) -> HttpResponse:
    """Change a text, and see what was changed of it."""
    return _edit(request, actor, text_actions.get_text(text_id, by=actor))


def _edit(request: HttpRequest, actor: Actor, kept: StandardText | None) -> HttpResponse:
    if not _agencies(actor):
        raise NotAllowed(_now("You do not have permission to do this."))
    form = TextForm(
        request.POST if request.method == "POST" else None, actor=actor, initial=_initial(kept)
    )
    if request.method == "POST" and form.is_valid() and _saved(form, kept, actor):
        messages.success(request, _now("The text is kept."))
        return redirect("workbench:texts")
    context = {
        "form": form,
        "text": kept,
        "fields": [(f"{{{{ {name} }}}}", what) for name, what in FIELDS.items()],
        "changes": text_actions.changes_of(kept) if kept else [],
        "staff_links": links_for(actor),
    }
    status = 422 if form.errors else 200
    return render(request, "workbench/text.html", context, status=status)


def _initial(kept: StandardText | None) -> dict[str, Any]:
    if kept is None:
        return {}
    words = {f"words.{code}": words for code, words in kept.words.items()}
    own = {"agency": str(kept.agency_id), "use": kept.use, "name": kept.name}
    return {**words, **own, "active": kept.active}


def _saved(form: TextForm, kept: StandardText | None, actor: Actor) -> bool:
    given = form.cleaned_data
    try:
        text_actions.save_text(
            text_id=kept.pk if kept else None,
            agency_id=int(given["agency"]),
            use=TextUse(given["use"]),
            name=given["name"],
            words=form.words(),
            active=given["active"],
            by=actor,
            at=clock.now(),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        faults = error.faults if isinstance(error, Faults) else {error.field: error.message}
        for field, sentence in faults.items():
            form.add_error(field if field in form.fields else None, sentence)
        return False
    return True


@require_POST
@staff_only
def undo_text(request: HttpRequest, actor: Actor, revision_id: int) -> HttpResponse:
    """Take one change of a text back."""
    changed = text_actions.undo(revision_id, by=actor, at=clock.now())
    messages.success(request, _now("The change was taken back."))
    return redirect("workbench:text", text_id=changed.pk)
