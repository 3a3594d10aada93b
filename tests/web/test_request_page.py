"""A request by its number: what everyone, and what its reporter may know."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.notifications import links
from citycall.service_requests import photos
from citycall.service_requests.actions import close, merge, tell_more, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Attachment
from tests.city import City, draft
from tests.web.telling import picture


def sent(service: str = "pothole", **changes: object) -> Receipt:
    now = clock.now() - timedelta(days=1)
    return submit(draft(service, **changes), by=resident(), at=now)


def address(receipt: Receipt) -> str:
    return f"/r/{numbers.show(receipt.number)}"


def read(client: Client, receipt: Receipt) -> str:
    return client.get(address(receipt)).content.decode()


def prove(client: Client, receipt: Receipt) -> None:
    client.get(address(receipt), {"key": links.make(receipt.report_id)})


def test_everyone_sees_state_place_agency_and_dates(client: Client, city: City) -> None:
    page = read(client, sent())
    for words in ("This was reported.", "1200 E Monument St", "Streets", "Promised by"):
        assert words in page


def test_nobody_else_sees_words_or_contact(client: Client, city: City) -> None:
    page = read(client, sent(wanted="Fill it with gold."))
    for words in ("A deep hole", "Fill it with gold", "Pat Doe", "pat@example.org"):
        assert words not in page


def test_the_reporter_sees_what_they_said(client: Client, city: City) -> None:
    receipt = sent(wanted="Fill it with gold.")
    prove(client, receipt)
    page = read(client, receipt)
    assert "A deep hole in the right lane." in page
    assert "Fill it with gold." in page


def test_the_key_leaves_the_address_at_once(client: Client, city: City) -> None:
    receipt = sent()
    answer = client.get(address(receipt), {"key": links.make(receipt.report_id)})
    assert answer["Location"] == address(receipt)


def test_opening_a_link_changes_the_session_key(client: Client, city: City) -> None:
    first, second = sent(), sent()
    prove(client, first)
    before = client.session.session_key
    prove(client, second)
    assert client.session.session_key != before


def test_a_false_key_proves_nothing(client: Client, city: City) -> None:
    receipt, other = sent(), sent()
    altered = links.make(other.report_id).replace(str(other.report_id), str(receipt.report_id), 1)
    answer = client.get(address(receipt), {"key": altered}, follow=True)
    page = answer.content.decode()
    assert "This link is not complete." in page
    assert "A deep hole" not in page


def test_a_private_service_shows_strangers_state_and_dates_only(client: Client, city: City) -> None:
    receipt = sent("graffiti")
    work.start(receipt.request_id, by=city.crew, at=clock.now())
    page = read(client, receipt)
    for words in ("Graffiti", "1200 E Monument St", "Cleaning", "410-555-0100"):
        assert words not in page
    assert "Work has begun" in page
    assert "Promised by" in page


def test_a_private_service_shows_its_reporter_all(client: Client, city: City) -> None:
    receipt = sent("graffiti")
    prove(client, receipt)
    assert "1200 E Monument St" in read(client, receipt)


@pytest.mark.parametrize(
    "typed", ["%s", "%s ", "no %s"], ids=["digits", "a space", "words before it"]
)
def test_a_number_in_another_form_is_sent_to_its_own(
    client: Client, city: City, typed: str
) -> None:
    receipt = sent()
    digits = f"{receipt.number:012d}"
    answer = client.get(f"/r/{typed % digits}")
    if typed.startswith("no"):
        assert answer.status_code == 422
    else:
        assert answer["Location"] == address(receipt)


def test_a_wrong_digit_is_told_and_looked_up_for_nobody(client: Client, city: City) -> None:
    digits = f"{sent().number:012d}"
    wrong = digits[:5] + str((int(digits[5]) + 1) % 10) + digits[6:]
    answer = client.get(f"/r/{wrong}")
    assert answer.status_code == 422
    assert "One digit of this number seems wrong." in answer.content.decode()


def test_an_unknown_number_is_told(client: Client, city: City) -> None:
    answer = client.get(f"/r/{numbers.show(numbers.draw(year=2026))}")
    assert answer.status_code == 404
    assert "We have no report with this number." in answer.content.decode()


def test_guessing_numbers_is_stopped_but_not_ones_own(client: Client, city: City) -> None:
    mine, other = sent(), sent()
    prove(client, mine)
    for _guess in range(20):
        client.get(f"/r/{numbers.show(numbers.draw(year=2026))}")
    assert client.get(f"/r/{numbers.show(numbers.draw(year=2026))}").status_code == 429
    assert client.get(address(other)).status_code == 429
    assert client.get(address(mine)).status_code == 200


def test_a_moved_date_is_told_with_the_reason(client: Client, city: City) -> None:
    receipt, now = sent(), clock.now()
    work.hold(
        receipt.request_id, reason="weather", words="", by=city.crew, at=now - timedelta(hours=9)
    )
    work.resume(receipt.request_id, by=city.crew, at=now)
    page = read(client, receipt)
    assert "Now expected by" in page
    assert "Reason: Waiting for the weather" in page


def test_work_that_is_late_is_called_late(client: Client, city: City) -> None:
    receipt = submit(draft(), by=resident(), at=clock.now() - timedelta(days=30))
    assert "This should have been done by now." in read(client, receipt)


def test_completed_is_not_called_fixed(client: Client, city: City) -> None:
    receipt = sent()
    close.complete(
        receipt.request_id,
        outcome_code="fixed",
        explanation="Filled.",
        by=city.crew,
        at=clock.now(),
    )
    page = read(client, receipt)
    assert "Streets says that this is done. It has not been confirmed yet." in page
    assert "Is it really fixed?" not in page


def test_a_merged_number_leads_to_the_problem(client: Client, city: City) -> None:
    child, parent = sent(), sent()
    merge.merge(child.request_id, parent_id=parent.request_id, by=SYSTEM, at=clock.now())
    work.start(parent.request_id, by=city.crew, at=clock.now())
    page = read(client, child)
    assert "Streets is working on this." in page
    assert numbers.show(child.number) in page
    assert "2 reports of this problem so far" in page


def test_internal_notes_are_never_shown(client: Client, city: City) -> None:
    receipt = sent()
    prove(client, receipt)
    for public, words in ((False, "Known drunk."), (True, "We come on Friday.")):
        tell_more.add_note(
            receipt.request_id, words=words, public=public, by=city.crew, at=clock.now()
        )
    page = read(client, receipt)
    assert "We come on Friday." in page
    assert "Known drunk." not in page


def test_somebody_who_joins_does_not_read_the_first_reporters_words(
    client: Client, city: City
) -> None:
    first = sent()
    tell_more.add_information(
        first.request_id,
        words="My son Tom saw it.",
        by=resident(reports=[first.report_id]),
        at=clock.now(),
    )
    second = tell_more.add_report(first.number, draft(), by=resident(), at=clock.now())
    prove(client, second)
    page = read(client, second)
    assert "Information added by a reporter" in page
    assert "My son Tom" not in page


def with_photo(receipt: Receipt) -> int:
    upload = ContentFile(picture().read())
    return tell_more.add_photo(
        receipt.request_id,
        photo=photos.keep(upload.file),
        stage=Attachment.Stage.REPORT,
        by=resident(reports=[receipt.report_id]),
        at=clock.now(),
        report_id=receipt.report_id,
    ).pk


def test_a_photo_is_for_its_reporter_and_for_staff(city: City) -> None:
    receipt = sent()
    photo = with_photo(receipt)
    reporter, stranger, joined, crew, outsider = (Client() for _person in range(5))
    prove(reporter, receipt)
    prove(joined, tell_more.add_report(receipt.number, draft(), by=resident(), at=clock.now()))
    crew.login(username="crew", password="correct horse battery")
    outsider.login(username="outsider", password="correct horse battery")
    statuses = [
        each.get(f"/photos/{photo}").status_code
        for each in (reporter, crew, stranger, joined, outsider)
    ]
    assert statuses == [200, 200, 404, 404, 404]


def test_a_photo_is_served_safely(client: Client, city: City) -> None:
    receipt = sent()
    photo = with_photo(receipt)
    prove(client, receipt)
    for address in (f"/photos/{photo}", f"/photos/{photo}/small"):
        answer = client.get(address)
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"].startswith("private")


def test_the_page_is_for_no_shared_cache(client: Client, city: City) -> None:
    assert "private" in client.get(address(sent()))["Cache-Control"]


def test_it_costs_the_same_however_long_its_life(
    client: Client, city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    receipt = sent()
    prove(client, receipt)
    read(client, receipt)
    for _time in range(5):
        with_photo(receipt)
        tell_more.add_report(receipt.number, draft(), by=resident(), at=clock.now())
    with django_assert_max_num_queries(11):
        read(client, receipt)
