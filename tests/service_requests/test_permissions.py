"""Who may do what: the whole table, row by row."""

import pytest

from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed
from citycall.core.permissions import require
from citycall.service_requests import policies, queries
from citycall.service_requests.actions.submit import submit
from tests.city import NOW, City, draft

CAST = (
    "resident", "call_taker", "supervisor", "dispatcher", "crew", "manager", "outsider",
    "analyst", "administrator",
)  # fmt: skip

# One letter for each of the cast above: y may, - may not, for a request of the Streets agency.
TABLE = {
    "submit": "-yyyyyyyy",
    "read": "-yyyyy-yy",
    "read_contact": "-yyy-y--y",
    "note": "-yyyyy--y",
    "assign": "---y-y--y",
    "start": "---yyy--y",
    "hold": "---yyy--y",
    "resume": "---yyy--y",
    "transfer": "--yy-y--y",
    "return_work": "---yyy--y",
    "settle": "--y-----y",
    "prioritise": "--yy-y--y",
    "save_return_reason": "--------y",
    "change_service": "-yyy-y--y",
    "complete": "---yyy--y",
    "confirm": "-yy-----y",
    "dispute": "-yy-----y",
    "close": "--------y",
    "reopen": "-yyy-y--y",
    "inspect": "--yy-y--y",
    "cancel": "-yyy-y--y",
    "refer": "-yyy-y--y",
    "merge": "-yyy-y--y",
    "unmerge": "-yyy-y--y",
    "share_view": "---yyy---",
    "remove_view": "-----y--y",
}


def test_the_table_covers_every_action() -> None:
    assert set(TABLE) == set(policies.PERMISSIONS)


def test_the_table_holds_for_everyone(city: City) -> None:
    found = {}
    for action in TABLE:
        marks = ""
        for name in CAST:
            actor: Actor = getattr(city, name)
            try:
                require(policies.PERMISSIONS, action, by=actor, agency_id=city.streets.pk)
                marks += "y"
            except NotAllowed:
                marks += "-"
        found[action] = marks
    assert found == TABLE


def test_the_guarded_fetch_refuses_an_outsider(city: City) -> None:
    receipt = submit(draft(), by=city.resident, at=NOW)
    assert queries.get_for(city.crew, receipt.number).pk == receipt.request_id
    with pytest.raises(NotAllowed):
        queries.get_for(city.outsider, receipt.number)


def test_the_work_list_holds_only_the_own_agencys(city: City) -> None:
    ours = submit(draft(), by=city.resident, at=NOW)
    submit(draft("water-leak", answers={"amount": "drip"}), by=city.resident, at=NOW)
    assert [row.pk for row in queries.work_list(city.dispatcher).rows] == [ours.request_id]
    assert len(queries.work_list(city.call_taker).rows) == 2


def test_contact_data_is_for_those_who_need_it(city: City) -> None:
    receipt = submit(draft(), by=city.resident, at=NOW)
    request = queries.get_for(city.crew, receipt.number)
    report = queries.report_by_number(receipt.number)
    with pytest.raises(NotAllowed):
        queries.contact_for(city.crew, request, report)
    contact = queries.contact_for(city.dispatcher, request, report)
    assert contact is not None
    assert contact.email == "pat@example.org"
