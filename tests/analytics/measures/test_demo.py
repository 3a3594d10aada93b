"""From the demo city's database: its measures are what pandas and its other rooms say."""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from citycall.analytics.measures.asking import Question, answer
from citycall.analytics.refresh import refresh
from citycall.analytics.store import Facts, current
from citycall.calls.measures import queries
from citycall.calls.measures.models import Cut
from citycall.demo import loading
from citycall.demo.call_centre import writing as call_centre
from citycall.feedback.models import Rating
from citycall.service_requests.models import Report, ServiceRequest
from tests.analytics.measures.test_repeats import by_pairs
from tests.city import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(900)]


def test_the_demo_citys_repeats_ratings_and_calls_are_those_of_its_rooms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citycall.analytics.gathering.snapshot", nullcontext)
    loading.load_city(at=NOW)
    loading.generate(requests=10_000, seed=5, at=NOW, truth=tmp_path)
    call_centre.write(seed=5, at=NOW, daily=60)
    some = ServiceRequest.objects.filter(status="closed").order_by("id")[:400]
    Rating.objects.bulk_create(
        Rating(
            service_request=request,
            report=Report.objects.filter(service_request=request).order_by("id")[0],
            satisfied=1 + n % 5,
            given_at=NOW - timedelta(days=n % 60),
        )
        for n, request in enumerate(some)
    )
    refresh(at=NOW + timedelta(hours=1), whole=True)
    with current() as facts:
        _repeats(facts, tmp_path)
        _satisfaction(facts)
        _first_contacts(facts)


def _repeats(facts: Facts, truth: Path) -> None:
    told = facts.sql(
        "SELECT id, service, status, longitude, latitude, received_at, completed_at, ended_at"
        " FROM requests WHERE NOT is_merged AND longitude IS NOT NULL"
    ).to_pandas()
    told["came_back"] = told.id.isin(by_pairs(told))
    expected = told.groupby("service").came_back.agg(["count", "mean"])
    rows = answer(Question(measure="repeats", by=["service"]), facts).to_pylist()
    assert {row["service"]: (row["size"], pytest.approx(row["value"])) for row in rows} == {
        service: (int(row["count"]), row["mean"]) for service, row in expected.iterrows()
    }
    # Where the demo let trouble return on purpose, it is far more often so than elsewhere.
    planted = pd.concat(pd.read_parquet(path) for path in truth.rglob("*.parquet"))
    place = planted.set_index("source_id").repeat_place
    sources = dict(ServiceRequest.objects.values_list("id", "source_id"))
    there = told.id.map(lambda pk: sources[pk] in place.index and pd.notna(place[sources[pk]]))
    assert told[there].came_back.mean() > 5 * told[~there].came_back.mean()


def _satisfaction(facts: Facts) -> None:
    given = [each.satisfied for each in Rating.objects.all()]
    [row] = answer(Question(measure="satisfaction"), facts).to_pylist()
    assert row["size"] == len(given) == 400
    assert row["value"] == sum(each >= 4 for each in given) / len(given)


def _first_contacts(facts: Facts) -> None:
    zone = ZoneInfo("America/New_York")
    since = (NOW - timedelta(days=90)).date()
    # Days that are over: the console counts today from the calls that go on.
    until = (NOW - timedelta(days=1)).date()
    console = queries.by_value(since, until, cut=Cut.ALL, zone=zone, at=NOW)[""]
    question = Question(measure="first-contact", until=until + timedelta(days=1))
    [row] = answer(question, facts).to_pylist()
    assert row["size"] == console.contacts > 1000
    assert row["value"] == console.first_contact_rate
