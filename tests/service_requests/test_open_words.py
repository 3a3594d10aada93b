"""The database keeps the words of open work, and of nothing else."""

from collections.abc import Callable

import pytest
from django.db import connection

from citycall.service_requests import conditions
from citycall.service_requests.actions import close, merge, tell_more
from citycall.service_requests.actions.erase import erase_reports
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Report, ServiceRequest
from citycall.service_requests.open_words import FILL
from citycall.service_requests.views_models import OpenWords
from tests import city as small_city
from tests.city import NOW, City


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()


@pytest.fixture
def told(city: City) -> Callable[[str], int]:
    def submitted(words: str) -> int:
        return submit(small_city.draft(words=words), by=city.resident, at=NOW).request_id

    return submitted


def found(words: str) -> list[int]:
    rows = ServiceRequest.objects.filter(conditions.says(words)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("words", ["croc gut", "CROCODILE!", "monument", "'e'"])
def test_beginnings_of_all_words_are_looked_for_in_words_and_place(told, words: str) -> None:
    pk = told("A crocodile in the gutter.")
    assert found(words) == [pk]


@pytest.mark.parametrize("words", ["alligator", "crocodile nowhere", "!", "' | z:*"])
def test_other_words_find_nothing(told, words: str) -> None:
    told("A crocodile in the gutter.")
    assert found(words) == []


def test_a_second_report_is_found_too(city, told) -> None:
    pk = told("A crocodile.")
    number = Report.objects.get(service_request=pk).number
    tell_more.add_report(number, small_city.draft(words="A snake."), by=city.resident, at=NOW)
    assert found("snake") == [pk]


def test_what_has_ended_is_forgotten_and_known_again_when_reopened(city, told) -> None:
    pk = told("A crocodile.")
    close.cancel(pk, reason="x", by=city.dispatcher, at=NOW)
    assert not OpenWords.objects.exists()
    close.reopen(pk, reason="x", by=city.dispatcher, at=NOW)
    assert found("crocodile") == [pk]


def test_a_parent_is_found_by_the_words_of_what_was_merged_into_it(city, told) -> None:
    parent, child = told("A hole."), told("A crocodile.")
    merge.merge(child, parent_id=parent, by=city.dispatcher, at=NOW)
    assert found("crocodile") == found("hole") == [parent]


def test_parted_each_is_found_by_its_own_words(city, told) -> None:
    parent, child = told("A hole."), told("A crocodile.")
    merge.merge(child, parent_id=parent, by=city.dispatcher, at=NOW)
    merge.unmerge(child, by=city.dispatcher, at=NOW)
    assert (found("hole"), found("crocodile")) == ([parent], [child])


def test_merged_again_with_what_it_holds_and_parted(city, told) -> None:
    top, middle, bottom = told("A hole."), told("A crocodile."), told("A snake.")
    merge.merge(bottom, parent_id=middle, by=city.dispatcher, at=NOW)
    merge.merge(middle, parent_id=top, by=city.dispatcher, at=NOW)
    assert found("hole") == found("crocodile") == found("snake") == [top]
    merge.unmerge(middle, by=city.dispatcher, at=NOW)
    assert (found("hole"), found("crocodile"), found("snake")) == ([top], [middle], [middle])


def test_with_its_parent_it_ends_and_is_known_again(city, told) -> None:
    parent, child = told("A hole."), told("A crocodile.")
    merge.merge(child, parent_id=parent, by=city.dispatcher, at=NOW)
    close.cancel(parent, reason="x", by=city.dispatcher, at=NOW)
    assert not OpenWords.objects.exists()
    close.reopen(parent, reason="x", by=city.dispatcher, at=NOW)
    assert found("crocodile") == [parent]


def test_parted_from_what_has_ended_it_is_known_again(city, told) -> None:
    parent, child = told("A hole."), told("A crocodile.")
    merge.merge(child, parent_id=parent, by=city.dispatcher, at=NOW)
    close.cancel(parent, reason="x", by=city.dispatcher, at=NOW)
    merge.unmerge(child, by=city.dispatcher, at=NOW)
    assert (found("hole"), found("crocodile")) == ([], [child])


def test_a_merged_ones_words_are_erased_and_its_place_corrected(city, told) -> None:
    parent, child = told("A hole."), told("A crocodile.")
    merge.merge(child, parent_id=parent, by=city.dispatcher, at=NOW)
    ServiceRequest.objects.filter(pk=child).update(place="Elm St")
    assert found("elm crocodile") == [parent]
    erase_reports([Report.objects.get(service_request=child).pk], by=city.administrator, at=NOW)
    assert found("crocodile") == []


def test_a_report_that_comes_to_what_was_merged_is_the_parents(city, told) -> None:
    parent, child = told("A hole."), told("A crocodile.")
    merge.merge(child, parent_id=parent, by=city.dispatcher, at=NOW)
    first = Report.objects.get(service_request=child)
    Report.objects.create(
        service_request_id=child,
        number=first.number + 1,
        channel="web",
        words="A snake.",
        reported_at=NOW,
    )
    assert found("snake") == [parent]


def test_what_was_merged_before_is_gathered_once(city, told) -> None:
    parent, child = told("A hole."), told("A crocodile.")
    merge.merge(child, parent_id=parent, by=city.dispatcher, at=NOW)
    OpenWords.objects.all().delete()
    with connection.cursor() as cursor:
        for _time in range(2):
            cursor.execute(FILL)
    assert found("crocodile") == found("hole") == [parent]
    assert OpenWords.objects.count() == 2


def test_erased_words_are_erased_here_too(city, told) -> None:
    pk = told("A crocodile.")
    report = Report.objects.get(service_request=pk)
    erase_reports([report.pk], by=city.administrator, at=NOW)
    assert found("crocodile") == []
    assert found("monument") == [pk]


def test_a_corrected_place_is_found_by_its_new_name(told) -> None:
    pk = told("A crocodile.")
    ServiceRequest.objects.filter(pk=pk).update(place="Elm St", directions="behind the church")
    assert found("monument") == []
    assert found("elm church") == [pk]
