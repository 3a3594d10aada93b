"""How satisfied reporters are: every rating once, with the request that it is about."""

from datetime import timedelta

import pandas as pd
import pytest

from citycall.analytics.measures.asking import Question, answer
from citycall.analytics.measures.measure import Period
from citycall.analytics.store import current
from citycall.core.actors import resident
from citycall.feedback.models import Rating
from citycall.feedback.ratings import rate
from citycall.service_requests.actions.close import complete
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Report
from tests import city as small_city
from tests.analytics import invented
from tests.analytics.settled import refreshed, rows

DAY = timedelta(days=1)


def test_by_service_and_month_it_is_what_pandas_says(tmp_path) -> None:
    facts = invented.store(tmp_path / "store", requests=1500)
    told = facts.sql("SELECT service, rated_month, satisfied FROM reports").to_pandas()
    told = told[told.satisfied.notna()]
    expected = (
        told.assign(value=(told.satisfied >= 4).astype(float))
        .groupby(["service", "rated_month"])
        .value.agg(["count", "mean"])
        .reset_index()
    )
    asked = Question(measure="satisfaction", by=["service"], period=Period.MONTH)
    found = answer(asked, facts).to_pandas()
    assert len(found) > 20
    assert found["service"].tolist() == expected["service"].tolist()
    assert found["size"].tolist() == expected["count"].tolist()
    pd.testing.assert_series_equal(found["value"], expected["mean"], check_names=False)


@pytest.mark.django_db(transaction=True)
def test_a_rating_is_in_the_facts_though_nothing_of_its_request_changed() -> None:
    """And together they are what feedback has, for the day on which they were given."""
    city, now = small_city.build(), small_city.NOW
    reports = []
    for _ in range(3):
        made = submit(small_city.draft(), by=resident(), at=now)
        complete(
            made.request_id, outcome_code="fixed", explanation="Done.", by=city.dispatcher,
            at=now + DAY,
        )  # fmt: skip
        reports.append(Report.objects.get(service_request_id=made.request_id))
    refreshed(now + DAY)
    for report, satisfied in zip(reports[:2], (5, 3), strict=True):
        rate(
            report,
            satisfied=satisfied,
            better="",
            by=resident(reports=[report.pk]),
            at=now + 2 * DAY,
        )
    partly = refreshed(now + 3 * DAY)
    assert partly is not None
    assert not partly.whole
    given = [each.satisfied for each in Rating.objects.all()]
    with current() as facts:
        asked = Question(measure="satisfaction", by=["service"], period=Period.DAY)
        [row] = answer(asked, facts).to_pylist()
    assert row["size"] == len(given) == 2
    assert row["value"] == sum(each >= 4 for each in given) / len(given) == 0.5
    assert row["period"] == (now + 2 * DAY).date()
    assert rows("SELECT count(*) AS n FROM reports") == [{"n": 3}]
