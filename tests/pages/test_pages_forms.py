"""Forms in design-system markup: labels, hints, errors and kept values wired together."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.utils.html import format_html

from citycall.pages.forms import ComboBox, UswdsRenderer

Element = tuple[str, dict[str, str | None]]


class Elements(HTMLParser):
    """Every element of a piece of HTML, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        self.found.append((tag, dict(attrs)))

    def named(self, name: str) -> list[Element]:
        """The form controls that send ``name``."""
        return [element for element in self.found if element[1].get("name") == name]

    def with_id(self, identifier: str) -> Element:
        """The one element that has this id."""
        [element] = [element for element in self.found if element[1].get("id") == identifier]
        return element


class Report(forms.Form):
    """A form with the kinds of field that differ in markup."""

    words = forms.CharField(
        label="Problem", help_text="In your words.", widget=forms.Textarea({"maxlength": 50})
    )
    email = forms.EmailField(label="E-mail", required=False)
    phone = forms.CharField(
        label="Phone", required=False, widget=forms.TextInput({"type": "tel", "class": "narrow"})
    )
    service = forms.ChoiceField(label="Service", choices=[("a", "Pothole"), ("b", "Light")])
    agency = forms.ChoiceField(
        label="Agency", required=False, choices=[("x", "Works")], widget=ComboBox
    )
    size = forms.ChoiceField(
        label="Size",
        help_text="Roughly.",
        choices=[("s", "Small"), ("l", "Large")],
        widget=forms.RadioSelect,
    )
    where = forms.MultipleChoiceField(
        label="Where",
        required=False,
        choices=[("l", "Lane"), ("w", "Walk")],
        widget=forms.CheckboxSelectMultiple,
    )
    news = forms.BooleanField(label="Send news", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def report(data: dict[str, Any] | None = None) -> Report:
    return Report(data, renderer=UswdsRenderer())


def rendered(data: dict[str, Any] | None = None) -> Elements:
    return Elements(str(report(data)))


@pytest.mark.parametrize(
    ("name", "tag", "kind", "css"),
    [
        ("words", "textarea", None, "usa-textarea"),
        ("email", "input", "email", "usa-input"),
        ("phone", "input", "tel", "usa-input"),
        ("service", "select", None, "usa-select"),
        ("size", "input", "radio", "usa-radio__input"),
        ("where", "input", "checkbox", "usa-checkbox__input"),
        ("news", "input", "checkbox", "usa-checkbox__input"),
    ],
)
def test_each_kind_of_field_has_its_element_and_class(
    name: str, tag: str, kind: str | None, css: str
) -> None:
    found, attrs = rendered().named(name)[0]
    assert (found, attrs.get("type")) == (tag, kind)
    assert css in (attrs["class"] or "").split()


def test_every_visible_control_has_a_label() -> None:
    elements = rendered()
    labelled = {attrs.get("for") for tag, attrs in elements.found if tag == "label"}
    controls = [
        attrs["id"]
        for tag, attrs in elements.found
        if tag in {"input", "select", "textarea"} and attrs.get("type") != "hidden"
    ]
    assert len(controls) == 10
    assert set(controls) <= labelled


def test_class_given_to_the_widget_is_kept() -> None:
    [(_tag, attrs)] = rendered().named("phone")
    assert attrs["class"] == "usa-input narrow"


def test_hint_and_error_are_announced_with_the_field() -> None:
    elements = rendered({"words": ""})
    [(_tag, attrs)] = elements.named("words")
    assert attrs["aria-invalid"] == "true"
    ids = (attrs["aria-describedby"] or "").split()
    assert ids == ["id_words_helptext", "id_words_error"]
    assert [elements.with_id(identifier)[0] for identifier in ids] == ["div", "div"]


def test_error_of_a_group_is_announced_with_its_fieldset() -> None:
    elements = rendered({"words": "A hole"})
    described = [
        attrs["aria-describedby"]
        for tag, attrs in elements.found
        if tag == "fieldset" and "aria-describedby" in attrs
    ]
    assert described == ["id_size_helptext id_size_error"]
    assert all("aria-invalid" not in attrs for _tag, attrs in elements.named("size"))


def test_typed_values_are_kept() -> None:
    data = {"words": "A <hole>", "email": "not-an-address", "service": "b", "where": ["w"]}
    html = str(report(data))
    elements = Elements(html)
    assert "A &lt;hole&gt;" in html
    assert elements.named("email")[0][1]["value"] == "not-an-address"
    assert [a["value"] for t, a in elements.found if t == "option" and "selected" in a] == ["b"]
    assert [a["value"] for _t, a in elements.named("where") if "checked" in a] == ["w"]


def test_summary_links_to_every_field_in_error() -> None:
    elements = rendered({"email": "not-an-address"})
    targets = [attrs["href"] for tag, attrs in elements.found if tag == "a"]
    assert targets == ["#id_words", "#id_email", "#id_service", "#id_size_0"]
    for target in targets:
        elements.with_id((target or "").removeprefix("#"))


def test_form_without_errors_has_no_summary() -> None:
    assert "error-summary" not in str(report())


def test_hidden_field_is_there_without_a_label() -> None:
    assert len(rendered().named("token")) == 1
    assert "Token" not in str(report())


def test_optional_fields_are_marked_unless_the_form_says_not_to() -> None:
    assert str(report()["email"].as_field_group()).count("(optional)") == 1
    assert "(optional)" not in str(report()["words"].as_field_group())
    plain = report()
    plain.mark_optional = False  # type: ignore[attr-defined]
    assert "(optional)" not in str(plain)


def test_count_is_set_up_only_for_a_text_area_with_a_limit() -> None:
    assert "usa-character-count" in str(report()["words"].as_field_group())
    assert "usa-character-count" not in str(report()["phone"].as_field_group())


def test_combo_box_is_a_list_that_works_without_script() -> None:
    html = str(report()["agency"].as_field_group())
    assert 'class="usa-combo-box"' in html
    assert '<option value="x">Works</option>' in html


@pytest.mark.parametrize("part", ["label", "help_text"])
def test_texts_from_the_catalog_are_escaped(part: str) -> None:
    form = report()
    setattr(form.fields["words"], part, "<b>bold</b>")
    assert "&lt;b&gt;bold&lt;/b&gt;" in str(form["words"].as_field_group())


def test_choice_label_may_carry_a_description() -> None:
    form = report()
    label = format_html('Small<span class="{}">Under a foot</span>', "usa-radio__label-description")
    form.fields["size"].choices = [("s", label)]  # type: ignore[attr-defined]
    assert "usa-radio__label-description" in str(form["size"].as_field_group())
