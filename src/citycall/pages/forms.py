"""Django forms in the markup of the U.S. Web Design System."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString


class ComboBox(forms.Select):
    """A list of choices that narrows down while one types; a plain list without JavaScript."""


# The first kind whose widget class fits is the field's kind, so subclasses stand first.
KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "checkbox"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (ComboBox, "combo"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file"),
)

CONTROL_CLASSES = {
    "checkbox": "usa-checkbox__input usa-checkbox__input--tile",
    "checkboxes": "usa-checkbox__input usa-checkbox__input--tile",
    "radios": "usa-radio__input usa-radio__input--tile",
    "combo": "usa-select",
    "select": "usa-select",
    "textarea": "usa-textarea",
    "file": "cc-file__input",
    "input": "usa-input",
}


class UswdsRenderer(TemplatesSetting):
    """Renders ``{{ form }}`` and ``{{ field.as_field_group }}``; name it in ``FORM_RENDERER``.

    Needs ``django.forms`` in ``INSTALLED_APPS``, whose widget templates it uses.
    """

    form_template_name = "pages/form.html"
    field_template_name = "pages/field.html"


def kind(field: BoundField) -> str:
    """Say how ``pages/field.html`` lays the field out: a key of ``CONTROL_CLASSES``."""
    widget = field.field.widget
    return next((name for known, name in KINDS if isinstance(widget, known)), "input")


def control(field: BoundField) -> SafeString:
    """The field's input element with its design-system classes, keeping the widget's own."""
    return field.as_widget(attrs={"class": _classes(field, field.field.widget.attrs)})


def choice(field: BoundField, option: BoundWidget) -> SafeString:
    """The input element of one radio button or checkbox of ``field``."""
    attrs: dict[str, Any] = option.data["attrs"]
    # An error belongs to the whole group, whose fieldset names it; on one radio it misleads.
    attrs.pop("aria-invalid", None)
    attrs["class"] = _classes(field, field.field.widget.attrs)
    return option.tag()


def anchor(field: BoundField) -> str:
    """The id that a link to the field goes to; for a group, its first choice."""
    return field.id_for_label or f"{field.auto_id}_0"


def count_limit(field: BoundField) -> int | None:
    """The number of characters a text area takes, or None where it has no limit."""
    if kind(field) != "textarea":
        return None
    limit = field.field.widget.attrs.get("maxlength")
    return int(limit) if limit else None


def _classes(field: BoundField, attrs: dict[str, Any]) -> str:
    name = CONTROL_CLASSES[kind(field)]
    counted = "usa-character-count__field" if count_limit(field) else ""
    return " ".join(part for part in (name, counted, attrs.get("class", "")) if part)
