"""Writing, withdrawing and undoing articles, and what readers see of them."""

from datetime import date

import pytest

from citycall.accounts.models import Role
from citycall.agencies.editing import CannotUndo
from citycall.core.actors import Actor, resident
from citycall.core.errors import DomainError, Faults, NotAllowed, NotFound
from citycall.knowledge import queries
from citycall.knowledge.actions import save_article, undo, withdraw_article
from citycall.knowledge.queries import UnknownArticle, article, history
from tests.knowledge.conftest import NOW, SNOW, spec, staff

pytestmark = pytest.mark.usefixtures("articles")
WRITERS = [Role.ADMINISTRATOR, Role.SUPERVISOR]
OTHERS = [role for role in Role if role not in WRITERS]


def newest(by: Actor) -> int:
    return history(code="snow", by=by)[0].pk


def test_an_article_is_read_as_it_was_written() -> None:
    found = article("snow")
    assert (found.title, found.body, found.keywords) == (
        SNOW["title"],
        SNOW["body"],
        ("snow", "ice", "blizzard"),
    )
    assert (found.agency, found.services) == ("streets", ("pothole",))
    assert found.checked_on == date(2026, 5, 1)
    assert "<strong>first</strong>" in found.html


def test_all_are_listed_by_title() -> None:
    assert [found.code for found in queries.articles()] == ["trash", "water", "snow"]


def test_an_unpublished_one_is_not_there(administrator: Actor) -> None:
    withdraw_article(code="snow", by=administrator, at=NOW)
    with pytest.raises(NotFound):
        article("snow")
    assert [found.code for found in queries.articles()] == ["trash", "water"]


def test_one_that_was_never_written_is_not_there() -> None:
    with pytest.raises(UnknownArticle):
        article("moon")


def test_everything_unknown_is_told_at_once(administrator: Actor) -> None:
    wrong = spec(services=["pothole", "moon"], agency="nobody")
    with pytest.raises(Faults) as caught:
        save_article(spec=wrong, by=administrator, at=NOW)
    assert set(caught.value.faults) == {"services.1", "agency"}


def test_a_change_is_recorded_and_undone(administrator: Actor) -> None:
    save_article(spec=spec(title="Plows"), by=administrator, at=NOW)
    undone = undo(revision=newest(administrator), by=administrator, at=NOW)
    assert article("snow").title == SNOW["title"]
    undo(revision=undone.pk, by=administrator, at=NOW)
    assert article("snow").title == "Plows"


def test_the_search_follows_an_undoing(administrator: Actor) -> None:
    save_article(spec=spec(keywords=["sleigh"]), by=administrator, at=NOW)
    assert [found.code for found in queries.search("sleigh")] == ["snow"]
    undo(revision=newest(administrator), by=administrator, at=NOW)
    assert queries.search("sleigh") == []


def test_saving_the_same_again_records_nothing(administrator: Actor) -> None:
    save_article(spec=spec(), by=administrator, at=NOW)
    assert len(history(code="snow", by=administrator)) == 1


def test_a_withdrawal_is_undone(administrator: Actor) -> None:
    withdraw_article(code="snow", by=administrator, at=NOW)
    undo(revision=newest(administrator), by=administrator, at=NOW)
    assert article("snow").title == SNOW["title"]


def test_undoing_the_first_writing_withdraws(administrator: Actor) -> None:
    undo(revision=newest(administrator), by=administrator, at=NOW)
    with pytest.raises(NotFound):
        article("snow")


def test_a_later_change_is_not_taken_back_with_an_earlier_one(administrator: Actor) -> None:
    first = newest(administrator)
    save_article(spec=spec(title="Plows"), by=administrator, at=NOW)
    with pytest.raises(CannotUndo):
        undo(revision=first, by=administrator, at=NOW)


def test_a_change_of_something_else_is_not_undone_here(administrator: Actor) -> None:
    from citycall.core.models import Revision

    other = Revision.objects.filter(subject_kind="service").first()
    assert other is not None
    with pytest.raises(NotFound):
        undo(revision=other.pk, by=administrator, at=NOW)


def test_withdrawing_what_was_never_written(administrator: Actor) -> None:
    with pytest.raises(UnknownArticle):
        withdraw_article(code="moon", by=administrator, at=NOW)


@pytest.mark.parametrize("role", WRITERS)
def test_these_may_write(role: Role) -> None:
    save_article(spec=spec(title="Plows"), by=staff(role), at=NOW)
    assert article("snow").title == "Plows"


@pytest.mark.parametrize("by", [resident(), *map(staff, OTHERS)], ids=["resident", *OTHERS])
def test_others_change_nothing(by: Actor) -> None:
    for attempt in (
        lambda: save_article(spec=spec(title="Plows"), by=by, at=NOW),
        lambda: withdraw_article(code="snow", by=by, at=NOW),
        lambda: undo(revision=1, by=by, at=NOW),
        lambda: history(code="snow", by=by),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert article("snow").title == SNOW["title"]


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](  JaVaScRiPt:alert(1))",
        "![x](https://elsewhere.example/spy.png)",
        "<javascript:alert(1)>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "`<b onclick=x>`",
    ],
)
def test_a_body_cannot_hold_anything_but_text(administrator: Actor, body: str) -> None:
    from html.parser import HTMLParser

    found: list[tuple[str, list[tuple[str, str | None]]]] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, attrs))

    save_article(spec=spec(body=body), by=administrator, at=NOW)
    Tags().feed(article("snow").html)
    assert {tag for tag, _attrs in found} <= {"p", "code", "a"}
    links = [value or "" for _tag, attrs in found for _name, value in attrs]
    assert all(link.startswith("https://elsewhere.example") for link in links)


def test_headings_stand_below_the_pages_own(administrator: Actor) -> None:
    save_article(spec=spec(body="# Large\n\n### Small"), by=administrator, at=NOW)
    assert article("snow").html == "<h2>Large</h2>\n<h3>Small</h3>\n"


@pytest.mark.parametrize(
    "fields", [{"body": ""}, {"title": ""}, {"code": "No Code"}, {"language": "English"}]
)
def test_an_article_that_is_not_one_is_refused(fields: dict[str, str]) -> None:
    from citycall.agencies.documents import read
    from citycall.knowledge.specs import ArticleSpec

    with pytest.raises(DomainError):
        read(ArticleSpec, {**SNOW, **fields})
