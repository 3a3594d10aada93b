"""Writing an article or a script, as supervisors do."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from citycall.agencies.documents import read
from citycall.agencies.queries import directory
from citycall.console import fields
from citycall.core import clock
from citycall.knowledge.models import Article
from citycall.knowledge.specs import ArticleSpec, ScriptUse

_KINDS: Final = {
    Article.Kind.ANSWER.value: _("Answer: residents and call-takers read it"),
    Article.Kind.SCRIPT.value: _("Script: call-takers read it aloud, nobody else sees it"),
    Article.Kind.PERMIT.value: _("Permit"),
    Article.Kind.PROGRAM.value: _("Program"),
}
_USES: Final = {
    ScriptUse.GREETING: _("Greeting"),
    ScriptUse.LANGUAGE: _("Another language is wanted"),
    ScriptUse.HOLD: _("Asking to wait"),
    ScriptUse.REPORT: _("Reading back a report"),
    ScriptUse.FOLLOW_UP: _("Telling what is happening with a report"),
    ScriptUse.INFORMATION: _("Giving information"),
    ScriptUse.TRANSFERRED: _("Passing a caller on"),
    ScriptUse.EMERGENCY: _("Passing a caller to 911"),
    ScriptUse.CALL_BACK: _("Promising a call-back"),
    ScriptUse.NOTHING: _("Nobody speaks, or a wrong number"),
    ScriptUse.CLOSING: _("Closing"),
}


class ArticleForm(forms.Form):
    """One article. ``present`` is what is written already; its code and language stay."""

    kind = forms.ChoiceField(label=_("What is it?"))
    used_for = forms.ChoiceField(
        label=_("Moment of a call"), required=False, help_text=_("For scripts.")
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=150,
        help_text=_("For an answer: the question as people ask it."),
        error_messages={"required": _("Give it a title.")},
    )
    summary = forms.CharField(
        label=_("The answer in one or two sentences"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    body = forms.CharField(
        label=_("All of it"),
        max_length=40_000,
        help_text=_(
            "A line that begins with ## is a heading, one with a hyphen an item of a list."
        ),
        widget=forms.Textarea(attrs={"rows": 16}),
        error_messages={"required": _("Write what people should know.")},
    )
    keywords = forms.CharField(
        label=_("Other words that people use"),
        max_length=4000,
        required=False,
        help_text=_("Separated by commas."),
    )
    agency = forms.ChoiceField(label=_("Who answers for it"), required=False)
    checked_on = fields.DayField(label=_("Somebody made sure that it is true on"), required=True)
    publish_from = fields.DayField(
        label=_("Shown from"), help_text=_("Empty: as soon as it is approved.")
    )
    expires_on = fields.DayField(
        label=_("Shown no more from"), help_text=_("Empty: until somebody withdraws it.")
    )

    def __init__(self, *args: Any, present: ArticleSpec | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = present
        self.fields["services"] = fields.services_field(
            label=_("Services"), help_text=_("What it leads to, or what its script is for.")
        )
        offered = [entry for entry in directory().agencies if entry.active]
        self._offer("kind", _offered_kinds(present))
        self._offer("used_for", [("", _("None")), *((u.value, w) for u, w in _USES.items())])
        self._offer("agency", [("", _("None")), *((each.code, each.name) for each in offered)])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def spec(self, *, at: datetime) -> ArticleSpec:
        """What the form says; what it does not show stays as it is. Raises ``Faults``."""
        told = self.cleaned_data
        if self.present is not None:
            kept = self.present.model_dump(mode="json")
        else:
            kept = {"code": _code(told["title"], at), "language": settings.LANGUAGE_CODE}
        keywords = [word.strip() for word in told["keywords"].split(",")]
        is_script = told["kind"] == Article.Kind.SCRIPT.value
        document = {
            **kept,
            **{name: told[name] for name in ("kind", "title", "summary", "body", "services")},
            **{name: told[name] for name in ("checked_on", "publish_from", "expires_on")},
            "keywords": list(dict.fromkeys(filter(None, keywords))),
            "agency": told["agency"] or None,
            "used_for": told["used_for"] or None if is_script else None,
        }
        return read(ArticleSpec, document)

    def add_faults(self, faults: Mapping[str, str]) -> None:
        """Put each sentence beside the field that it is about."""
        for path, sentence in faults.items():
            name = path.partition(".")[0]
            self.add_error(name if name in self.fields else None, sentence)


def initial(spec: ArticleSpec) -> dict[str, Any]:
    """The fields that say what an article says."""
    names = ("title", "summary", "body", "agency", "checked_on", "publish_from", "expires_on")
    return {
        **{name: getattr(spec, name) for name in names},
        "kind": spec.kind.value,
        "used_for": spec.used_for.value if spec.used_for else "",
        "services": list(spec.services),
        "keywords": ", ".join(spec.keywords),
    }


def translation_of(original: ArticleSpec, language: str) -> ArticleSpec:
    """An article as its translator begins with it: the words still to be said anew."""
    changed = {"code": f"{original.code}-{language}"[:80], "language": language}
    return original.model_copy(update={**changed, "translates": original.code})


def _offered_kinds(present: ArticleSpec | None) -> list[tuple[str, Any]]:
    """Permits and programs have facts, which are written elsewhere: they stay what they are."""
    if present is not None and present.facts is not None:
        return [(present.kind.value, _KINDS[present.kind.value])]
    plain = (Article.Kind.ANSWER.value, Article.Kind.SCRIPT.value)
    return [(kind, _KINDS[kind]) for kind in plain]


def _code(title: str, at: datetime) -> str:
    """A code that nobody else has: words for people, and the second."""
    second = at.astimezone(clock.city_zone()).strftime("%Y%m%d%H%M%S")
    name = slugify(title)[:60].strip("-") or "article"
    return f"{name}-{second}"
