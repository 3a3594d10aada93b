"""Articles at the administrators' site: listed, written, looked at, withdrawn."""

import html
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from citycall.core.actors import SYSTEM
from citycall.core.models import Revision
from citycall.knowledge import queries
from citycall.knowledge.actions import save_article
from citycall.knowledge.models import Article
from citycall.knowledge.specs import ArticleSpec
from citycall.manage.articles import ArticleAdmin

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LIST = "admin:knowledge_article_changelist"
PREVIEW = "admin:knowledge_article_preview"


@pytest.fixture
def snow(city) -> Article:
    body = "Main streets *first*.\n\nThen the others."
    fields = {"code": "snow", "title": "Snow", "body": body, "checked_on": date(2026, 5, 1)}
    spec = ArticleSpec.model_validate(fields)
    return save_article(spec=spec, by=SYSTEM, at=NOW)


def page_of(row: Article) -> str:
    return reverse("admin:knowledge_article_change", args=[row.pk])


def opened(admin: Client, path: str) -> dict[str, str]:
    form = admin.get(path).context["adminform"].form
    return {"document": form["document"].value(), "seen": form["seen"].value()}


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def test_articles_are_listed_and_found_by_a_word_of_their_text(admin: Client, snow) -> None:
    assert "Snow" in text_of(admin.get(reverse(LIST)))
    assert ArticleAdmin.search_fields
    found = admin.get(reverse(LIST), {"q": "streets"}).context["cl"].result_list
    assert [row.code for row in found] == ["snow"]


def test_the_text_reads_back_as_it_was(admin: Client, snow) -> None:
    before = Revision.objects.count()
    assert admin.post(page_of(snow), opened(admin, page_of(snow))).status_code == 302
    assert Revision.objects.count() == before


def test_a_new_article_is_written_and_found(admin: Client, snow) -> None:
    document = (
        "code: ice\ntitle: Ice on the sidewalk\nchecked_on: 2026-05-30\nbody: |\n"
        "  Owners put **salt** on it.\n"
    )
    answer = admin.post(reverse("admin:knowledge_article_add"), {"document": document})
    assert answer.status_code == 302, text_of(answer)
    assert [found.code for found in queries.search("ice")] == ["ice"]
    assert Revision.objects.latest("id").actor_name == "administrator"


def test_a_fault_is_said_by_its_line(admin: Client, snow) -> None:
    form = opened(admin, page_of(snow))
    form["document"] += "services:\n  - moon\n"
    line = form["document"].count("\n")
    answer = admin.post(page_of(snow), form)
    assert f"Line {line}, services" in text_of(answer)
    assert "There is no service with this code." in text_of(answer)


def test_a_preview_shows_the_article_and_saves_nothing(admin: Client, snow) -> None:
    form = opened(admin, page_of(snow))
    form["document"] = form["document"].replace("title: Snow", "title: Plows")
    answer = admin.post(reverse(PREVIEW), form)
    assert "<em>first</em>" in answer.content.decode()
    assert "Plows" in answer.content.decode()
    assert queries.article("snow").title == "Snow"


def test_a_preview_says_what_is_wrong(admin: Client, snow) -> None:
    answer = admin.post(reverse(PREVIEW), {"document": "code: snow\n"})
    assert answer.status_code == 422
    assert "This is required." in answer.content.decode()


def test_a_preview_runs_no_script(admin: Client, snow) -> None:
    document = opened(admin, page_of(snow))["document"].replace("Then", "<script>x()</script>")
    answer = admin.post(reverse(PREVIEW), {"document": document})
    assert "<script>x()" not in answer.content.decode()


def test_chosen_articles_are_withdrawn(admin: Client, snow) -> None:
    chosen = {"action": "withdraw", "_selected_action": [snow.pk]}
    answer = admin.post(reverse(LIST), chosen, follow=True)
    assert "Withdrawn: Snow" in text_of(answer)
    assert queries.articles() == []


def test_the_history_is_the_articles_changes(admin: Client, snow) -> None:
    answer = admin.get(f"{page_of(snow).removesuffix('change/')}history/", follow=True)
    rows = answer.context["cl"].result_list
    assert [(row.subject_kind, row.subject_code) for row in rows] == [("article", "snow")]


@pytest.mark.parametrize("name", ["dispatcher", "analyst"])
def test_others_neither_see_nor_preview(as_, snow, name: str) -> None:
    client = as_(name)
    assert client.get(reverse(LIST)).status_code in {302, 403}
    assert client.post(reverse(PREVIEW), {"document": ""}).status_code in {302, 403}
