"""Requests on the public map: what can be seen of them, and that nothing hidden is."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from citycall.catalog.actions import save_service
from citycall.catalog.specs import Privacy, ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.core.errors import NotFound
from citycall.core.paging import BadCursor
from citycall.service_requests import cells
from citycall.service_requests import map as request_map
from citycall.service_requests.actions import merge
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.cells import Box
from citycall.service_requests.drafts import ContactDetails
from tests.city import NOW, City, draft
from tests.service_requests.mapped import AROUND, MIDDLE, OPEN, WEEK, YEAR, ZOOMS, fold, told, total

# What is hidden stays hidden.


def hide(city: City, code: str, privacy: Privacy) -> None:
    service = city.services[code]
    spec = service.definition | {"privacy": privacy.value}
    save_service(spec=ServiceSpec.model_validate(spec), by=SYSTEM, at=NOW)


@pytest.mark.parametrize("privacy", [Privacy.PRIVATE, Privacy.HIDDEN_LOCATION])
@pytest.mark.parametrize("is_folded", [True, False])
def test_hidden_services_are_in_no_point_and_no_count(
    city: City, privacy: Privacy, is_folded: bool
) -> None:
    receipt = told(city)
    told(city, service="something-else")
    if is_folded:
        fold()
    hide(city, "pothole", privacy)
    only = OPEN.of([city.services["pothole"].pk])
    for zoom in ZOOMS:
        assert total(OPEN, zoom=zoom) == 1
        assert total(only, zoom=zoom) == 0
    assert [p.service_id for p in request_map.points(AROUND, OPEN) or ()] == [
        city.services["something-else"].pk
    ]
    assert request_map.points(AROUND, only) == []
    assert request_map.nearest(*MIDDLE, only, within_m=500).points == []
    with pytest.raises(NotFound):
        request_map.shown(receipt.request_id)


def test_from_the_map_nobody_answers_in_a_reporters_name(city: City) -> None:
    receipt = submit(draft(contact=ContactDetails(name="Pat Doe")), by=city.resident, at=NOW)
    shown = request_map.shown(receipt.request_id)
    assert (shown.answered_by, shown.own) == (None, None)


def test_a_repetition_is_shown_as_the_request_that_it_repeats(city: City) -> None:
    first, second = told(city), told(city)
    merge.merge(second.request_id, parent_id=first.request_id, by=city.dispatcher, at=NOW)
    assert request_map.shown(second.request_id).request_id == first.request_id


def test_a_request_that_is_not_there_is_not_shown(city: City) -> None:
    with pytest.raises(NotFound):
        request_map.shown(99)


# Points.


def test_points_are_those_in_the_box_latest_first(city: City) -> None:
    early, late = told(city, at=NOW - timedelta(hours=1)), told(city)
    told(city, point=(MIDDLE[0] + 0.2, MIDDLE[1]))
    found = request_map.points(AROUND, OPEN)
    assert found is not None
    assert [point.request_id for point in found] == [late.request_id, early.request_id]


def test_more_points_than_can_be_shown_are_none(city: City) -> None:
    for _n in range(3):
        told(city)
    assert request_map.points(AROUND, OPEN, limit=2) is None
    assert request_map.points(Box.around(*MIDDLE, metres=40_000), OPEN) is None


def test_points_and_hexagons_agree(city: City) -> None:
    chance = random.Random(5)
    for n in range(12):
        point = [degrees + chance.uniform(-0.004, 0.004) for degrees in MIDDLE]
        told(city, point=point, at=NOW - timedelta(days=n * 3))
    for selection in (OPEN, WEEK, YEAR):
        assert len(request_map.points(AROUND, selection) or ()) == total(selection)


def test_the_nearest_come_first_and_page_by_page_without_gaps(city: City) -> None:
    metres = (10, 10, 150, 300, 480, 700)
    made = [
        told(city, point=(MIDDLE[0], MIDDLE[1] + each / cells.METRES_A_DEGREE)).request_id
        for each in metres
    ]
    seen, cursor = [], ""
    while True:
        page = request_map.nearest(*MIDDLE, OPEN, within_m=500, further_than=cursor, size=2)
        seen += [point.request_id for point in page.points]
        cursor = page.further
        if not cursor:
            break
    assert seen == made[:5]
    first = request_map.nearest(*MIDDLE, OPEN, within_m=500).points[2]
    assert first.metres == pytest.approx(150, rel=0.01)


def test_a_damaged_cursor_is_refused(city: City) -> None:
    with pytest.raises(BadCursor):
        request_map.nearest(*MIDDLE, OPEN, within_m=500, further_than="x")


@pytest.mark.parametrize(
    ("most", "read"),
    [
        (1, lambda: request_map.hexagons(AROUND, 11.0, YEAR)),
        (2, lambda: request_map.hexagons(AROUND, 15.5, YEAR)),
        (1, lambda: request_map.points(AROUND, OPEN)),
        (4, lambda: request_map.nearest(*MIDDLE, OPEN, within_m=500)),
    ],
)
def test_queries_do_not_grow_with_the_requests(
    city: City,
    most: int,
    read: Callable[[], object],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _n in range(6):
        told(city)
    read()
    with django_assert_max_num_queries(most):
        read()


def test_the_extent_holds_everything_and_is_none_for_nothing(city: City) -> None:
    assert request_map.extent(OPEN) is None
    told(city)
    box = request_map.extent(OPEN)
    assert box is not None
    assert box.holds(*MIDDLE)
