"""Articles are drafted, reviewed, scheduled, expire, are translated; scripts are staff's alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from citycall.accounts.models import Role
from citycall.agencies.documents import read
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Faults, NotAllowed
from citycall.knowledge import actions, care, drafts, gaps, opinions, queries, scripts, shown
from citycall.knowledge.models import Article, Opinion, UnansweredSearch
from citycall.knowledge.specs import ArticleSpec, ScriptUse
from tests.knowledge.conftest import NOW, SNOW, TRASH, spec, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]

TODAY = date(2026, 6, 1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def writer() -> Actor:
    return staff(Role.SUPERVISOR)


@pytest.fixture
def second() -> Actor:
    memberships = frozenset({(Role.SUPERVISOR.value, None)})
    return Actor(kind=staff(Role.SUPERVISOR).kind, id=2, name="Bo", memberships=memberships)


def save(by: Actor, **fields: Any) -> Article:
    return actions.save_article(spec=spec(**fields), by=by, at=NOW)


def found(words: str = "snow") -> list[str]:
    return [each.code for each in queries.search(words)]


@pytest.mark.parametrize(
    ("fields", "is_shown"),
    [
        ({}, True),
        ({"publish_from": TODAY}, True),
        ({"publish_from": TODAY + DAY}, False),
        ({"expires_on": TODAY + DAY}, True),
        ({"expires_on": TODAY}, False),
        ({"kind": "script"}, False),
    ],
)
def test_an_article_is_shown_between_its_days(
    writer: Actor, fields: dict[str, Any], is_shown: bool
) -> None:
    save(writer, **fields)
    assert (found() == ["snow"]) is is_shown
    assert ([each.code for each in queries.articles()] == ["snow"]) is is_shown
    assert ([each.code for each in queries.of_service("pothole", language="en")] == ["snow"]) is (
        is_shown
    )
    if not is_shown:
        with pytest.raises(queries.UnknownArticle):
            queries.article("snow")


def test_the_city_counts_days_by_its_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW.replace(hour=2))
    assert shown.today() == TODAY - DAY


def test_staff_find_scripts(writer: Actor) -> None:
    save(writer, kind="script")
    assert [each.code for each in queries.search("snow", for_staff=True)] == ["snow"]


def test_what_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Faults) as raised:
        read(ArticleSpec, {**SNOW, "publish_from": TODAY, "expires_on": TODAY})
    assert list(raised.value.faults) == ["expires_on"]


def test_only_scripts_are_for_a_moment() -> None:
    with pytest.raises(Faults) as raised:
        read(ArticleSpec, {**SNOW, "used_for": "greeting"})
    assert list(raised.value.faults) == ["used_for"]


def test_a_draft_changes_nothing_that_is_shown(writer: Actor) -> None:
    save(writer)
    drafts.write(spec=spec(title="Snow anew"), by=writer, at=NOW)
    assert queries.article("snow").title == SNOW["title"]
    drafts.show(code="snow", by=writer, at=NOW)
    assert queries.article("snow").title == "Snow anew"
    assert drafts.draft("snow", by=writer) is None


def test_where_the_city_asks_for_it_a_second_person_approves(
    writer: Actor, second: Actor, settings: Settings
) -> None:
    settings.CITYCALL_REVIEW_ARTICLES = True
    drafts.write(spec=spec(), by=writer, at=NOW)
    with pytest.raises(drafts.NeedsReview):
        drafts.show(code="snow", by=second, at=NOW)
    drafts.ask(code="snow", by=writer, at=NOW)
    with pytest.raises(drafts.NeedsReview):
        drafts.show(code="snow", by=writer, at=NOW)
    drafts.show(code="snow", by=second, at=NOW)
    assert found() == ["snow"]


def test_who_changes_what_was_asked_for_has_to_ask_anew(
    writer: Actor, second: Actor, settings: Settings
) -> None:
    settings.CITYCALL_REVIEW_ARTICLES = True
    drafts.write(spec=spec(), by=writer, at=NOW)
    drafts.ask(code="snow", by=writer, at=NOW)
    drafts.write(spec=spec(title="Other"), by=second, at=NOW)
    with pytest.raises(drafts.NeedsReview):
        drafts.show(code="snow", by=second, at=NOW)


def test_a_draft_is_sent_back_with_words(writer: Actor, second: Actor) -> None:
    drafts.write(spec=spec(), by=writer, at=NOW)
    drafts.ask(code="snow", by=writer, at=NOW)
    with pytest.raises(Faults):
        drafts.send_back(code="snow", words=" ", by=second)
    drafts.send_back(code="snow", words="Which streets?", by=second)
    (waiting,) = drafts.drafts(by=writer)
    assert (waiting.asked_at, waiting.sent_back) == (None, "Which streets?")


def test_a_draft_names_only_what_is_known(writer: Actor) -> None:
    with pytest.raises(Faults):
        drafts.write(spec=spec(services=["moon"]), by=writer, at=NOW)


def test_a_draft_is_thrown_away(writer: Actor) -> None:
    drafts.write(spec=spec(), by=writer, at=NOW)
    drafts.discard(code="snow", by=writer)
    with pytest.raises(drafts.UnknownDraft):
        drafts.show(code="snow", by=writer, at=NOW)


@pytest.mark.parametrize("role", [Role.CALL_TAKER, Role.DISPATCHER])
def test_others_write_no_drafts(role: Role) -> None:
    with pytest.raises(NotAllowed):
        drafts.write(spec=spec(), by=staff(role), at=NOW)


def test_what_needs_care_is_listed(writer: Actor) -> None:
    save(writer, code="later", publish_from=TODAY + DAY)
    save(writer, code="ends", expires_on=TODAY + 10 * DAY)
    save(writer, code="old", checked_on=TODAY - timedelta(days=400))
    needed = care.care(by=writer, on=TODAY)
    assert [each.code for each in needed.scheduled] == ["later"]
    assert [each.code for each in needed.expiring] == ["ends"]
    assert [each.code for each in needed.unchecked] == ["old"]


def test_who_made_sure_of_it_takes_it_off_the_list(writer: Actor) -> None:
    save(writer, checked_on=TODAY - timedelta(days=400))
    care.still_true(code="snow", by=writer, at=NOW)
    assert care.care(by=writer, on=TODAY).unchecked == []


def translate(by: Actor, **fields: Any) -> None:
    save(by, **{"code": "nieve", "language": "es", "translates": "snow", **fields})


def test_missing_and_older_translations_are_told(writer: Actor) -> None:
    save(writer)
    translate(writer)
    (line,) = care.care(by=writer, on=TODAY).untranslated
    assert (line.missing, line.older) == (("zh-hans", "ar"), ())
    later = NOW + timedelta(hours=1)
    actions.save_article(spec=spec(body="All streets."), by=writer, at=later)
    (line,) = care.care(by=writer, on=TODAY).untranslated
    assert line.older == (("es", "nieve"),)


def test_making_sure_of_it_makes_no_translation_older(writer: Actor) -> None:
    save(writer)
    translate(writer)
    care.still_true(code="snow", by=writer, at=NOW + timedelta(hours=1))
    (line,) = care.care(by=writer, on=TODAY).untranslated
    assert line.older == ()


def test_an_undone_text_is_a_changed_text(writer: Actor) -> None:
    save(writer)
    translate(writer)
    drafts.write(spec=spec(body="All streets."), by=writer, at=NOW)
    drafts.show(code="snow", by=writer, at=NOW + timedelta(hours=1))
    change = drafts.article_spec("snow", by=writer)
    assert change is not None
    assert change.body == "All streets."


def test_a_script_is_read_in_the_callers_language(writer: Actor) -> None:
    script = {"kind": "script", "used_for": "greeting", "services": []}
    save(writer, **script, title="Good morning")
    translate(writer, **script, title="Buenos días")
    said = {
        language: scripts.script(ScriptUse.GREETING, language=language) for language in ("es", "ar")
    }
    assert {code: each and each.title for code, each in said.items()} == {
        "es": "Buenos días",
        "ar": "Good morning",
    }
    assert scripts.script(ScriptUse.CLOSING, language="en") is None


def test_the_script_of_a_service_goes_before_that_of_every_call(writer: Actor) -> None:
    script = {"kind": "script", "used_for": "report"}
    save(writer, **script, services=[])
    save(writer, **script, code="own")
    own = scripts.script(ScriptUse.REPORT, language="en", service="pothole")
    other = scripts.script(ScriptUse.REPORT, language="en", service="graffiti")
    assert (own and own.code, other and other.code) == ("own", "snow")


def note(words: str = "sled rental", *, at_console: bool = False) -> UnansweredSearch:
    opinions.note_unanswered(words=words, language="en", on=TODAY, at_console=at_console)
    return UnansweredSearch.objects.get(words=words)


def test_what_was_not_found_is_counted_with_those_at_the_console(writer: Actor) -> None:
    note()
    note(at_console=True)
    (gap,) = gaps.gaps(by=writer)
    assert (gap.times, gap.at_console) == (2, 1)


def test_a_gap_that_belongs_to_an_article_is_found_from_then_on(writer: Actor) -> None:
    save(writer)
    gap = note()
    assert found("sled rental") == []
    gaps.belongs(gap.pk, article="snow", by=writer, at=NOW)
    assert found("sled rental") == ["snow"]
    assert gaps.gaps(by=writer) == []


def test_the_keyword_goes_to_the_language_of_the_search(writer: Actor) -> None:
    save(writer)
    translate(writer)
    opinions.note_unanswered(words="trineo", language="es", on=TODAY)
    gap = UnansweredSearch.objects.get()
    gaps.belongs(gap.pk, article="snow", by=writer, at=NOW)
    assert [each.code for each in queries.search("trineo", language="es")] == ["nieve"]


def test_a_gap_of_no_article_is_refused(writer: Actor) -> None:
    with pytest.raises(Faults):
        gaps.belongs(note().pk, article="moon", by=writer, at=NOW)


def test_what_is_done_is_open_again_when_it_is_not_found_again(writer: Actor) -> None:
    gap = note()
    gaps.settle(gap.pk, state=UnansweredSearch.State.DONE, by=writer, at=NOW)
    note()
    assert [each.words for each in gaps.gaps(by=writer)] == ["sled rental"]


def test_what_is_ignored_stays_so(writer: Actor) -> None:
    gap = note()
    gaps.settle(gap.pk, state=UnansweredSearch.State.IGNORED, by=writer, at=NOW)
    note()
    assert gaps.gaps(by=writer) == []


def test_what_people_missed_is_told_with_its_title(writer: Actor) -> None:
    save(writer, **TRASH)
    subject = Opinion.Subject.ARTICLE
    opinions.say_whether_it_helped(subject=subject, code="trash", visitor="v", helped=False, at=NOW)
    opinions.say_what_was_missing(
        subject=subject, code="trash", visitor="v", words="The day!", at=NOW
    )
    ((opinion, title),) = gaps.missed(by=writer)
    assert (opinion.missing, title) == ("The day!", TRASH["title"])
