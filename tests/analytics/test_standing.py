"""What the first pages ask is answered before anybody asks."""

from datetime import timedelta
from typing import Any

import pytest

from citycall.analytics import attention, jobs, public, standing
from citycall.analytics.measures.asked import usual
from citycall.analytics.measures.asking import answers
from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.series import series_of
from citycall.analytics.store import Facts, store
from citycall.citistat import measure_page
from citycall.core import clock
from citycall.core.actors import resident
from citycall.service_requests.actions.submit import submit
from tests import city as small_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch) -> None:
    """The city's clock stands where its reports are."""
    monkeypatch.setattr(clock, "now", lambda: small_city.NOW)


def test_after_a_refresh_the_first_pages_ask_nothing(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    city = small_city.build()
    for weeks in range(1, 30):
        at = small_city.NOW - timedelta(weeks=weeks)
        submit(small_city.draft(), by=resident(), at=at)
    jobs.refresh_facts(timestamp=0)
    facts = store().facts()

    def refuse(_facts: Facts, _what: Any) -> Any:
        raise AssertionError("The facts were asked.")

    monkeypatch.setattr(Facts, "ask", refuse)
    for by, where in (("agency", {}), ("service", {"agency": [city.streets.pk]})):
        # Nothing was ever completed, so what is open grows and grows.
        assert {each.measure.name for each in attention.unusual(facts, where=where)} == {"open"}
        received = series_of(standing.weeks(facts, where), facts)[0]
        assert received.values[0, -1] == 1
        assert answers(standing.last_weeks(facts, by, where), facts)[0]["value"].to_pylist() == [4]
    assert public.monthly(facts, "received").months
    assert public.lines(facts, "service")
    for name in MEASURES:
        told = measure_page.shown(usual(name, facts, by="service"), facts)
        assert len(told.moments) <= 53
        assert [part.name for part in told.parts] in ([], ["Pothole"])


def test_the_public_page_is_answered_as_it_would_be(settings: Any) -> None:
    small_city.build()
    for days in range(40, 400, 3):
        submit(small_city.draft(), by=resident(), at=small_city.NOW - timedelta(days=days))
    jobs.refresh_facts(timestamp=0)
    facts = store().facts()
    kept = public.lines(facts, "service"), repr(public.monthly(facts, "received").values)
    facts.answers = None
    asked = public.lines(facts, "service"), repr(public.monthly(facts, "received").values)
    assert kept == asked
    assert "Pothole" in str(kept)
    assert "10.0" in kept[1]
