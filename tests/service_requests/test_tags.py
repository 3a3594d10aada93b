"""Tags on requests: who may, how they are kept, and what the history says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.core.errors import NotAllowed
from citycall.core.models import Event, Visibility
from citycall.service_requests import queries, tags
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.tag import change_tags
from citycall.service_requests.events import Kind
from citycall.service_requests.history import sentence
from citycall.service_requests.models import ServiceRequest
from tests import city as small_city
from tests.city import NOW, City


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()


@pytest.fixture
def request_id(city: City) -> int:
    return submit(small_city.draft(), by=city.resident, at=NOW).request_id


@given(text=st.text(max_size=40))
def test_a_tag_is_standard_once_and_for_all(text: str) -> None:
    try:
        tag = tags.standard(text)
    except tags.BadTag:
        return
    assert tags.standard(tag) == tag
    assert len(tag) <= tags.LONGEST


def test_tags_are_put_on_and_taken_off(city: City, request_id: int) -> None:
    change_tags(request_id, add=["  Summer   Paving", "#school"], by=city.crew, at=NOW)
    row = change_tags(request_id, add=["school"], remove=["Summer paving"], by=city.crew, at=NOW)
    assert row.tags == ["school"]
    assert ServiceRequest.objects.get(pk=request_id).tags == ["school"]


def test_only_staff_read_of_it_and_nothing_else_seems_changed(city: City, request_id: int) -> None:
    before = ServiceRequest.objects.get(pk=request_id)
    change_tags(request_id, add=["b", "a"], by=city.dispatcher, at=NOW.replace(hour=20))
    event = Event.objects.get(kind=Kind.TAGGED)
    assert event.visibility == Visibility.INTERNAL
    assert ServiceRequest.objects.get(pk=request_id).updated_at == before.updated_at
    assert sentence(event, spec=None, people={}) == "Tags put on: a, b."  # type: ignore[arg-type]


def test_what_changes_nothing_is_not_recorded(city: City, request_id: int) -> None:
    change_tags(request_id, remove=["never there"], by=city.dispatcher, at=NOW)
    assert not Event.objects.filter(kind=Kind.TAGGED).exists()


@pytest.mark.parametrize("who", ["outsider", "analyst", "resident"])
def test_others_cannot_tag(city: City, request_id: int, who: str) -> None:
    with pytest.raises(NotAllowed):
        change_tags(request_id, add=["x"], by=getattr(city, who), at=NOW)


@pytest.mark.parametrize("text", ["", " ", "#", "x" * 31, "<b>", "a,b", "\x00"])
def test_what_is_no_tag_is_told(city: City, request_id: int, text: str) -> None:
    with pytest.raises(tags.BadTag):
        change_tags(request_id, add=[text], by=city.crew, at=NOW)


def test_a_request_has_a_handful_of_tags(city: City, request_id: int) -> None:
    some = [f"t{n}" for n in range(tags.MOST)]
    change_tags(request_id, add=some, by=city.crew, at=NOW)
    with pytest.raises(tags.BadTag, match="at most 8 tags"):
        change_tags(request_id, add=["one more"], by=city.crew, at=NOW)
    assert change_tags(request_id, add=["new"], remove=["t0"], by=city.crew, at=NOW).tags


def test_the_most_used_tags_are_suggested_to_those_who_read_them(
    city: City, request_id: int
) -> None:
    other = submit(small_city.draft(), by=city.resident, at=NOW).request_id
    change_tags(request_id, add=["rare", "usual"], by=city.crew, at=NOW)
    change_tags(other, add=["usual"], by=city.crew, at=NOW)
    assert queries.known_tags(city.dispatcher) == ["usual", "rare"]
    assert queries.known_tags(city.outsider) == []
