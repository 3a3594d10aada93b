"""Writing a service alert: one form, with what it says in each language beside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from citycall.agencies.documents import read
from citycall.console import fields
from citycall.core import clock
from citycall.core.errors import Faults
from citycall.knowledge import ready_alerts
from citycall.knowledge.specs import AlertSpec, AlertState

_TEXTS: Final = ("title", "words", "spoken")
_STATES: Final = (
    (AlertState.KNOWN.value, _("The city knows of this")),
    (AlertState.CREWS.value, _("Crews are on site")),
    (AlertState.PLANNED.value, _("Planned work")),
)


class AlertForm(forms.Form):
    """What the city knows of. The texts of other languages are fields named ``title_es`` etc."""

    ready = forms.ChoiceField(
        label=_("Begin with a ready text"),
        required=False,
        help_text=_("It is ready in every language. Choose the area first."),
    )
    state = forms.ChoiceField(label=_("How far the city is"), choices=_STATES)
    starts = fields.MomentField(label=_("From"), help_text=_("Empty: from now on."))
    ends = fields.MomentField(label=_("Until"), help_text=_("Empty: until somebody ends it."))
    place = fields.PlaceField(
        label=_("Around a place"), help_text=_("An address, a corner, a park or another name.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(code, ready.name) for code, ready in ready_alerts.READY.items()]
        chosen = self.fields["ready"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [("", _("None")), *kinds]
        self.fields["areas"] = fields.areas_field()
        self.fields["radius"] = fields.radius_field()
        self.fields["radius"].required = False
        self.fields["services"] = fields.services_field(
            label=_("Services that it concerns"),
            help_text=_("Who begins to report one of these is told of it first."),
        )
        for language, _name in settings.LANGUAGES:
            self._add_texts(language)

    def _add_texts(self, language: str) -> None:
        first = language == settings.LANGUAGE_CODE
        direction = {"lang": language, "dir": "auto"}
        self.fields[f"title_{language}"] = forms.CharField(
            label=_("Title"),
            max_length=150,
            required=first,
            widget=forms.TextInput(attrs=direction),
            error_messages={"required": _("Say in a few words what it is.")},
        )
        self.fields[f"words_{language}"] = forms.CharField(
            label=_("What people should know"),
            max_length=4000,
            required=first,
            widget=forms.Textarea(attrs={**direction, "rows": 3}),
            error_messages={"required": _("Say what people should know and do.")},
        )
        self.fields[f"spoken_{language}"] = forms.CharField(
            label=_("Said on the telephone"),
            max_length=4000,
            required=False,
            help_text=_("Empty: title and words are read aloud."),
            widget=forms.Textarea(attrs={**direction, "rows": 2}),
        )

        for text in _TEXTS[1:]:
            # A counter under each of a dozen fields would only distract.
            self.fields[f"{text}_{language}"].widget.attrs.pop("maxlength", None)

    @property
    def languages(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The code, the name and the text fields of each language, for the template."""
        return [
            (code, name, [self[f"{text}_{code}"] for text in _TEXTS])
            for code, name in settings.LANGUAGES
        ]

    def with_ready_text(self) -> QueryDict:
        """The data with the chosen ready text put into the fields of every language."""
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        kind = data.get("ready", "")
        if kind in ready_alerts.READY:
            for language, (title, words) in ready_alerts.texts(kind, area=self._area()).items():
                data[f"title_{language}"], data[f"words_{language}"] = title, words
        return data

    def _area(self) -> str:
        """What the chosen area is called; the city where none is chosen."""
        assert isinstance(self.data, QueryDict)
        named = self.data.getlist("areas")
        if named:
            return ", ".join(fields.area_name(each) for each in named[:3])
        return str(self.data.get("place", "")).strip() or settings.CITYCALL_CITY_NAME

    def spec(self, present: AlertSpec | None, *, at: datetime) -> AlertSpec:
        """What the form says; what it does not show stays as it is. Raises ``Faults``."""
        told = self.cleaned_data
        first = settings.LANGUAGE_CODE
        kept = present.model_dump(mode="json") if present else {"code": _code(told, at)}
        place = told["place"]
        circle = kept.get("circle")
        if place is not None:
            circle = {
                "longitude": place.longitude,
                "latitude": place.latitude,
                "radius_m": float(told["radius"] or 500),
            }
        document = {
            **kept,
            **{text: told[f"{text}_{first}"] for text in _TEXTS},
            "language": first,
            "translations": dict(self._translations()),
            "state": told["state"],
            "starts": told["starts"] or kept.get("starts") or at,
            "ends": told["ends"],
            "services": told["services"],
            "areas": told["areas"],
            "circle": circle if not told["areas"] or place is not None else None,
        }
        try:
            return read(AlertSpec, document)
        except Faults as error:
            raise Faults(_named(error.faults)) from None

    def _translations(self) -> Mapping[str, dict[str, str]]:
        return {
            code: {text: self.cleaned_data[f"{text}_{code}"] for text in _TEXTS}
            for code, _name in settings.LANGUAGES
            if code != settings.LANGUAGE_CODE and self.cleaned_data[f"title_{code}"]
        }

    def add_faults(self, faults: Mapping[str, str]) -> None:
        """Put each sentence beside the field that it is about."""
        for name, sentence in _named(faults).items():
            self.add_error(name if name in self.fields else None, sentence)


def initial(alert: AlertSpec) -> dict[str, Any]:
    """The fields that say what an alert says."""
    texts = {f"{text}_{alert.language}": getattr(alert, text) for text in _TEXTS}
    for language, said in alert.translations.items():
        texts |= {f"{text}_{language}": getattr(said, text) for text in _TEXTS}
    return {
        **texts,
        "state": alert.state.value,
        "starts": alert.starts,
        "ends": alert.ends,
        "services": list(alert.services),
        "areas": list(alert.areas),
    }


def previews(alert: AlertSpec) -> list[dict[str, Any]]:
    """What each language's reader and caller meets."""
    told = []
    for code, name in settings.LANGUAGES:
        title, words, spoken = alert.said(code)
        told.append(
            {
                "name": name,
                "title": title,
                "words": words,
                "lang": spoken,
                "aloud": alert.aloud(code)[0],
                "missing": spoken != code,
            }
        )
    return told


def _code(told: Mapping[str, Any], at: datetime) -> str:
    """A code that nobody else has: words for people, and the minute."""
    minute = at.astimezone(clock.city_zone()).strftime("%Y%m%d-%H%M%S")
    name = slugify(told[f"title_{settings.LANGUAGE_CODE}"])[:50].strip("-") or "alert"
    return f"{name}-{minute}"


def _named(faults: Mapping[str, str]) -> dict[str, str]:
    """Faults of a spec by the names of the form's fields."""
    first = settings.LANGUAGE_CODE
    renamed = {}
    for path, sentence in faults.items():
        parts = path.split(".")
        if parts[0] in _TEXTS:
            renamed[f"{parts[0]}_{first}"] = sentence
        elif parts[0] == "translations" and len(parts) > 2:
            renamed[f"{parts[2]}_{parts[1]}"] = sentence
        else:
            renamed[parts[0]] = sentence
    return renamed
