"""The page that says who is not heard, who waits longer, and what other crews would change."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from functools import cache
from html import escape
from typing import Any

import pytest
from django.test import Client

from citycall.analytics.fairness import findings
from citycall.analytics.fairness.models import Finding
from tests import city as small_city
from tests.analytics.fairness import populations
from tests.analytics.fairness.populations import LAYER, UNTIL

ADDRESS = "/citistat/fairness"
MOVE = {"giver": "1", "giver_has": "4", "taker": "2", "taker_has": "3", "crews": "0.5"}
MOST_QUERIES = 12


@cache
def _world() -> populations.World:
    return populations.world(requests=4_000, seed=2)


@cache
def _findings() -> findings.Findings:
    as_of = UNTIL.astimezone(UTC).replace(tzinfo=None)
    return findings.find(_world().facts, layer=LAYER, as_of=as_of)


def _keep(found: findings.Findings, in_public: findings.Findings | None = None) -> None:
    """What staff and everybody are told of; by default the same."""
    Finding.objects.update_or_create(
        layer=LAYER,
        defaults={
            "as_of": UNTIL,
            "found": findings.as_json(found),
            "in_public": findings.as_json(in_public or found),
            "computed_at": UNTIL,
        },
    )


@pytest.fixture(autouse=True)
def _found(city: small_city.City) -> None:
    """Two years of facts, and what was found out of them last night."""
    populations.publish(_world())
    _keep(_findings())


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_answer_comes_first_and_every_area_has_its_row(sit: Callable[[str], Client]) -> None:
    page = words(sit("analyst").get(ADDRESS))
    assert re.search(r"areas? surely tells? less readily than the city", page)
    assert "problems were never told of, if one that nobody tells of is there for 60 days" in page
    assert re.search(r"the same work takes|Days for the same work: no area stands out", page)
    assert "Confirmed by who reported: no area stands out from the city." in page
    for name in _world().truth.reporting_rate:
        assert page.count(f">{escape(name)}</a></th>") == 2
    assert 'aria-current="page">Fairness' in page


def test_an_agencys_manager_sees_it_and_crews_do_not(sit: Callable[[str], Client]) -> None:
    assert sit("manager").get(ADDRESS).status_code == 200
    assert sit("crew").get(ADDRESS).status_code == 403
    assert Client().get(ADDRESS).status_code == 302


def test_too_few_reports_are_said(sit: Callable[[str], Client]) -> None:
    heard = _findings().heard
    assert heard is not None
    quiet = tuple(replace(each, few=True, stands_out=0, half_days=None) for each in heard.areas)
    _keep(replace(_findings(), heard=replace(heard, areas=quiet, half_days=None)))
    page = words(sit("analyst").get(ADDRESS))
    assert "No area surely tells less readily than the city as a whole." in page
    assert "Too few problems were told of again" in page
    assert page.count("Too few to tell") >= 48


def test_before_the_first_night_it_says_so(sit: Callable[[str], Client]) -> None:
    client = sit("analyst")
    Finding.objects.all().delete()
    assert "There is nothing yet." in words(client.get(ADDRESS))


def test_a_move_of_crews_is_answered_for_teams_and_areas(sit: Callable[[str], Client]) -> None:
    answer = sit("analyst").get(ADDRESS, MOVE)
    page = words(answer)
    assert answer.status_code == 200
    assert re.search(r"Team 1: a request would have (been done|taken about) ", page)
    assert re.search(r"Team 0: a request would have taken ", page)
    assert "What each area would have gained or lost" in page
    assert 'value="0.5"' in page


def test_an_agency_is_not_told_how_other_agencies_teams_wait(
    sit: Callable[[str], Client],
) -> None:
    answer = sit("manager").get(ADDRESS, MOVE)
    assert answer.status_code == 422
    assert "Choose a team from the list." in words(answer)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"giver": ""}, "Choose a team from the list."),
        ({"taker": "999"}, "Choose a team from the list."),
        ({"crews": "a few"}, "Write a number, for example 4 or 0.5."),
        ({"crews": "-1"}, "Numbers of crews lie above 0"),
        ({"crews": "9"}, "needs to keep some of its crews"),
        ({"taker": "1"}, "Choose two different teams."),
        ({"taker": "7"}, "too few to say anything"),
    ],
)
def test_what_is_wrong_with_a_move_is_said_and_nothing_typed_is_lost(
    sit: Callable[[str], Client], change: dict[str, str], fault: str
) -> None:
    typed = MOVE | change
    answer = sit("analyst").get(ADDRESS, typed)
    page = words(answer)
    assert answer.status_code == 422
    assert fault in page
    for name in ("giver_has", "taker_has", "crews"):
        assert f'name="{name}" inputmode="decimal" value="{typed[name]}"' in page


def test_the_page_costs_few_queries(
    sit: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    client = sit("analyst")
    client.get(ADDRESS)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(ADDRESS, MOVE)
