"""What analysts are given: everything that is described, and nothing that is hidden."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from citycall.analytics.analysts import asking
from citycall.analytics.analysts.dictionary import LEFT_OUT, TABLES
from citycall.analytics.analysts.edition import edition, given, keep_up
from citycall.analytics.analysts.events import SUBJECT
from citycall.analytics.analysts.sandbox import NotAnswered
from citycall.analytics.policies import FACTS_SCOPE
from citycall.analytics.refresh import refresh
from citycall.analytics.store import Facts, store
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.city import NOW, City

ROOT = Path(__file__).parents[3]


@pytest.fixture
def city(db: None, monkeypatch: pytest.MonkeyPatch) -> City:
    from contextlib import nullcontext

    monkeypatch.setattr("citycall.analytics.gathering.snapshot", nullcontext)
    return small_city.build()


def facts_of(city: City, *services: str) -> Facts:
    for service in services:
        submit(small_city.draft(service), by=city.resident, at=NOW)
    refresh(at=NOW + timedelta(hours=1), whole=True)
    return store().facts()


def rows(facts: Facts, name: str) -> list[dict[str, Any]]:
    return list(pq.read_table(edition(facts).tables[name].path).to_pylist())


def test_every_column_of_the_facts_is_described_or_left_out_for_a_reason(city: City) -> None:
    facts = facts_of(city, "pothole")
    for name, table in TABLES.items():
        if name == "about":
            continue
        told = facts.sql(f"DESCRIBE {name}").to_pylist()
        there = {row["column_name"]: row["column_type"] for row in told}
        described = {each.name: each.kind for each in table.columns_for(facts.about.layers)}
        left_out = LEFT_OUT.get(name, {})
        assert {n: k for n, k in there.items() if n not in left_out} == described, name
        assert set(left_out) <= set(there)
    kept = {row["name"] for row in facts.sql("SHOW TABLES").to_pylist()}
    assert kept == set(TABLES)


def test_the_files_have_what_is_described_and_nothing_else(city: City) -> None:
    facts = facts_of(city, "pothole")
    for name, columns in given(facts).items():
        file = edition(facts).tables[name]
        assert pq.read_schema(file.path).names == [each.name for each in columns], name
        assert file.rows == len(rows(facts, name))
        assert file.size == file.path.stat().st_size


def test_nobody_is_given_places_or_the_points_of_services_that_hide_them(city: City) -> None:
    facts = facts_of(city, "pothole", "graffiti")
    points = {row["service"]: row["longitude"] for row in rows(facts, "requests")}
    assert points == {city.services["pothole"].pk: -76.6, city.services["graffiti"].pk: None}
    folder = edition(facts).tables["requests"].path.parent
    assert not any(b"Monument" in path.read_bytes() for path in folder.iterdir())


def test_the_files_are_those_of_the_present_facts(city: City) -> None:
    first = edition(facts_of(city, "pothole"))
    assert edition(store().facts()).key == first.key
    second = edition(facts_of(city, "pothole"))
    third = edition(facts_of(city))
    assert len({first.key, second.key, third.key}) == 3
    assert second.tables["requests"].rows == 2
    assert not first.tables["requests"].path.exists(), "Only the last two are kept."


def test_new_facts_have_files_before_anybody_asks_if_somebody_did_lately(
    city: City, settings: Any
) -> None:
    folder = Path(settings.ANALYTICS) / "tables"
    keep_up(facts_of(city), at=NOW)
    assert not list(folder.glob("v*")), "Nobody ever asked."
    first = edition(store().facts())
    os.utime(folder / "used", (NOW.timestamp(), NOW.timestamp()))
    keep_up(facts_of(city), at=NOW + timedelta(hours=23))
    assert len(list(folder.glob("v*"))) == 2
    keep_up(facts_of(city), at=NOW + timedelta(hours=25))
    assert {path.name for path in folder.glob("v*")} > {first.key}, "Nobody asked for a day."
    assert len(list(folder.glob("v*"))) == 2


def test_as_of_when_they_are_is_told(city: City) -> None:
    facts = facts_of(city)
    assert rows(facts, "about")[0]["as_of"] == facts.as_of
    assert rows(facts, "about")[0]["today"] == facts.about.today


@pytest.mark.parametrize("who", ["analyst", "supervisor", "administrator"])
def test_those_who_see_every_agency_s_numbers_may_ask(city: City, who: str) -> None:
    facts = facts_of(city, "pothole")
    actor = getattr(city, who)
    told = asking.ask(
        facts, "SELECT count(*) FROM requests", by=actor, at=NOW, whole=False, as_text=True
    )
    assert told.rows.to_pylist()[0].popitem()[1] == "1"


@pytest.mark.parametrize("who", ["manager", "dispatcher", "call_taker", "crew", "resident"])
def test_nobody_else_may_ask_or_take(city: City, who: str) -> None:
    facts = facts_of(city)
    actor = getattr(city, who)
    with pytest.raises(NotAllowed):
        asking.ask(facts, "SELECT 1", by=actor, at=NOW, whole=False, as_text=True)
    with pytest.raises(NotAllowed):
        asking.take(facts, "requests", by=actor, at=NOW)
    with pytest.raises(NotAllowed):
        asking.asked_lately(actor)
    assert not Event.objects.filter(subject_kind=SUBJECT).exists()


def test_a_key_of_one_agency_is_not_given_the_whole_city(city: City) -> None:
    facts = facts_of(city)
    for agency, allowed in ((None, True), (city.streets.pk, False)):
        key = Actor(kind=ActorKind.KEY, id=1, memberships=frozenset({(FACTS_SCOPE, agency)}))
        assert asking.may_ask(key) is allowed
        if not allowed:
            with pytest.raises(NotAllowed):
                asking.take(facts, "requests", by=key, at=NOW)


def test_who_asked_what_is_on_record_answered_or_not(city: City) -> None:
    facts = facts_of(city)
    with pytest.raises(NotAnswered):
        asking.ask(facts, "SELEC 1", by=city.analyst, at=NOW, whole=False, as_text=True)
    asking.take(facts, "steps", by=city.analyst, at=NOW)
    asking.take(facts, "steps", by=city.analyst, at=NOW)
    asked, taken = Event.objects.filter(subject_kind=SUBJECT).order_by("id")
    assert (asked.words, asked.actor_id) == ("SELEC 1", city.analyst.id)
    assert (taken.data["table"], taken.actor_id) == ("steps", city.analyst.id)


def test_everybody_sees_their_own_questions_and_administrators_all(city: City) -> None:
    facts = facts_of(city)
    for n, who in enumerate((city.analyst, city.supervisor)):
        asking.ask(facts, f"SELECT {n}", by=who, at=NOW, whole=False, as_text=True)
    assert [each.sql for each in asking.asked_lately(city.analyst)] == ["SELECT 0"]
    assert [each.sql for each in asking.asked_lately(city.supervisor)] == ["SELECT 1"]
    both = [each.sql for each in asking.asked_lately(city.administrator)]
    assert both == ["SELECT 1", "SELECT 0"]


def test_the_documentation_is_made_of_the_dictionary() -> None:
    command = [sys.executable, "scripts/facts_reference.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
