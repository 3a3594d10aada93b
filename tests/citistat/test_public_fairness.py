"""What everybody may know of fairness: of public services, without what could name a person."""

from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client

from citycall.analytics.fairness import actions, findings
from citycall.analytics.fairness.models import Finding
from citycall.analytics.public import SMALLEST
from citycall.catalog.actions import save_service
from citycall.catalog.specs import Privacy, ServiceSpec
from citycall.core import snapshots
from citycall.core.actors import SYSTEM
from tests.analytics.fairness import populations
from tests.citistat import test_fairness
from tests.citistat.test_fairness import words
from tests.city import NOW, City

ADDRESS = "/performance/fairness"
MOST_QUERIES = 4

_found = test_fairness._found


def found() -> findings.Findings:
    return test_fairness._findings()


def told(page: Any) -> str:
    return unescape(words(page))


@pytest.fixture
def _of_services(city: City) -> None:
    """One area has only a private service's requests, one only those of a service without places.

    All others have potholes.
    """
    for code, privacy in (("graffiti", Privacy.PRIVATE), ("water-leak", Privacy.HIDDEN_LOCATION)):
        spec = city.services[code].definition | {"privacy": privacy.value}
        save_service(spec=ServiceSpec.model_validate(spec), by=SYSTEM, at=NOW)
    ids = {code: each.pk for code, each in city.services.items()}
    world = populations.world(requests=3_000, seed=5)
    world.facts.db.execute(
        f"UPDATE requests SET service = CASE area_neighborhoods WHEN 1 THEN {ids['graffiti']} "
        f"WHEN 2 THEN {ids['water-leak']} ELSE {ids['pothole']} END"
    )
    populations.publish(world)
    actions.compute(at=populations.UNTIL)


@pytest.mark.usefixtures("_of_services")
def test_of_private_services_and_hidden_places_nothing_is_told(sit) -> None:
    everybody, managers = Client().get(ADDRESS), sit("analyst").get(test_fairness.ADDRESS)
    for rows in ("heard_rows", "served_rows"):
        own = {row.name for row in managers.context[rows]}
        public = {row.name for row in everybody.context[rows]}
        assert len(own) == len(public) + 2
        assert not public & set(areas()[:2])
    assert not any(name in told(everybody) for name in areas()[:2])
    assert "Only public services that show their places count here" in told(everybody)


def areas() -> list[str]:
    return list(test_fairness._world().truth.reporting_rate)


def test_findings_that_were_kept_before_public_ones_were_are_not_told() -> None:
    Finding.objects.update(in_public=None)
    assert "There is nothing yet" in told(Client().get(ADDRESS))


def test_everybody_reads_the_same_as_managers_where_all_services_are_public(sit) -> None:
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
        replace(each, requests=SMALLEST - 1) if each.area == small else each
        for each in whole.heard.areas
    )
    served = {
        what: replace(
            each,
            areas=tuple(
                replace(area, of=SMALLEST - 1) if area.area == small else area
                for area in each.areas
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


def test_an_area_that_has_its_line_is_not_counted_as_left_out() -> None:
    whole = found()
    late = whole.served["late"]
    few = tuple(replace(area, of=SMALLEST - 1) for area in late.areas[:1])
    late = replace(late, areas=(*few, *late.areas[1:]))
    test_fairness._keep(replace(whole, served={**whole.served, "late": late}))
    page = Client().get(ADDRESS)
    name = areas()[few[0].area - 1]
    cells = next(row.cells for row in page.context["served_rows"] if row.name == name)
    assert [bool(cell.value) for cell in cells] == [True, False, True, True]
    assert "This is so of" not in told(page)
    line = next(row for row in told(page).split("<tr>")[::-1] if f">{name}<" in row)
    assert line.count("<td>Too few to tell</td>") == 1


def test_what_is_known_of_no_area_is_not_said_to_be_few() -> None:
    whole = found()
    served = {what: each for what, each in whole.served.items() if what != "disputed"}
    test_fairness._keep(replace(whole, served=served))
    page = Client().get(ADDRESS)
    assert told(page).count("<td>–</td>") == len(page.context["served_rows"])


def test_where_all_areas_are_small_that_is_said() -> None:
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
    assert told(page).count("All areas are too small to be told of.") == 2
    assert "Nobody told of any problem" not in told(page)
    assert "Nothing was completed yet" not in told(page)


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
