"""Writing, reviewing and showing articles, and dealing with what was not found."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from citycall.accounts.models import Role
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.knowledge import drafts, opinions, queries
from citycall.knowledge.models import Article, ArticleDraft, UnansweredSearch
from tests import city as small_city
from tests.console.desks import page, signed_in
from tests.web import told

pytestmark = pytest.mark.django_db

ICE = {
    "kind": "answer",
    "title": "Ice on the sidewalk",
    "summary": "Owners clear it.",
    "body": "Put **salt** on it.",
    "keywords": "slippery, sidewalk ice",
    "checked_on": "2026-03-01",
}


@pytest.fixture
def supervisor() -> Client:
    small_city.build()
    told.article()
    return signed_in("supervisor")


def write(client: Client, address: str = "/console/knowledge/articles/new", **form: Any) -> Any:
    return client.post(address, {**ICE, **form})


def test_an_article_is_written_looked_at_and_shown(supervisor: Client) -> None:
    looked = write(supervisor, preview="1").content.decode()
    assert "<strong>salt</strong>" in looked
    assert not ArticleDraft.objects.exists()
    kept = write(supervisor)["Location"]
    assert queries.search("slippery") == []
    assert supervisor.post(f"{kept}/show").status_code == 302
    (found,) = queries.search("slippery")
    assert found.title == "Ice on the sidewalk"


def test_a_second_person_approves_where_the_city_asks_for_it(
    supervisor: Client, settings: Settings
) -> None:
    settings.CITYCALL_REVIEW_ARTICLES = True
    kept = write(supervisor)["Location"]
    supervisor.post(f"{kept}/ask")
    assert "Approve and show it" not in page(supervisor, kept)
    assert supervisor.post(f"{kept}/show").status_code == 409
    small_city.member("second", Role.SUPERVISOR)
    other = signed_in("second")
    assert "Approve and show it" in page(other, kept)
    other.post(f"{kept}/show")
    assert queries.search("slippery")


def test_it_is_sent_back_with_words(supervisor: Client) -> None:
    kept = write(supervisor)["Location"]
    supervisor.post(f"{kept}/ask")
    supervisor.post(f"{kept}/send-back", {"words": "Say who pays."})
    assert "Say who pays." in page(supervisor, kept)
    assert "Say who pays." in page(supervisor, "/console/knowledge/articles")


def test_a_script_is_written_for_a_moment(supervisor: Client) -> None:
    kept = write(supervisor, kind="script", used_for="greeting")["Location"]
    supervisor.post(f"{kept}/show")
    assert Article.objects.get(kind="script").used_for == "greeting"


def test_what_is_wrong_stands_beside_its_field(supervisor: Client) -> None:
    answer = write(supervisor, body="", checked_on="")
    assert answer.status_code == 422
    assert "Write what people should know." in answer.content.decode()
    answer = write(supervisor, publish_from="2026-03-02", expires_on="2026-03-01")
    assert "The end must be after the beginning." in answer.content.decode()


def test_a_translation_begins_with_its_original_beside(supervisor: Client) -> None:
    address = "/console/knowledge/articles/new?translates=snow&into=es"
    assert "The original" in supervisor.get(address).content.decode()
    kept = write(supervisor, address, title="Nieve")["Location"]
    assert kept.endswith("/snow-es")
    supervisor.post(f"{kept}/show")
    assert queries.article("snow", language="es").title == "Nieve"
    assert supervisor.get(address)["Location"] == kept


def test_a_permit_keeps_its_facts(supervisor: Client) -> None:
    told.permit()
    address = "/console/knowledge/articles/block-party"
    assert write(supervisor, address, kind="permit", title="Party").status_code == 302
    supervisor.post(f"{address}/show")
    article = queries.article("block-party")
    assert (article.title, article.facts and article.facts.cost) == ("Party", "$25")


def test_changes_are_taken_back(supervisor: Client) -> None:
    address = "/console/knowledge/articles/snow"
    write(supervisor, address, title="Other")
    supervisor.post(f"{address}/show")
    supervisor.post(f"{address}/undo")
    assert queries.article("snow").title == told.SNOW["title"]


def test_it_is_withdrawn_and_found_by_staff_still(supervisor: Client) -> None:
    supervisor.post("/console/knowledge/articles/snow/withdraw")
    assert queries.search("snow") == []
    text = page(supervisor, "/console/knowledge/articles", q="snow")
    assert "Not shown" in text


def test_what_is_old_is_made_sure_of(supervisor: Client) -> None:
    told.article(checked_on=date(2020, 1, 1))
    assert "Not checked for over a year" in page(supervisor, "/console/knowledge/articles")
    supervisor.post("/console/knowledge/articles/snow/still-true")
    assert "Not checked for over a year" not in page(supervisor, "/console/knowledge/articles")


def gap() -> UnansweredSearch:
    opinions.note_unanswered(words="sled hill", language="en", on=date(2026, 3, 1))
    return UnansweredSearch.objects.get()


def test_an_answer_is_written_for_what_was_not_found(supervisor: Client) -> None:
    missing = gap()
    address = f"/console/knowledge/articles/new?gap={missing.pk}"
    assert 'value="Sled hill"' in supervisor.get(address).content.decode()
    write(supervisor, address, title="Sled hill")
    missing.refresh_from_db()
    assert (missing.state, missing.article) == ("done", ArticleDraft.objects.get().code)


def test_what_was_not_found_becomes_a_keyword(supervisor: Client) -> None:
    missing = gap()
    assert "sled hill" in page(supervisor, "/console/knowledge/gaps")
    supervisor.post(f"/console/knowledge/gaps/{missing.pk}", {"article": "snow"})
    assert [each.code for each in queries.search("sled hill")] == ["snow"]
    assert "sled hill" in page(supervisor, "/console/knowledge/gaps", show="done")


def test_it_is_ignored_and_opened_again(supervisor: Client) -> None:
    missing = gap()
    for state in ("ignored", "open"):
        supervisor.post(f"/console/knowledge/gaps/{missing.pk}", {"state": state})
        missing.refresh_from_db()
        assert missing.state == state


@pytest.mark.parametrize("form", [{}, {"state": "moon"}, {"article": "moon"}])
def test_nonsense_settles_nothing(supervisor: Client, form: dict[str, str]) -> None:
    missing = gap()
    answer = supervisor.post(f"/console/knowledge/gaps/{missing.pk}", form, follow=True)
    assert "usa-alert--error" in answer.content.decode()
    missing.refresh_from_db()
    assert missing.state == "open"


@pytest.mark.parametrize("path", ["", "/new", "/snow"])
def test_call_takers_write_nothing(supervisor: Client, path: str) -> None:
    assert signed_in("call-taker").get(f"/console/knowledge/articles{path}").status_code == 403


def test_a_step_that_there_is_not_is_not_found(supervisor: Client) -> None:
    assert supervisor.post("/console/knowledge/articles/snow/moon").status_code == 404
    assert supervisor.post("/console/knowledge/articles/moon/show").status_code == 404
    assert supervisor.get("/console/knowledge/articles/moon").status_code == 404


def test_drafts_are_listed(supervisor: Client) -> None:
    write(supervisor)
    assert drafts.drafts(by=SYSTEM)[0].updated_at <= clock.now()
    assert "Ice on the sidewalk" in page(supervisor, "/console/knowledge/articles")
