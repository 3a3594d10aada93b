"""What a list is asked for, read from its address."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from citycall.core.actors import SYSTEM
from citycall.service_requests.models import ServiceRequest, Status
from citycall.workbench import queue
from citycall.workbench.filters import DUES, WITHIN_M, Asked, BadFilters
from citycall.workbench.orders import ORDERS
from citycall.workbench.piles import PILES
from tests.city import NOW
from tests.workbench.conftest import row


def read(text: str) -> Asked:
    return Asked.read(QueryDict(text))


@given(text=st.text(max_size=60))
def test_no_address_is_too_odd_to_be_read(text: str) -> None:
    Asked.read(QueryDict(f"min_days={text}&sort={text}&lon={text}&due={text}&tag={text}"))


@given(
    asked=st.builds(
        Asked,
        show=st.sampled_from([*PILES, *Status.values, "all"]),
        states=st.sets(st.sampled_from(Status.values)).map(lambda some: tuple(sorted(some))),
        priorities=st.sets(st.integers(1, 5)).map(lambda some: tuple(sorted(some))),
        assignee=st.sampled_from(["", "me", "none", "12"]),
        due=st.sampled_from(["", *DUES]),
        min_days=st.none() | st.integers(0, 9),
        max_days=st.none() | st.integers(9, 99),
        reports=st.none() | st.integers(1, 999),
        tags=st.sets(st.sampled_from(["a", "b c", "döner"])).map(lambda some: tuple(sorted(some))),
        words=st.sampled_from(["", "deep hole & more", "100%"]),
        point=st.none()
        | st.tuples(st.floats(-180, 180), st.floats(-85, 85)).map(
            lambda point: (round(point[0], 6), round(point[1], 6))
        ),
        within_m=st.sampled_from(WITHIN_M),
        sort=st.sampled_from(["", *ORDERS, *(f"-{code}" for code in ORDERS)]),
    )
)
def test_a_question_is_its_address(asked: Asked) -> None:
    assert read(asked.query_string()) == asked


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("show=x", "show"),
        ("team=x", "team"),
        ("service=x", "service"),
        ("area=x", "area"),
        ("area=x:y", "area"),
        ("state=x", "state"),
        ("priority=6", "priority"),
        ("priority=²", "priority"),
        ("assignee=x", "assignee"),
        ("due=x", "due"),
        ("min_days=-1", "min_days"),
        ("min_days=5&max_days=2", "max_days"),
        ("reports=0", "reports"),
        ("tag=<b>", "tag"),
        ("words=%00", "words"),
        ("within=3", "within"),
        ("lon=200&lat=1", "place"),
        ("lon=200", "place"),
        ("place=nowhere+at+all", "place"),
        ("sort=x", "sort"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_kept(city, text: str, name: str) -> None:
    asked = read(f"{text}&reports=3" if name != "reports" else text)
    assert name in asked.faults
    assert asked.faults[name].endswith(".")
    if name not in {"words", "max_days"}:
        assert dict(QueryDict(text)).items() <= dict(QueryDict(asked.query_string())).items()


def test_what_could_be_read_beside_it_still_holds(city) -> None:
    asked = read("service=pothole&team=x&reports=2")
    assert (asked.services, asked.reports) == (("pothole",), 2)
    assert asked.without(*asked.faults) == Asked(services=("pothole",), reports=2)


def test_nothing_matches_a_question_that_could_not_be_read(city) -> None:
    with pytest.raises(BadFilters) as caught:
        queue.matching(city.dispatcher, read("team=x"), at=NOW)
    assert list(caught.value.faults) == ["team"]


@pytest.fixture
def three(report, city) -> list[str]:
    """Three requests that every filter tells apart: the first is the one that is found."""
    numbers = [report(), report(), report("graffiti")]
    change(
        numbers[0],
        status="on_hold",
        priority=1,
        assignee_id=city.crew.id,
        report_count=5,
        tags=["school", "urgent"],
        due_at=None,
        requested_at=NOW.replace(year=2025),
        returned_at=NOW,
        place="5 Quux St",
        longitude=-76.5,
        latitude=39.5,
        areas=[7],
    )
    change(numbers[1], service_id=city.services["something-else"].id, team_id=city.teams["sorting"])
    return numbers


def change(number: str, **values) -> None:
    if "team_id" in values:
        values["team_id"] = values["team_id"].id
    ServiceRequest.objects.filter(pk=row(number).pk).update(**values)


@pytest.mark.parametrize(
    "text",
    [
        "show=returned",
        "show=on_hold",
        "state=on_hold",
        "state=on_hold&state=cancelled",
        "team=paving",
        "service=pothole",
        "priority=1&priority=2",
        "assignee={crew}",
        "due=none",
        "min_days=200",
        "reports=2",
        "tag=school",
        "tag=School&tag=urgent",
        "words=quux",
        "words=qu 5",
        "lon=-76.5&lat=39.5&within=250",
    ],
)
def test_each_filter_finds_what_it_says(city, three, text: str) -> None:
    asked = read(text.format(crew=city.crew.id))
    assert not asked.faults
    found = queue.matching(city.dispatcher, asked, at=NOW)
    assert list(found.values_list("pk", flat=True)) == [row(three[0]).pk]


@pytest.mark.parametrize("text", ["max_days=100", "assignee=none", "show=unassigned", "due=later"])
def test_the_opposite_filters_leave_it_out(city, three, text: str) -> None:
    found = queue.matching(city.dispatcher, read(text), at=NOW)
    assert row(three[0]).pk not in set(found.values_list("pk", flat=True))


def test_words_of_reporters_are_found(city, report) -> None:
    number = report(words="A crocodile in the gutter.")
    report()
    found = queue.matching(city.dispatcher, read("words=croco+gutt"), at=NOW)
    assert [each.pk for each in found] == [row(number).pk]


def test_a_filter_shows_nothing_of_another_agency(city, three) -> None:
    assert not queue.matching(city.outsider, read("show=all"), at=NOW).exists()
    assert queue.matching(SYSTEM, read("show=all"), at=NOW).count() == 3
