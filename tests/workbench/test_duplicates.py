"""Pairs beside each other, decided by one press; lookalikes and returning trouble on a request."""

import io
from datetime import timedelta

import pytest
from django.test import Client

from citycall.core.actors import SYSTEM
from citycall.duplicates.models import Pair, RepeatPlace, RepeatRequest
from citycall.service_requests.actions import tell_more
from citycall.service_requests.models import Attachment, ServiceRequest
from citycall.service_requests.photos import keep
from tests.city import NOW, City

from .conftest import row
from .pictures import jpeg

WORDS = "A deep hole by the blue mailbox, a cyclist fell."


@pytest.fixture
def two(report) -> tuple[str, str]:
    """Confirmation numbers of an older and a newer request that are one problem."""
    return report(words=WORDS), report(words=WORDS, at=NOW + timedelta(minutes=50))


@pytest.fixture
def pair(two: tuple[str, str]) -> Pair:
    return Pair.objects.create(
        older=row(two[0]),
        newer=row(two[1]),
        probability=0.8,
        reasons=[{"code": "metres", "n": 0}, {"code": "minutes", "n": 50}],
        found_at=NOW,
    )


@pytest.fixture
def place(city: City, report) -> RepeatPlace:
    return RepeatPlace.objects.create(
        agency=city.streets,
        service=city.services["pothole"],
        services=[city.services["pothole"].pk],
        longitude=-76.6,
        latitude=39.29,
        h3_cell=1,
        place="1200 E Monument St",
        times=7,
        last_at=NOW,
        counted_at=NOW,
        found_at=NOW,
    )


def test_both_sides_stand_beside_each_other_with_reasons(sit, two, pair: Pair) -> None:
    page = sit("dispatcher").get("/agency/duplicates").content.decode()
    assert all(number in page for number in two)
    assert page.count(WORDS) == 2
    assert "At the same point" in page
    assert "50 minutes earlier" in page


def test_photos_stand_beside_each_other_too(sit, two, pair: Pair) -> None:
    for number in two:
        photo = keep(io.BytesIO(jpeg(color="teal")))
        tell_more.add_photo(
            row(number).pk, photo=photo, stage=Attachment.Stage.REPORT, by=SYSTEM, at=NOW
        )
    desk = sit("dispatcher")
    page = desk.get("/agency/duplicates").content.decode()
    assert all(f'alt="Photo 1 of {number}"' in page for number in two)
    assert f'alt="Photo 1 of {two[0]}"' in desk.page(two[1])


def test_merging_leads_on_and_can_be_undone(sit, two, pair: Pair) -> None:
    desk = sit("dispatcher")
    answer = desk.client.post(f"/agency/duplicates/{pair.pk}/merge", follow=True)
    assert "Both numbers lead there." in answer.content.decode()
    assert row(two[1]).merged_into == row(two[0])
    answer = desk.client.post(f"/agency/duplicates/{pair.pk}/undo", follow=True)
    assert "The decision is taken back." in answer.content.decode()
    assert row(two[1]).merged_into is None


def test_what_is_not_the_same_is_asked_no_more(sit, two, pair: Pair) -> None:
    desk = sit("dispatcher")
    desk.client.post(f"/agency/duplicates/{pair.pk}/not-same")
    assert "Nothing to decide" in desk.get("/agency/duplicates").content.decode()
    assert row(two[1]).status == "new"


def test_who_comes_second_is_told(sit, pair: Pair) -> None:
    sit("administrator").client.post(f"/agency/duplicates/{pair.pk}/not-same")
    answer = sit("dispatcher").client.post(f"/agency/duplicates/{pair.pk}/merge", follow=True)
    assert "Somebody else has just decided about these two." in answer.content.decode()


@pytest.mark.parametrize(("who", "status"), [("crew", 403), ("analyst", 403), ("outsider", 403)])
def test_others_decide_nothing(sit, pair: Pair, who: str, status: int) -> None:
    for decision in ("merge", "not-same", "undo"):
        answer = sit(who).client.post(f"/agency/duplicates/{pair.pk}/{decision}")
        assert answer.status_code == status
    pair.refresh_from_db()
    assert pair.state == "open"


def test_another_agencys_pairs_are_not_shown(sit, two, pair: Pair) -> None:
    assert two[0] not in sit("outsider").get("/agency/duplicates").content.decode()
    assert sit("crew").get("/agency/duplicates").status_code == 403


