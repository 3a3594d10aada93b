"""Tags put on many requests, taken off, and given back."""

from collections.abc import Callable

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.batches import queries
from citycall.core.models import Event, Visibility
from citycall.service_requests.actions import merge, work
from citycall.service_requests.actions.tag import change_tags
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.tags import MOST
from tests.batches.conftest import LATER, done, prepared, taken_back
from tests.city import NOW, City

pytestmark = pytest.mark.django_db
Holes = Callable[..., list[int]]
ON = {"add": "school, summer paving", "remove": "old"}


def tags(ids: list[int]) -> list[list[str]]:
    return [ServiceRequest.objects.get(pk=each).tags for each in ids]


@pytest.fixture
def three(city: City, holes: Holes) -> list[int]:
    """One without tags, one with another, and one that is as it is to be."""
    many = holes(3)
    change_tags(many[1], add=["old", "zebra"], by=city.crew, at=NOW)
    change_tags(many[2], add=["school", "summer paving"], by=city.crew, at=NOW)
    return many


def test_each_gets_and_loses_what_it_lacks_and_has(city: City, three: list[int]) -> None:
    done(three, "tag", ON, by=city.dispatcher)
    both = ["school", "summer paving"]
    assert tags(three) == [both, [*both, "zebra"], both]


def test_the_preview_says_which_have_them_already(city: City, three: list[int]) -> None:
    batch = prepared(three, "tag", ON, by=city.dispatcher)
    shown = queries.preview(batch, maker=city.dispatcher, at=LATER)
    (left,) = shown.left
    assert (shown.will, left.why) == (2, "Their tags are like that already.")
    assert [row.pk for row in left.some] == three[2:]
    assert tags(three[:1]) == [[]]


def test_one_event_each_that_only_staff_read(city: City, three: list[int]) -> None:
    last = Event.objects.latest("id").pk
    batch = done(three, "tag", ON, by=city.dispatcher)
    first, second = Event.objects.filter(kind="tagged", pk__gt=last).order_by("subject_id")
    assert first.data == {"added": ["school", "summer paving"], "removed": [], "batch": batch.pk}
    assert second.data["removed"] == ["old"]
    assert {first.visibility, second.visibility} == {Visibility.INTERNAL}


def test_nothing_that_others_may_know_changes_and_nobody_is_written_to(
    city: City, three: list[int]
) -> None:
    before = list(ServiceRequest.objects.order_by("pk").values_list("updated_at", flat=True))
    batch = taken_back(done(three, "tag", ON, by=city.dispatcher), by=city.dispatcher)
    after = list(ServiceRequest.objects.order_by("pk").values_list("updated_at", flat=True))
    assert (after, batch.tells_at) == (before, None)
    assert not ProcrastinateJob.objects.filter(scheduled_at__isnull=False).exists()


def test_tags_go_back_to_what_they_were(city: City, three: list[int]) -> None:
    before = tags(three)
    batch = taken_back(done(three, "tag", ON, by=city.dispatcher), by=city.dispatcher)
    assert (tags(three), batch.taken_back, batch.kept) == (before, 2, 0)
    event = Event.objects.filter(subject_id=three[1]).latest("id")
    assert (event.data["added"], event.data["removed"]) == (["old"], ["school", "summer paving"])


def test_tags_that_were_changed_since_stay(city: City, three: list[int]) -> None:
    batch = done(three, "tag", ON, by=city.dispatcher)
    change_tags(three[0], add=["urgent"], by=city.crew, at=LATER)
    batch = taken_back(batch, by=city.dispatcher)
    assert (batch.taken_back, batch.kept) == (1, 1)
    assert tags(three[:1]) == [["school", "summer paving", "urgent"]]


def test_work_done_since_does_not_keep_the_tags(city: City, three: list[int]) -> None:
    batch = done(three, "tag", ON, by=city.dispatcher)
    work.start(three[0], by=city.crew, at=LATER)
    batch = taken_back(batch, by=city.dispatcher)
    assert batch.kept == 0
    assert ServiceRequest.objects.get(pk=three[0]).status == "in_progress"


def test_a_request_that_has_a_handful_is_left(city: City, holes: Holes) -> None:
    (full,) = holes(1)
    change_tags(full, add=[f"t{n}" for n in range(MOST)], by=city.crew, at=NOW)
    batch = done([full], "tag", {"add": "one more"}, by=city.dispatcher)
    assert [left.why for left in queries.left_alone(batch)] == ["They would have too many tags."]


def test_what_was_merged_can_be_tagged_as_on_its_page(city: City, holes: Holes) -> None:
    child, parent = holes(2)
    merge.merge(child, parent_id=parent, by=city.dispatcher, at=NOW)
    assert done([child], "tag", {"add": "a"}, by=city.dispatcher).changed == 1


def test_a_step_that_is_taken_back_leaves_tags_put_on_since(city: City, holes: Holes) -> None:
    (one,) = holes(1)
    batch = done([one], "start", by=city.dispatcher)
    done([one], "tag", {"add": "a"}, by=city.dispatcher)
    assert taken_back(batch, by=city.dispatcher).kept == 0
    assert tags([one]) == [["a"]]
