"""Editing a catalog entry as its one document, through the room's own action."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from citycall.accounts.queries import actor_of
from citycall.agencies.documents import read
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults

LONGEST_DOCUMENT = 200_000

# Generic for the type checker only: Django's own classes are not, when they run.
if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelForm = forms.ModelForm
    _ModelAdmin = admin.ModelAdmin


@dataclass(frozen=True)
class Kind:
    """How one kind of thing is read and saved."""

    spec: type[BaseModel]
    spec_of: Callable[[Any], BaseModel]
    save: Callable[..., Model]


def dump(spec: BaseModel) -> str:
    """The document as YAML, without what is as usual."""
    out = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump(spec.model_dump(mode="json", exclude_defaults=True), out)
    return out.getvalue()


def load(text: str) -> dict[str, Any]:
    """The document that somebody typed; raises ``Faults`` for what is not YAML."""
    try:
        found = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise Faults({"document": str(error)}) from None
    if not isinstance(found, dict):
        raise Faults({"document": str(_("Write one field and its value to a line."))})
    return found


class DocumentForm(_ModelForm):
    """One text field; saving happens while it is checked, so that every fault is told here."""

    kind: Kind
    actor: Actor
    document = forms.CharField(
        label=_("Document"),
        max_length=LONGEST_DOCUMENT,
        widget=forms.Textarea(attrs={"rows": 30, "cols": 100, "spellcheck": "false"}),
    )

    class Meta:
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["document"] = dump(self.kind.spec_of(self.instance))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "document" in cleaned:
            try:
                self.instance = self._saved(cleaned["document"], at=clock.now())
            except Faults as error:
                for field, sentence in error.faults.items():
                    self.add_error("document", f"{field}: {sentence}")
            except DomainError as error:
                self.add_error("document", error.message)
        return cleaned

    def _saved(self, text: str, *, at: datetime) -> Model:
        spec = read(self.kind.spec, load(text))
        return self.kind.save(spec=spec, by=self.actor, at=at)

    def _post_clean(self) -> None:
        """The room's action has checked and saved already."""


class DocumentAdmin(_ModelAdmin):
    """A list of things and a page to edit each as its document; nothing is ever deleted."""

    kind: Kind

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The form, told who is editing."""
        meta = type("Meta", (DocumentForm.Meta,), {"model": self.model})
        members = {"Meta": meta, "kind": self.kind, "actor": actor_of(request.user)}
        return type("Form", (DocumentForm,), members)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The document is the only field."""
        return ["document"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Saved already, by the room's action."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What requests refer to is retired in its document, never deleted."""
        return False
