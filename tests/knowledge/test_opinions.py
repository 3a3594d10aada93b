"""Did it answer? Counted once; and what was searched and not found, without anybody's data."""

from datetime import date

import pytest

from citycall.accounts.models import Role
from citycall.core.actors import Actor, resident
from citycall.core.errors import Faults, NotAllowed, NotFound
from citycall.knowledge import opinions
from citycall.knowledge.models import Opinion, UnansweredSearch
from citycall.knowledge.opinions import Helped
from tests.knowledge.conftest import NOW, staff

TODAY = date(2026, 6, 1)
ARTICLE = Opinion.Subject.ARTICLE
pytestmark = pytest.mark.usefixtures("articles")


def say(visitor: str, *, helped: bool, code: str = "snow") -> None:
    opinions.say_whether_it_helped(
        subject=ARTICLE, code=code, visitor=visitor, helped=helped, at=NOW
    )


def miss(visitor: str, words: str) -> None:
    opinions.say_what_was_missing(
        subject=ARTICLE, code="snow", visitor=visitor, words=words, at=NOW
    )


def counted(by: Actor) -> Helped:
    return opinions.helped(subject=ARTICLE, codes=["snow"], by=by)["snow"]


def test_each_visitor_counts_once(administrator: Actor) -> None:
    say("one", helped=True)
    say("one", helped=True)
    say("two", helped=False)
    assert counted(administrator) == Helped(yes=1, no=1)


def test_a_changed_mind_replaces_the_first(administrator: Actor) -> None:
    say("one", helped=False)
    miss("one", "The alleys.")
    say("one", helped=True)
    assert counted(administrator) == Helped(yes=1, no=0)
    assert Opinion.objects.get().missing == ""


def test_what_was_missing_follows_a_no_alone() -> None:
    say("one", helped=True)
    with pytest.raises(NotFound):
        miss("one", "The alleys.")
    say("two", helped=False)
    miss("two", "The alleys.")
    assert Opinion.objects.get(visitor="two").missing == "The alleys."


def test_too_many_words_are_refused() -> None:
    say("one", helped=False)
    with pytest.raises(Faults):
        miss("one", "x" * 1_001)


def test_of_what_is_not_there_nobody_has_an_opinion() -> None:
    with pytest.raises(NotFound):
        say("one", helped=True, code="moon")


@pytest.mark.parametrize("by", [resident(), staff(Role.ANALYST)])
def test_others_do_not_read_them(by: Actor) -> None:
    with pytest.raises(NotAllowed):
        counted(by)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Pat.Doe@example.org rats", "rats"),
        ("call me 410-555-0100 about a dog", "call me about a dog"),
        ("1200 Harbor Street noise", "harbor street noise"),
        ("https://example.org/?name=pat tree", "tree"),
        ("12345", ""),
        (
            "one two three four five six seven eight nine ten",
            "one two three four five six seven eight",
        ),
        ("¿Cuándo recogen la basura?", "cuándo recogen la basura"),
    ],
)
def test_searches_are_kept_without_what_tells_of_a_person(words: str, kept: str) -> None:
    assert opinions.shortened(words) == kept


def test_a_long_word_does_not_fill_the_list() -> None:
    assert len(opinions.shortened("w" * 400 + " tree")) <= opinions.LONGEST_KEPT


def test_the_same_words_are_counted() -> None:
    for on in (TODAY, date(2026, 6, 3)):
        opinions.note_unanswered(words="Moon cheese 7", language="en", on=on)
    kept = UnansweredSearch.objects.get()
    assert (kept.words, kept.times, kept.first_on, kept.last_on) == (
        "moon cheese",
        2,
        TODAY,
        date(2026, 6, 3),
    )


def test_words_that_say_nothing_are_not_kept() -> None:
    opinions.note_unanswered(words="410-555-0100", language="en", on=TODAY)
    assert not UnansweredSearch.objects.exists()


def test_the_oldest_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinions, "MOST_KEPT", 2)
    for day, words in enumerate(("old", "newer", "newest"), start=1):
        opinions.note_unanswered(words=words, language="en", on=date(2026, 6, day))
    assert {row.words for row in UnansweredSearch.objects.all()} == {"newer", "newest"}
