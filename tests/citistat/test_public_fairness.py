"""What everybody may know of fairness: the managers' numbers, without what could name a person."""

from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client

from citycall.analytics.fairness import findings
from citycall.analytics.fairness.findings import PUBLIC
from citycall.analytics.fairness.models import Finding
from citycall.core import snapshots
from tests.citistat import test_fairness
from tests.citistat.test_fairness import words

ADDRESS = "/performance/fairness"
MOST_QUERIES = 4

_found = test_fairness._found


def found() -> findings.Findings:
    return test_fairness._findings()


def told(page: Any) -> str:
    return unescape(words(page))


def test_everybody_reads_the_numbers_that_managers_read(sit) -> None:
    everybody, managers = Client().get(ADDRESS), sit("analyst").get(test_fairness.ADDRESS)
    assert everybody.status_code == 200
    for rows in ("heard_rows", "served_rows"):
        own = {row.name: row for row in managers.context[rows]}
        assert own
        for row in everybody.context[rows]:
            assert replace(row, address="") == replace(own[row.name], address="")
        assert len(everybody.context[rows]) == len(own)
    assert everybody.context["heard_says"] == managers.context["heard_says"]


def test_no_count_of_an_area_s_requests_is_told() -> None:
    page = told(Client().get(ADDRESS))
    assert "Further reports" not in page
    assert "Never told of" not in page
    assert "Half are told of within" in page
    assert "/citistat" not in page


def test_areas_of_few_requests_are_left_out_and_counted() -> None:
    whole = found()
    assert whole.heard is not None
    small = whole.heard.areas[0].area
    name = Client().get(ADDRESS).context["heard_rows"][0].name
    heard = tuple(
        replace(each, requests=PUBLIC - 1) if each.area == small else each
        for each in whole.heard.areas
    )
    served = {
        what: replace(
            each,
            areas=tuple(
                replace(area, of=PUBLIC - 1) if area.area == small else area for area in each.areas
            ),
        )
        for what, each in whole.served.items()
    }
    assert name in told(Client().get(ADDRESS))
    test_fairness._keep(replace(whole, heard=replace(whole.heard, areas=heard), served=served))
    page = Client().get(ADDRESS)
    rows = [*page.context["heard_rows"], *page.context["served_rows"]]
    assert name not in [row.name for row in rows]
    assert "This is so of 1 area." in told(page)
    for each in page.context["found"].served.values():
        assert each.gap is None or small not in (*each.gap.most, *each.gap.least)


def test_where_all_areas_are_small_the_page_still_stands() -> None:
    whole = found()
    assert whole.heard is not None
    heard = tuple(replace(each, requests=1) for each in whole.heard.areas)
    served = {
        what: replace(each, areas=tuple(replace(area, of=1) for area in each.areas))
        for what, each in whole.served.items()
    }
    test_fairness._keep(replace(whole, heard=replace(whole.heard, areas=heard), served=served))
    page = Client().get(ADDRESS)
    assert page.status_code == 200
    assert not page.context["heard_rows"]
    assert not page.context["served_rows"]


def test_before_anything_is_worked_out_it_is_said() -> None:
    Finding.objects.all().delete()
    assert "There is nothing yet" in told(Client().get(ADDRESS))


def test_the_page_asks_the_database_hardly_anything(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries
) -> None:
    monkeypatch.setattr(snapshots, "LOOK_EVERY_SECONDS", 3600.0)
    Client().get(ADDRESS)
    with django_assert_max_num_queries(MOST_QUERIES):
        Client().get(ADDRESS)
