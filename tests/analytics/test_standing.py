"""What the first pages ask is answered before anybody asks."""

from datetime import timedelta
from typing import Any

import pytest

from citycall.analytics import attention, jobs, public, standing
from citycall.analytics.measures.asking import answers
from citycall.analytics.measures.series import series_of
from citycall.analytics.store import Facts, store
from citycall.core.actors import resident
from citycall.service_requests.actions.submit import submit
from tests import city as small_city

pytestmark = pytest.mark.django_db(transaction=True)


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
        assert attention.unusual(facts, where=where) == []
        assert len(series_of(standing.weeks(facts, where), facts)) == len(standing.WEEKLY)
        assert len(answers(standing.last_weeks(facts, by, where), facts)) == len(standing.COLUMNS)
    assert public.monthly(facts, "received").months
    assert public.lines(facts, "service")


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
