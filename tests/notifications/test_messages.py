"""What people read: every message in both forms, in plain words and local time."""

import dataclasses
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pytest_django import Settings

import citycall.notifications
from citycall.notifications.messages import Notice, Template, in_words, render

AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
FOLDER = Path(citycall.notifications.__file__).parent / "templates/notifications/email"

NOTICE = Notice(
    number="26-48392-01755",
    service="Pothole",
    link="https://311.example.org/r/26-48392-01755?key=abc",
    at=AT,
    place="Main St & 3rd St",
    agency="Streets Department",
    agency_phone="555-0100",
    due_at=AT + timedelta(days=5),
    due_before=AT + timedelta(days=4),
    answer_until=AT + timedelta(days=14),
    outcome="Hole filled",
    reason="Waiting for material",
    words="Filled with <asphalt>.\nSee you & thanks.",
)


class _Page(HTMLParser):
    """The tags, addresses and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize("notice", [NOTICE, Notice(number="1", service="S", link="L", at=AT)])
def test_every_message_has_its_number_and_link_in_both_forms(
    template: Template, notice: Notice
) -> None:
    message = render(template, notice, language="en")
    page = _Page(message.html)
    assert notice.number in message.text
    assert notice.link in message.text
    assert notice.number in page.words
    assert notice.link in page.addresses
    assert notice.number in message.subject
    assert notice.service in message.subject


@pytest.mark.parametrize("template", Template)
def test_both_forms_say_the_same(template: Template) -> None:
    message = render(template, dataclasses.replace(NOTICE, words="Done."), language="en")
    shown = " ".join(_Page(message.html).words.split())
    spoken_to_readers_only = {"Hello,", "--"}
    for line in message.text.splitlines():
        sentence = line.partition(":")[2] if line.startswith("Responsible") else line
        if line and line not in spoken_to_readers_only and ":" not in line:
            assert " ".join(sentence.split()) in shown


@pytest.mark.parametrize("template", Template)
def test_no_message_claims_that_the_problem_is_fixed(template: Template) -> None:
    message = render(template, NOTICE, language="en")
    for text in (message.subject, message.text, _Page(message.html).words):
        assert "fixed" not in text.lower()
        assert "solved" not in text.lower()
        assert "resolved" not in text.lower()


@pytest.mark.parametrize("template", Template)
def test_html_loads_nothing_and_names_its_language(template: Template) -> None:
    message = render(template, NOTICE, language="en")
    page = _Page(message.html)
    assert not {"img", "script", "link", "iframe", "video"} & set(page.tags)
    assert set(page.addresses) == {NOTICE.link}
    assert "url(" not in message.html
    assert '<html lang="en" dir="ltr">' in message.html
    assert page.tags.count("h1") == 1


@pytest.mark.parametrize("template", Template)
def test_text_is_tidy(template: Template) -> None:
    text = render(template, NOTICE, language="en").text
    assert "\n\n\n" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())
    assert "{" not in text


@pytest.mark.parametrize("template", Template)
def test_each_message_has_three_files_and_no_more_exist(template: Template) -> None:
    for ending in ("subject.txt", "txt", "html"):
        assert (FOLDER / f"{template}.{ending}").is_file()
    known = {*Template, "base"}
    assert {path.name.split(".")[0] for path in FOLDER.iterdir()} == known


def test_staff_words_are_shown_as_written_and_never_as_markup() -> None:
    message = render(Template.COMPLETED, NOTICE, language="en")
    assert "Filled with <asphalt>.\nSee you & thanks." in message.text
    assert "Filled with &lt;asphalt&gt;.<br>See you &amp; thanks." in message.html


def test_completed_asks_and_says_until_when() -> None:
    text = render(Template.COMPLETED, NOTICE, language="en").text
    assert "tap “Yes” or “No, it is still there”" in text
    assert "by Saturday, December 5, we close the report" in text
    assert "opened again under the same number" in text


def test_completed_says_no_more_than_the_agency_does() -> None:
    gone = render(Template.COMPLETED, dataclasses.replace(NOTICE, gone=True), language="en").text
    not_found = render(Template.COMPLETED, NOTICE, language="en").text
    assert "whether the problem is really gone" in gone
    assert "does not say that the problem is gone" in not_found


def test_a_new_date_stands_beside_the_old_one() -> None:
    text = render(Template.NEW_DATE, NOTICE, language="en").text
    assert "Until now it was Wednesday, November 25." in text
    assert "It should be done by Thursday, November 26." in text


def test_without_a_promised_date_none_is_invented() -> None:
    text = render(Template.RECEIVED, dataclasses.replace(NOTICE, due_at=None), language="en").text
    assert "There is no promised date" in text


def test_a_subject_is_one_line_whatever_is_in_it() -> None:
    notice = dataclasses.replace(NOTICE, service="Pothole\r\nBcc: everyone@example.org")
    subject = render(Template.RECEIVED, notice, language="en").subject
    assert subject == "Report 26-48392-01755 received: Pothole Bcc: everyone@example.org"


def test_the_emergency_number_and_city_are_the_citys(settings: Settings) -> None:
    settings.CITYCALL_EMERGENCY_NUMBER = "112"
    settings.CITYCALL_CITY_NAME = "Havenstad"
    text = render(Template.RECEIVED, NOTICE, language="en").text
    assert "If anyone is in danger, call 112." in text
    assert "Havenstad 311" in text


def test_it_says_whether_answers_are_read(settings: Settings) -> None:
    settings.CITYCALL_EMAIL_REPLY_TO = ""
    assert "not read" in render(Template.NOTE, NOTICE, language="en").text
    settings.CITYCALL_EMAIL_REPLY_TO = "311@example.org"
    assert "You may answer" in render(Template.NOTE, NOTICE, language="en").text


@pytest.mark.parametrize("language", ["", "xx", "<b>", "tlh-Latn", "a" * 10])
def test_a_language_not_spoken_here_gets_the_citys_own(language: str) -> None:
    assert "Thank you." in render(Template.RECEIVED, NOTICE, language=language).text


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (None, ""),
        (datetime(2026, 11, 22, 4, 0, tzinfo=UTC), "Saturday, November 21 at 11 p.m."),
        (datetime(2026, 11, 23, 22, 15, tzinfo=UTC), "Monday, November 23 at 5:15 p.m."),
        (datetime(2026, 11, 27, 22, 0, tzinfo=UTC), "Friday, November 27"),
        (datetime(2027, 1, 4, 22, 0, tzinfo=UTC), "Monday, Jan. 4, 2027"),
    ],
)
def test_moments_are_said_by_the_citys_clocks(moment: datetime | None, words: str) -> None:
    assert in_words(moment, told_at=AT) == words


def test_moments_follow_daylight_saving() -> None:
    before = datetime(2026, 3, 7, 22, 0, tzinfo=UTC)
    after = before + timedelta(days=1)
    assert in_words(before, told_at=before).endswith("5 p.m.")
    assert in_words(after, told_at=before).endswith("6 p.m.")
