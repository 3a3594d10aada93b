"""From the demo city's database through the facts to the findings: its truth is found again."""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from scipy.stats import spearmanr

from citycall.analytics.fairness import actions, findings
from citycall.analytics.fairness.models import Finding
from citycall.analytics.refresh import refresh
from citycall.demo import geography, loading
from citycall.places.queries import areas
from tests.city import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(900)]


def test_the_demo_citys_neighborhoods_are_ranked_from_its_own_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citycall.analytics.gathering.snapshot", nullcontext)
    loading.load_city(at=NOW)
    loading.generate(requests=10_000, seed=5, at=NOW, truth=tmp_path)
    refresh(at=NOW + timedelta(hours=1), whole=True)
    # Neighborhoods, council districts, police, collection days, sectors and zip codes.
    assert actions.compute(at=NOW) == 6
    found = findings.from_json(Finding.objects.get(layer="neighborhoods").found)
    assert found.heard is not None
    truth = {
        each.name: float(each.properties["reporting_rate"])
        for each in geography.build(loading.SEED).layers["neighborhoods"].areas
    }
    names = [areas().area(each.area).name for each in found.heard.areas]
    rates = [each.rate.value for each in found.heard.areas]
    assert len(names) == len(truth)
    assert spearmanr([truth[name] for name in names], rates)[0] >= 0.8
    assert set(found.served) == {"days", "late", "verified", "disputed"}
