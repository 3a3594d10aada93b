"""Editing a definition as one text, through its room's own action."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from citycall.agencies import editing
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, Faults
from citycall.manage import texts
from citycall.manage.site import Managed, to_changes, who
from citycall.manage.texts import Kind

LONGEST = 200_000

# Generic for the type checker only: Django's own class is not, when it runs.
if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm


class DocumentForm(_ModelForm):
    """One text field; saving happens while it is checked, so that every fault is told here."""

    kind: Kind
    actor: Actor
    document = forms.CharField(
        label=_("Definition"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 32, "spellcheck": "false"}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = self._present(self.instance) if self.instance.pk else texts.empty(self.kind)
        self.initial = {"document": present, "seen": _digest(present)}
        self.fields["document"].help_text = _now(
            "Needed: %(required)s. Possible besides: %(optional)s."
        ) % {
            "required": ", ".join(self.kind.required),
            "optional": ", ".join(self.kind.optional) or "—",
        }

    def clean(self) -> dict[str, Any]:
        """Save the definition; every fault is said with its line."""
        cleaned = super().clean() or {}
        if "document" not in cleaned:
            return cleaned
        text = cleaned["document"].replace("\r\n", "\n")
        try:
            self.instance = self._saved(text, seen=cleaned.get("seen", ""), at=clock.now())
        except Faults as error:
            for place, sentence in error.faults.items():
                self.add_error("document", f"{place}: {sentence}")
        except DomainError as error:
            self.add_error("document", error.message)
        return cleaned

    def _saved(self, text: str, *, seen: str, at: datetime) -> Model:
        spec = texts.load(self.kind, text)
        self._check_code(getattr(spec, "code", ""), text)
        self._check_seen(seen)
        try:
            return self.kind.save(spec=spec, by=self.actor, at=at)
        except Faults as error:
            raise Faults(texts.placed(text, error.faults)) from None

    def _check_code(self, code: str, text: str) -> None:
        """One thing is edited here: a changed or a known code would mean another."""
        own = getattr(self.instance, "code", "")
        if own and code != own:
            sentence = _now("The code stays “%(code)s”: requests and other programs know it.")
            raise Faults(texts.placed(text, {"code": sentence % {"code": own}}))
        if not own and editing.locked(self._meta.model, code) is not None:
            sentence = _now("There is one with this code already. Open it to change it.")
            raise Faults(texts.placed(text, {"code": sentence}))

    def _check_seen(self, seen: str) -> None:
        """Nobody else's change is overwritten unread."""
        if not self.instance.pk:
            return
        row = editing.locked(self._meta.model, self.instance.code)
        if row is None or _digest(self._present(row)) != seen:
            raise Conflict(
                _now(
                    "Somebody else has changed this since you opened it. Open it in another "
                    "window, and carry your change over."
                )
            )

    def _present(self, row: Any) -> str:
        return texts.dump(self.kind, self.kind.spec_of(row))

    def _post_clean(self) -> None:
        """The room's action has checked and saved already."""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class DocumentAdmin(Managed):
    """A list of definitions and a page to edit each as its text."""

    kind: Kind
    kind_name: str

    def get_form(
        self,
        request: HttpRequest,
        obj: Any | None = None,
        change: bool = False,  # noqa: FBT001, FBT002  (as Django has it)
        **kwargs: Any,
    ) -> type[_ModelForm]:
        """The form, told who is editing."""
        meta = type("Meta", (DocumentForm.Meta,), {"model": self.model})
        return type(
            "Form", (DocumentForm,), {"Meta": meta, "kind": self.kind, "actor": who(request)}
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The text, and what it was when the page was opened."""
        return ["document", "seen"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Saved already, by the room's action."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The changes of this definition, where they can be undone."""
        row = self.get_object(request, object_id)
        return to_changes(subject_kind=self.kind_name, subject_code=row.code if row else "")
