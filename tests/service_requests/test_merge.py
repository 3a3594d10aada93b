"""Two requests that are one problem: joined, followed by every number, parted again."""

from datetime import timedelta

import pytest

from citycall.core.errors import NotAllowed
from citycall.service_requests import queries
from citycall.service_requests.actions import merge, tell_more
from citycall.service_requests.actions.merge import CannotMerge
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.tell_more import NotOpen
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW, City, draft

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def three(city: City) -> list[Receipt]:
    return [submit(draft(), by=city.resident, at=NOW) for _each in range(3)]


def test_every_number_leads_to_the_parent(city: City, three: list[Receipt]) -> None:
    first, second, third = three
    merge.merge(third.request_id, parent_id=second.request_id, by=city.dispatcher, at=LATER)
    merge.merge(second.request_id, parent_id=first.request_id, by=city.dispatcher, at=LATER)
    for receipt in three:
        report = queries.report_by_number(receipt.number)
        assert queries.request_of(report).pk == first.request_id


def test_reports_are_counted_together(city: City, three: list[Receipt]) -> None:
    first, second, _third = three
    parent = merge.merge(
        second.request_id, parent_id=first.request_id, by=city.dispatcher, at=LATER
    )
    assert parent.report_count == len(queries.reports_of(parent)) == 2


def test_parting_restores_both(city: City, three: list[Receipt]) -> None:
    first, second, _third = three
    merge.merge(second.request_id, parent_id=first.request_id, by=city.dispatcher, at=LATER)
    child = merge.unmerge(second.request_id, by=city.dispatcher, at=LATER)
    assert (child.status, child.merged_into_id) == ("new", None)
    assert ServiceRequest.objects.get(pk=first.request_id).report_count == 1


def test_a_circle_is_refused(city: City, three: list[Receipt]) -> None:
    first, second, _third = three
    merge.merge(second.request_id, parent_id=first.request_id, by=city.dispatcher, at=LATER)
    with pytest.raises(CannotMerge):
        merge.merge(first.request_id, parent_id=second.request_id, by=city.dispatcher, at=LATER)
    with pytest.raises(CannotMerge):
        merge.merge(first.request_id, parent_id=first.request_id, by=city.dispatcher, at=LATER)


def test_another_agencys_request_cannot_be_taken(city: City, three: list[Receipt]) -> None:
    theirs = submit(draft("water-leak", answers={"amount": "drip"}), by=city.resident, at=NOW)
    with pytest.raises(NotAllowed):
        merge.merge(theirs.request_id, parent_id=three[0].request_id, by=city.dispatcher, at=LATER)


def test_a_further_report_joins_the_parent(city: City, three: list[Receipt]) -> None:
    first, second, _third = three
    merge.merge(second.request_id, parent_id=first.request_id, by=city.dispatcher, at=LATER)
    joined = tell_more.add_report(second.number, draft(), by=city.resident, at=LATER)
    assert joined.request_id == first.request_id
    assert joined.number not in {receipt.number for receipt in three}


def test_a_further_report_sent_again_is_one(city: City, three: list[Receipt]) -> None:
    told = draft(idempotency_key="again")
    one = tell_more.add_report(three[0].number, told, by=city.resident, at=LATER)
    two = tell_more.add_report(three[0].number, told, by=city.resident, at=LATER)
    assert (one.number, two.again) == (two.number, True)
    assert ServiceRequest.objects.get(pk=three[0].request_id).report_count == 2


def test_a_finished_problem_takes_no_further_report(city: City, three: list[Receipt]) -> None:
    from citycall.service_requests.actions import close

    close.cancel(three[0].request_id, reason="A mistake", by=city.dispatcher, at=LATER)
    with pytest.raises(NotOpen):
        tell_more.add_report(three[0].number, draft(), by=city.resident, at=LATER)
