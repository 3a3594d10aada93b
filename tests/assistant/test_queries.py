"""What is suggested, with how much certainty, and what when it is not known."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from citycall.assistant import jobs
from citycall.assistant.actions import train
from citycall.assistant.models import TrainedModel
from citycall.assistant.queries import MOST_SUGGESTED, Certainty, is_due, suggest
from citycall.catalog.actions import retire_service, save_service
from citycall.catalog.queries import catalog
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from tests.assistant.town import remember
from tests.city import NOW, City
from tests.web.town import QUICK

CITY = ZoneInfo("America/New_York")


@pytest.fixture
def learned(city: City) -> City:
    remember(city)
    train(by=SYSTEM, at=NOW)
    return city


def test_a_new_city_finds_services_by_their_names(city: City) -> None:
    found = suggest("the lamp is dark")
    assert found.certainty is Certainty.BY_NAME
    assert found.services[0].code == "lamp-out"


@pytest.mark.parametrize("words", ["", "   ", "xylophone", "\x00"])
def test_words_that_mean_nothing_suggest_nothing(city: City, words: str) -> None:
    assert suggest(words).certainty is Certainty.NOTHING


def test_what_is_likely_enough_is_asked_for(learned: City) -> None:
    found = suggest("water is running down the street")
    assert found.is_sure
    assert found.services[0].code == "water-leak"
    assert dict(found.likely)["water-leak"] > 0.5


def test_what_is_not_likely_enough_offers_groups_instead(learned: City) -> None:
    found = suggest("please help near the school again")
    assert found.is_unsure
    assert {group.name for group in found.groups} <= {"Streets", "Lights", "Water"}
    assert len(found.groups) > 1


def test_words_unknown_to_history_are_looked_for_in_names(learned: City) -> None:
    found = suggest("branch")
    assert found.services[0].code == "dead-tree"
    assert not found.is_sure


def test_a_new_service_is_found_by_name_beside_what_history_knows(learned: City) -> None:
    save_service(
        spec=ServiceSpec.model_validate(
            {**QUICK, "code": "scooter", "name": "Scooter on the street", "keywords": ["scooter"]}
        ),
        by=SYSTEM,
        at=NOW,
    )
    found = suggest("deep pothole and a scooter")
    assert found.services[0].code == "pothole"
    assert "scooter" in {entry.code for entry in found.services}


def test_a_retired_service_is_suggested_no_more(learned: City) -> None:
    retire_service(code="pothole", by=SYSTEM, at=NOW)
    found = suggest("deep pothole, my tire hit a hole")
    assert "pothole" not in {entry.code for entry in found.services}


@given(st.text(max_size=500))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_words_get_an_honest_answer(learned: City, words: str) -> None:
    found = suggest(words)
    shares = [share for _code, share in found.likely]
    assert sum(shares) <= 1 + 1e-9
    assert all(0 <= share <= 1 for share in shares)
    if found.is_sure:
        assert 1 <= len(found.services) <= MOST_SUGGESTED
        assert shares[0] == max(shares)


@pytest.mark.parametrize(
    "words", ["🕳️" * 500, "pothole " * 1_250, "بئر في الطريق", "路灯坏了", "a\x00b", "\ud800 lamp"]
)
def test_strange_words_are_survived(learned: City, words: str) -> None:
    assert isinstance(suggest(words).certainty, Certainty)


def test_a_suggestion_costs_no_query(
    learned: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    suggest("a deep pothole")
    with django_assert_max_num_queries(2):
        for _each in range(20):
            suggest("a deep pothole")


def test_it_learns_once_a_night(learned: City) -> None:
    TrainedModel.objects.update(made_at=datetime(2026, 3, 2, 9, 18, tzinfo=UTC))  # 04:18
    assert not is_due(at=datetime(2026, 3, 2, 20, 0, tzinfo=UTC), zone=CITY)
    assert not is_due(at=datetime(2026, 3, 3, 9, 16, tzinfo=UTC), zone=CITY)
    assert is_due(at=datetime(2026, 3, 3, 9, 17, tzinfo=UTC), zone=CITY)


def test_the_nightly_job_learns_where_there_is_enough(city: City) -> None:
    jobs.train_suggestions(timestamp=0)
    assert not TrainedModel.objects.exists()
    remember(city)
    jobs.train_suggestions(timestamp=0)
    jobs.train_suggestions(timestamp=0)
    assert TrainedModel.objects.count() == 1


def test_the_catalog_may_be_given(learned: City) -> None:
    book = catalog()
    assert suggest("a deep pothole", book=book).services[0] is book.service("pothole")


def test_nothing_from_the_future_is_learned(city: City) -> None:
    remember(city, 320)
    row = train(by=SYSTEM, at=NOW - timedelta(hours=2))
    assert row.examples < 320
