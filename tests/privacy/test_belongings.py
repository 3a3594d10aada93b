"""What the city holds of a person: all of it listed and packed, and nothing left once erased."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from citycall.calls.actions import flow
from citycall.contacts.models import Contact
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.feedback import actions as feedback
from citycall.feedback import ratings
from citycall.notifications.models import Delivery
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.privacy import belongings
from citycall.privacy.persons import Person
from citycall.reactions import react
from citycall.service_requests import photos, queries, unsent_photos
from citycall.service_requests.actions import close, merge, tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Receipt
from citycall.service_requests.models import Attachment, Report, ServiceRequest
from citycall.work_orders.actions import orders
from citycall.work_orders.models import WorkOrder
from tests.city import City, draft
from tests.service_requests.test_photos import picture

AT = clock.now()
PAT = "pat@example.org"
ME = Person(email=PAT)
# Planted wherever a person can write.
SECRET = "zebrafish"


@pytest.fixture
def report(city: City) -> Receipt:
    location = Location(
        kind=LocationKind.ADDRESS,
        longitude=-76.6,
        latitude=39.29,
        place="1200 E Monument St",
        directions=f"{SECRET} directions",
    )
    told = draft(
        location=location,
        words=f"{SECRET} words",
        wanted=f"{SECRET} wishes",
        contact=ContactDetails(name=f"Pat {SECRET}", email=PAT, phone="+1 410 555 0199"),
    )
    return submit(told, by=resident(), at=AT - timedelta(days=9))


def add_photo(report: Receipt) -> Attachment:
    return tell_more.add_photo(
        report.request_id,
        photo=photos.keep(picture("PNG")),
        stage=Attachment.Stage.REPORT,
        by=resident(reports=[report.report_id]),
        at=AT,
        report_id=report.report_id,
    )


def dispute(report: Receipt) -> None:
    close.complete(report.request_id, outcome_code="fixed", explanation="Done.", by=SYSTEM, at=AT)
    told = Report.objects.get(pk=report.report_id)
    by = resident(reports=[report.report_id])
    feedback.dispute(told, by=by, at=AT, words=f"{SECRET} dispute")


def add_words(report: Receipt) -> None:
    by = resident(reports=[report.report_id])
    tell_more.add_information(report.request_id, words=f"{SECRET} more", by=by, at=AT)


def rate(report: Report) -> None:
    by = resident(reports=[report.pk])
    ratings.rate(report, satisfied=2, better=f"{SECRET} better", by=by, at=AT)


def packed() -> tuple[dict[str, Any], list[str]]:
    with belongings.packed(ME, at=AT) as file, zipfile.ZipFile(file) as archive:
        return json.loads(archive.read("data.json")), archive.namelist()


def everything_stored() -> str:
    """Every value of every table of ours, as the database itself writes it."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model.__module__.startswith("citycall.") and model._meta.managed:
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
                found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_all_reports_of_an_address_are_listed(city: City, report: Receipt) -> None:
    second = submit(draft(contact=ContactDetails(email="Pat@Example.org")), by=resident(), at=AT)
    submit(draft(contact=ContactDetails(email="sam@example.org")), by=resident(), at=AT)
    listed = [told.number for told in belongings.page(ME).rows]
    assert listed == [second.number, report.number]


def test_calls_of_a_proven_number_are_told_and_erased_with_it(city: City) -> None:
    call = flow.arrive(switch="pbx", switch_id="1", by=SYSTEM, at=AT, phone="+14105550199")
    me = Person(phone="+14105550199")
    with belongings.packed(me, at=AT) as file, zipfile.ZipFile(file) as archive:
        (told,) = json.loads(archive.read("data.json"))["calls"]
    assert told["began_at"] == AT.isoformat()
    belongings.erase(me, at=AT)
    call.refresh_from_db()
    assert call.phone == ""


def test_pages_follow_each_other_without_gaps(city: City) -> None:
    told = [submit(draft(), by=resident(), at=AT + timedelta(minutes=n)) for n in range(45)]
    listed, older = [], ""
    for _each in range(3):
        page = belongings.page(ME, older_than=older)
        listed += [row.number for row in page.rows]
        older = page.older
    assert listed == [receipt.number for receipt in reversed(told)]
    assert older == ""


def test_a_copy_has_everything_that_was_said(report: Receipt) -> None:
    photo = add_photo(report)
    add_words(report)
    react(Event.objects.get(kind="submitted"))
    data, names = packed()
    (told,) = data["reports"]
    assert told["number"] == numbers.show(report.number)
    assert told["words"] == f"{SECRET} words"
    assert told["wanted"] == f"{SECRET} wishes"
    assert told["directions"] == f"{SECRET} directions"
    assert [added["words"] for added in told["added"]] == [f"{SECRET} more"]
    assert data["contacts"][0]["phone"] == "+14105550199"
    assert [message["kind"] for message in data["messages"]] == ["received"]
    assert f"photos/{photo.file}" in names


def test_a_copy_has_nothing_of_others(city: City, report: Receipt) -> None:
    other = draft(words="Somebody else's", contact=ContactDetails(email="sam@example.org"))
    tell_more.add_report(report.number, other, by=resident(), at=AT)
    data, _names = packed()
    assert len(data["reports"]) == 1
    assert "Somebody else" not in json.dumps(data)


def test_a_copy_has_the_answers_to_completions(report: Receipt) -> None:
    dispute(report)
    close.complete(report.request_id, outcome_code="fixed", explanation="Now.", by=SYSTEM, at=AT)
    rate(Report.objects.get(pk=report.report_id))
    data, _names = packed()
    assert data["answers"][0]["words"] == f"{SECRET} dispute"
    assert data["ratings"][0]["better"] == f"{SECRET} better"