def test_somebody_not_signed_in_is_sent_to_the_sign_in(db) -> None:
    for path in ("/agency/duplicates", "/agency/repeats", "/agency/repeats/1"):
        assert Client().get(path)["Location"].startswith("/sign-in?next=/agency/")


def test_there_is_no_such_pair_or_decision(sit, pair: Pair) -> None:
    client = sit("dispatcher").client
    assert client.post(f"/agency/duplicates/{pair.pk}/burn").status_code == 404
    assert client.get("/agency/duplicates?after=broken").status_code in {400, 422}
    assert client.get("/agency/duplicates?decided=99999999999999999999").status_code == 200


def test_the_request_page_offers_the_older_one(sit, two) -> None:
    older, newer = two
    desk = sit("dispatcher")
    page = desk.page(newer)
    assert "Perhaps the same problem" in page
    assert f"Merge into {older}" in page
    desk.client.post(f"/agency/{newer}/same-as", {"older": older})
    assert row(newer).merged_into == row(older)


def test_the_older_ones_page_tells_of_the_newer(sit, two, pair: Pair) -> None:
    assert f"Request {two[1]} came later" in sit("dispatcher").page(two[0])


def test_who_may_not_merge_is_offered_no_merging(sit, two) -> None:
    page = sit("crew").page(two[1])
    assert "Perhaps the same problem" in page
    assert "Merge into" not in page
    answer = sit("crew").client.post(f"/agency/{two[1]}/same-as", {"older": two[0]})
    assert answer.status_code == 403
    assert row(two[1]).status == "new"


def test_merging_from_the_page_settles_the_pair(sit, two, pair: Pair) -> None:
    sit("dispatcher").client.post(f"/agency/{two[1]}/same-as", {"older": two[0]})
    pair.refresh_from_db()
    assert pair.state == "merged"


def test_a_request_says_how_often_trouble_came_here(sit, two, place: RepeatPlace) -> None:
    RepeatRequest.objects.create(request=row(two[0]), place=place)
    page = sit("dispatcher").page(two[0])
    assert "The same trouble came here 7 times in 12 months." in page
    assert f"/agency/repeats/{place.pk}" in page


def test_places_are_listed_and_opened(sit, two, place: RepeatPlace) -> None:
    RepeatRequest.objects.create(request=row(two[0]), place=place)
    desk = sit("crew")
    assert "1200 E Monument St" in desk.get("/agency/repeats").content.decode()
    page = desk.get(f"/agency/repeats/{place.pk}").content.decode()
    assert two[0] in page
    assert "<textarea" not in page


def test_the_cause_is_kept_with_its_history(sit, city: City, place: RepeatPlace) -> None:
    desk = sit("dispatcher")
    told = {"state": "looked_into", "owner": city.dispatcher.id, "cause": "The pipe leaks."}
    answer = desk.client.post(f"/agency/repeats/{place.pk}", told, follow=True)
    assert answer.content.decode().count("The pipe leaks.") == 2
    place.refresh_from_db()
    assert (place.state, place.owner_id) == ("looked_into", city.dispatcher.id)


def test_a_fault_keeps_what_was_typed(sit, place: RepeatPlace) -> None:
    told = {"state": "finished", "cause": "The pipe leaks."}
    answer = sit("dispatcher").client.post(f"/agency/repeats/{place.pk}", told)
    assert answer.status_code == 422
    assert "The pipe leaks." in answer.content.decode()


def test_another_agencys_place_is_closed_to_others(sit, place: RepeatPlace) -> None:
    desk = sit("outsider")
    assert "1200 E Monument" not in desk.get("/agency/repeats").content.decode()
    assert desk.get(f"/agency/repeats/{place.pk}").status_code == 403
    told = {"state": "settled", "cause": ""}
    assert sit("crew").client.post(f"/agency/repeats/{place.pk}", told).status_code == 403


@pytest.mark.usefixtures("_quiet_snapshots")
def test_more_pairs_ask_no_more_queries(sit, report, django_assert_max_num_queries) -> None:
    desk = sit("dispatcher")
    for n in range(9):
        report(words=WORDS, at=NOW + timedelta(minutes=n))
    first = row(report(words=WORDS))
    for other in ServiceRequest.objects.exclude(pk=first.pk):
        Pair.objects.create(older=other, newer=first, probability=0.5, reasons=[], found_at=NOW)
    desk.get("/agency/duplicates")
    with django_assert_max_num_queries(12):
        page = desk.get("/agency/duplicates").content.decode()
    assert page.count("data-pair ") == 9
