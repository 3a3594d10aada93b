"""The language of people's words: noted once they are in, shown to staff, erased with them."""

from datetime import timedelta

import pytest

from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.service_requests import queries
from citycall.service_requests.actions import erase, tell_more
from citycall.service_requests.actions.recognise import note_language
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.events import Kind
from citycall.service_requests.models import CommentLanguage, Report
from tests.city import NOW, City, draft

HOLE = "Hay un hoyo muy profundo frente a la casa de mi abuela."
MORE = "لا توجد إشارة تحذير هناك وهذا خطر جدا"


@pytest.fixture
def receipt(city: City) -> Receipt:
    return submit(draft(words=HOLE), by=city.resident, at=NOW)


def note(kind: Kind) -> Event:
    event = Event.objects.get(kind=kind)
    note_language(event)
    return event


def add(receipt: Receipt) -> Event:
    by = resident(reports=[receipt.report_id])
    tell_more.add_information(receipt.request_id, words=MORE, by=by, at=NOW)
    return note(Kind.INFORMATION_ADDED)


def test_a_reports_language_is_noted_beside_its_words(receipt: Receipt) -> None:
    note(Kind.SUBMITTED)
    report = Report.objects.get()
    assert (report.written_in, report.language, report.words) == ("es", "en", HOLE)


def test_so_is_that_of_what_a_reporter_adds(receipt: Receipt) -> None:
    event = add(receipt)
    note_language(event)
    assert queries.comment_languages([event]) == {event.pk: "ar"}


def test_what_staff_write_is_not_looked_at(city: City, receipt: Receipt) -> None:
    tell_more.add_note(receipt.request_id, words=MORE, public=True, by=city.crew, at=NOW)
    note(Kind.NOTE_ADDED)
    assert not CommentLanguage.objects.exists()


def test_unsure_leaves_it_empty(city: City) -> None:
    submit(draft(words="ok"), by=city.resident, at=NOW)
    note(Kind.SUBMITTED)
    assert Report.objects.get().written_in == ""


def test_it_is_erased_with_the_words(receipt: Receipt) -> None:
    note(Kind.SUBMITTED)
    add(receipt)
    erase.erase_reports([receipt.report_id], by=SYSTEM, at=NOW + timedelta(days=1))
    assert Report.objects.get().written_in == ""
    assert not CommentLanguage.objects.exists()


def test_words_that_were_erased_before_it_was_noted_leave_nothing(receipt: Receipt) -> None:
    add(receipt)
    erase.erase_reports([receipt.report_id], by=SYSTEM, at=NOW + timedelta(days=1))
    for event in Event.objects.all():
        note_language(event)
    assert Report.objects.get().written_in == ""
    assert not CommentLanguage.objects.exists()