def test_after_erasing_nothing_personal_is_stored(report: Receipt) -> None:
    add_words(report)
    dispute(report)
    close.complete(report.request_id, outcome_code="fixed", explanation="Now.", by=SYSTEM, at=AT)
    rate(Report.objects.get(pk=report.report_id))
    assert everything_stored().count(SECRET) >= 7
    assert belongings.erase(ME, at=AT) == 1
    stored = everything_stored()
    assert SECRET not in stored
    assert PAT not in stored
    assert "4105550199" not in stored


def test_after_erasing_the_problem_is_still_there(report: Receipt) -> None:
    belongings.erase(ME, at=AT)
    request = ServiceRequest.objects.get(pk=report.request_id)
    assert (request.place, request.status) == ("1200 E Monument St", "new")
    assert Report.objects.get(number=report.number).service_request_id == request.pk
    assert Contact.objects.get().erased_at == AT


def test_erased_photos_leave_the_disk(report: Receipt, tmp_path: Path) -> None:
    photo = add_photo(report)
    belongings.erase(ME, at=AT)
    assert not Attachment.objects.exists()
    unsent_photos.remove(at=clock.now() + timedelta(days=2))
    assert not photos.path_of(photo.file).exists()


def test_answers_by_choice_stay_and_written_ones_go(city: City) -> None:
    told = draft("water-leak", answers={"amount": "drip"})
    receipt = submit(told, by=resident(), at=AT)
    Report.objects.filter(pk=receipt.report_id).update(
        answers={"amount": "drip", "retired-question": SECRET}
    )
    belongings.erase(ME, at=AT)
    assert Report.objects.get(pk=receipt.report_id).answers == {"amount": "drip"}


def test_other_reporters_words_stay(city: City, report: Receipt) -> None:
    contact = ContactDetails(email="sam@example.org")
    other = tell_more.add_report(
        report.number, draft(words="Mine too.", contact=contact), by=resident(), at=AT
    )
    sam = resident(reports=[other.report_id])
    tell_more.add_information(report.request_id, words="Still Sam's.", by=sam, at=AT)
    add_words(report)
    belongings.erase(ME, at=AT)
    stored = everything_stored()
    assert "Mine too." in stored
    assert "Still Sam's." in stored
    assert SECRET not in stored


def test_words_added_to_the_request_it_was_merged_into_go_too(city: City, report: Receipt) -> None:
    contact = ContactDetails(email="sam@example.org")
    parent = submit(draft(contact=contact), by=resident(), at=AT)
    merge.merge(report.request_id, parent_id=parent.request_id, by=SYSTEM, at=AT)
    by = resident(reports=[report.report_id])
    tell_more.add_information(parent.request_id, words=f"{SECRET} later", by=by, at=AT)
    data, _names = packed()
    assert [added["words"] for added in data["reports"][0]["added"]] == [f"{SECRET} later"]
    belongings.erase(ME, at=AT)
    assert SECRET not in everything_stored()


def test_owed_messages_are_not_sent_any_more(report: Receipt) -> None:
    react(Event.objects.get(kind="submitted"))
    belongings.erase(ME, at=AT)
    assert Delivery.objects.get().contact.email == ""


def test_erasing_twice_changes_nothing(report: Receipt) -> None:
    belongings.erase(ME, at=AT)
    assert belongings.erase(ME, at=AT) == 0


def test_staff_see_that_something_was_erased(report: Receipt) -> None:
    belongings.erase(ME, at=AT)
    event = Event.objects.get(kind="erased")
    assert (event.visibility, event.data["report"]) == ("internal", report.report_id)


def test_the_number_alone_proves_nothing_afterwards(report: Receipt) -> None:
    told = Report.objects.select_related("contact").get(pk=report.report_id)
    assert not queries.is_answered_by_number(told)
    belongings.erase(ME, at=AT)
    told = Report.objects.select_related("contact").get(pk=report.report_id)
    assert not queries.is_answered_by_number(told)


def test_one_who_reported_a_problem_twice_is_erased_whole(
    report: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(belongings, "_AT_ONCE", 1)
    again = tell_more.add_report(
        report.number, draft(contact=ContactDetails(email=PAT)), by=resident(), at=AT
    )
    other = submit(draft(contact=ContactDetails(email=PAT)), by=resident(), at=AT)
    dispute(report)
    assert again.report_id < other.report_id
    assert belongings.erase(ME, at=AT) == 3
    assert SECRET not in everything_stored()


@pytest.mark.parametrize(
    ("kind", "place"), [(LocationKind.ADDRESS, "1200 E Monument St"), (LocationKind.WORDS, "")]
)
def test_an_order_keeps_nothing_of_where_they_said_it_is(
    report: Receipt, city: City, kind: LocationKind, place: str
) -> None:
    ServiceRequest.objects.filter(pk=report.request_id).update(location_kind=kind)
    drawn = orders.Draft(title="Fill it")
    ids, agency_id = [report.request_id], city.streets.pk
    order = orders.make(drawn, agency_id=agency_id, request_ids=ids, by=city.dispatcher, at=AT)
    assert SECRET in order.directions
    WorkOrder.objects.filter(pk=order.pk).update(directions=f"Left, {SECRET}")
    belongings.erase(ME, at=AT)
    order.refresh_from_db()
    assert (order.directions, order.place) == ("", place)
