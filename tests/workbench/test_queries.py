"""No page runs more queries for more rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citycall.core.actors import resident
from citycall.service_requests.actions import merge, tell_more, work
from tests.city import NOW, City
from tests.workbench.conftest import row

pytestmark = pytest.mark.usefixtures("_quiet_snapshots")

MOST_FOR_A_LIST = 10
MOST_FOR_A_REQUEST = 27


def queries_of(desk, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert desk.get(path).status_code == 200
    return len(caught)


@pytest.mark.parametrize("who", ["dispatcher", "supervisor"])
@pytest.mark.parametrize("show", ["open", "all"])
def test_a_list_of_fifty_costs_as_many_queries_as_one_of_one(
    sit, report, who: str, show: str, django_assert_max_num_queries
) -> None:
    desk, path = sit(who), f"/agency?show={show}"
    report()
    desk.get(path)
    one = queries_of(desk, path)
    for n in range(50):
        report("graffiti" if n % 2 else "pothole")
    with django_assert_max_num_queries(MOST_FOR_A_LIST):
        assert desk.get(path).content.decode().count("<tr role") == 51
    assert queries_of(desk, path) == one


def grow(city: City, number: str, other: str) -> None:
    """Another report merged into a request, and three more events of its life."""
    parent, child = row(number).pk, row(other).pk
    merge.merge(child, parent_id=parent, by=city.dispatcher, at=NOW)
    work.assign(parent, assignee_id=city.crew.id, by=city.dispatcher, at=NOW)
    tell_more.add_note(parent, words="Seen.", public=False, by=city.crew, at=NOW)
    tell_more.add_note(parent, words="Soon.", public=True, by=city.crew, at=NOW)


def test_a_request_with_ten_reports_and_thirty_events_costs_no_more(
    sit, report, city, django_assert_max_num_queries
) -> None:
    desk, number = sit("dispatcher"), report()
    path = f"/agency/{number}"
    grow(city, number, report())
    report()
    tell_more.add_information(row(number).pk, words="Deep.", by=known(number), at=NOW)
    desk.get(path)
    one = queries_of(desk, path)
    for _each in range(9):
        grow(city, number, report())
    with django_assert_max_num_queries(MOST_FOR_A_REQUEST):
        answer = desk.get(path)
    assert len(answer.context["tellings"]) + len(answer.context["more_tellings"]) == 11
    assert len(answer.context["history"]) + len(answer.context["older_history"]) >= 30
    assert queries_of(desk, path) == one


def known(number: str):
    return resident(reports=[row(number).reports.get().pk])
