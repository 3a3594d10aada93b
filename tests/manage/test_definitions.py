"""Editing a definition as its text: saved by its room's action, recorded, faults with lines."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from citycall.agencies.models import Agency, Team, WorkingCalendar
from citycall.catalog.models import Outcome, Service
from citycall.catalog.queries import catalog
from citycall.core.models import Revision
from citycall.manage import texts
from citycall.manage.definitions import ServiceAdmin
from citycall.manage.documents import DocumentAdmin
from citycall.manage.site import site
from citycall.routing.models import RoutingRule

EDITED = [Service, Outcome, Agency, Team, WorkingCalendar, RoutingRule]


def change_page(row) -> str:
    opts = row._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])


def opened(admin: Client, path: str) -> dict[str, str]:
    form = admin.get(path).context["adminform"].form
    return {"document": form["document"].value(), "seen": form["seen"].value()}


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def pothole(city):
    return city.services["pothole"]


@pytest.mark.parametrize("model", EDITED, ids=lambda model: model.__name__)
def test_saving_what_was_opened_changes_nothing(admin: Client, model) -> None:
    row = model.objects.first()
    before = Revision.objects.count()
    answer = admin.post(change_page(row), opened(admin, change_page(row)))
    assert answer.status_code == 302, text_of(answer)
    assert Revision.objects.count() == before


def test_the_text_of_every_kind_reads_back_as_it_was(city) -> None:
    for model in EDITED:
        page = site._registry[model]
        assert isinstance(page, DocumentAdmin)
        for row in model._default_manager.all():
            spec = page.kind.spec_of(row)
            assert texts.load(page.kind, texts.dump(page.kind, spec)) == spec


@pytest.mark.parametrize(
    "name", ["yes", "null", "1", "~", "No: really", "# not a comment", "- a", "&b", "“q” 'x' \"y\""]
)
def test_words_that_yaml_could_misread_stay_words(city, pothole, name: str) -> None:
    kind = ServiceAdmin.kind
    spec = kind.spec_of(pothole).model_copy(
        update={"name": name, "description": f"{name}\n\n  {name}\nlast"}
    )
    assert texts.load(kind, texts.dump(kind, spec)) == spec


def test_a_change_is_saved_by_the_catalog_and_recorded(admin: Client, pothole) -> None:
    path = change_page(pothole)
    form = opened(admin, path)
    form["document"] = form["document"].replace("name: Pothole", "name: Hole in the road")
    assert admin.post(path, form).status_code == 302
    assert catalog().service("pothole").name == "Hole in the road"
    last = Revision.objects.latest("id")
    assert (last.subject_kind, last.subject_code, last.actor_name) == (
        "service", "pothole", "administrator",
    )  # fmt: skip
    assert last.before is not None
    assert last.before["name"] == "Pothole"


def test_faults_are_said_by_line_and_field_and_nothing_is_lost(admin: Client, pothole) -> None:
    path = change_page(pothole)
    form = opened(admin, path)
    form["document"] = (
        form["document"].replace("agency: streets", "agency: nowhere") + "color: red\n"
    )
    answer = admin.post(path, form)
    assert answer.status_code == 200
    last = form["document"].count("\n")
    assert f"Line {last}, color: There is no such field here." in text_of(answer)
    assert "agency: nowhere" in text_of(answer)
    assert catalog().service("pothole").name == "Pothole"


def test_a_fault_that_only_the_catalog_knows_has_its_line_too(admin: Client, pothole) -> None:
    path = change_page(pothole)
    form = opened(admin, path)
    form["document"] = form["document"].replace("agency: streets", "agency: nowhere")
    line = form["document"].split("agency: nowhere")[0].count("\n") + 1
    answer = admin.post(path, form)
    assert f"Line {line}, agency: There is no agency with this code." in text_of(answer)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "Line 1: This is not well-formed YAML"),
        ("just words", "Line 1: "),
        ("a: &x 1\nb: *x\n", "Anchors (&) and aliases (*) are not used"),
        ("code: pothole\ncode: pothole\n", "is here twice"),
        ("\x07", "a character here that a text cannot have"),
    ],
)
def test_what_is_not_a_definition_is_refused(admin: Client, pothole, text, sentence) -> None:
    path = change_page(pothole)
    answer = admin.post(path, {**opened(admin, path), "document": text})
    assert answer.status_code == 200
    assert sentence in text_of(answer)


def test_a_null_character_is_refused(admin: Client, pothole) -> None:
    path = change_page(pothole)
    answer = admin.post(path, {**opened(admin, path), "document": "code: a\x00b"})
    assert answer.status_code == 200
    assert Revision.objects.filter(actor_name="administrator").count() == 0


def test_the_code_stays(admin: Client, pothole) -> None:
    path = change_page(pothole)
    form = opened(admin, path)
    form["document"] = form["document"].replace("code: pothole", "code: graffiti")
    answer = admin.post(path, form)
    assert "Line 1, code: The code stays “pothole”" in text_of(answer)
    assert catalog().service("graffiti").name == "Graffiti"


def test_a_new_service(admin: Client, city) -> None:
    path = reverse("admin:catalog_service_add")
    form = opened(admin, path)
    assert form["document"] == "code:\nname:\ngroup:\nagency:\noutcomes:\n"
    form["document"] = (
        "code: lamp\nname: Lamp out\ngroup: Streets\nagency: streets\noutcomes: [fixed]\n"
        "questions:\n  kind:\n    text: Which lamp?\n    datatype: singlevaluelist\n"
        "    choices:\n      1: One\n      yes: Another\n"
    )
    answer = admin.post(path, form)
    assert answer.status_code == 302, text_of(answer)
    question = catalog().service("lamp").spec.questions[0]
    assert [choice.key for choice in question.choices] == ["1", "yes"]


def test_a_new_one_does_not_overwrite_a_known_one(admin: Client, pothole) -> None:
    path = reverse("admin:catalog_service_add")
    form = {**opened(admin, path), "document": opened(admin, change_page(pothole))["document"]}
    answer = admin.post(path, form)
    assert "There is one with this code already." in text_of(answer)


def test_what_every_new_one_needs_is_said_where_it_is_missing(admin: Client, city) -> None:
    path = reverse("admin:catalog_outcome_add")
    answer = admin.post(path, opened(admin, path))
    assert "Line 1, code: This must be text." in text_of(answer)


def test_another_administrators_change_is_not_overwritten_unread(admin: Client, pothole) -> None:
    path = change_page(pothole)
    mine, theirs = opened(admin, path), opened(admin, path)
    theirs["document"] = theirs["document"].replace("name: Pothole", "name: Theirs")
    admin.post(path, theirs)
    mine["document"] = mine["document"].replace("name: Pothole", "name: Mine")
    answer = admin.post(path, mine)
    assert "Somebody else has changed this since you opened it." in text_of(answer)
    assert "name: Mine" in text_of(answer)
    assert catalog().service("pothole").name == "Theirs"


def test_a_definition_that_is_too_long(admin: Client, pothole) -> None:
    path = change_page(pothole)
    answer = admin.post(path, {**opened(admin, path), "document": "x" * 200_001})
    assert answer.status_code == 200
    assert "200000" in text_of(answer)


def test_the_history_of_a_service_is_its_changes(admin: Client, pothole) -> None:
    answer = admin.get(f"{change_page(pothole).removesuffix('change/')}history/", follow=True)
    rows = answer.context["cl"].result_list
    assert {(r.subject_kind, r.subject_code) for r in rows} == {("service", "pothole")}
