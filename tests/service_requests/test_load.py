"""Loading history in bulk: once, faithfully, and to be taken up again at any point."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.contacts.models import Contact
from citycall.core import bulk_numbers, numbers
from citycall.core.actors import SYSTEM, Actor, ActorKind
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.service_requests.actions.load import load_past
from citycall.service_requests.actions.load_batch import (
    PastBatch,
    past_contacts,
    past_events,
    past_reports,
    past_requests,
)
from citycall.service_requests.models import Report, ServiceRequest

from .past import AT, ENDED, MADE, Town, batch, load, story

pytestmark = pytest.mark.django_db


@given(st.lists(st.tuples(st.integers(1996, 2099), st.integers(0, 10**9 - 1)), min_size=1))
def test_bulk_numbers_are_those_of_core_numbers(pairs: list[tuple[int, int]]) -> None:
    years, serials = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    singly = [numbers.compose(year=year, serial=serial) for year, serial in pairs]
    assert bulk_numbers.compose(years=years, serials=serials).tolist() == singly


def test_a_loaded_request_is_what_was_told(town: Town) -> None:
    load(town, {"id": "a", "place": "12 MAIN ST", "areas": [3, 5]})
    request = ServiceRequest.objects.get()
    assert (request.status, request.requested_at, request.closed_at) == ("closed", MADE, ENDED)
    assert (request.place, request.areas, request.report_count) == ("12 MAIN ST", [3, 5], 1)
    assert request.mercator is not None


def test_text_that_copy_would_misread_comes_through_whole(town: Town) -> None:
    words = "a\ttab, a \\N, a\nline, a\\backslash\r\nand \\. end"
    load(town, {"id": "a", "words": words})
    assert Report.objects.get().words == words


def test_a_zero_character_is_left_out_because_the_database_cannot_hold_it(town: Town) -> None:
    load(town, {"id": "a", "words": "before\x00after"})
    assert Report.objects.get().words == "beforeafter"


def test_the_number_is_of_the_year_that_the_citys_calendar_showed(town: Town) -> None:
    eve = datetime(2020, 1, 1, 4, 59, tzinfo=UTC)  # 11:59 p.m. on December 31 in Baltimore
    load(
        town,
        {"id": "a", "requested_at": eve, "closed_at": None, "status": "new"},
        {"id": "b", "requested_at": eve + timedelta(minutes=1), "closed_at": None, "status": "new"},
    )
    years = [r.number // 10**10 for r in ServiceRequest.objects.order_by("source_id")]
    assert years == [19, 20]


def test_each_number_is_valid_and_leads_to_its_request(town: Town) -> None:
    load(town, *({"id": str(i)} for i in range(50)))
    for report in Report.objects.select_related("service_request"):
        assert numbers.read(numbers.show(report.number)) == report.service_request.number


def test_a_number_that_somebody_has_is_drawn_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([[190000000011, 190000000011], [190000000024], [190000000024], [190000000037]])
    monkeypatch.setattr(
        bulk_numbers, "draw", lambda *, years: np.array(next(drawn), dtype=np.int64)
    )
    load(town, {"id": "a"}, {"id": "b"})
    load(town, {"id": "c"})
    assert sorted(Report.objects.values_list("number", flat=True)) == [
        190000000011,
        190000000024,
        190000000037,
    ]


def test_every_request_tells_of_its_import_and_its_end(town: Town) -> None:
    load(town, {"id": "a", "facts": '{"status":"Closed"}'})
    assert story("a") == ["imported", "closed"]
    imported = Event.objects.get(kind="imported")
    assert imported.at == MADE
    assert imported.data["status"] == "Closed"
    assert imported.data["source"] == "old town"


def test_nobody_is_notified_of_history(town: Town) -> None:
    load(town, {"id": "a"})
    assert not ProcrastinateJob.objects.exists()


def test_a_second_load_changes_nothing(town: Town) -> None:
    rows = [{"id": str(i), "words": "again"} for i in range(5)]
    load(town, *rows)
    before = list(ServiceRequest.objects.order_by("id").values())
    events = Event.objects.count()
    report = load(town, *rows)
    assert (report.loaded, report.changed, report.unchanged) == (0, 0, 5)
    assert list(ServiceRequest.objects.order_by("id").values()) == before
    assert Event.objects.count() == events


def test_areas_learned_later_are_not_a_change_at_the_source(town: Town) -> None:
    load(town, {"id": "a", "areas": []})
    assert load(town, {"id": "a", "areas": [1]}).unchanged == 1


def test_a_load_is_taken_up_where_it_was_cut_off(town: Town) -> None:
    def cut_off() -> Iterable[PastBatch]:
        yield batch(town, [{"id": "a"}])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_past(cut_off(), by=SYSTEM, at=AT)
    report = load_past([batch(town, [{"id": "a"}]), batch(town, [{"id": "b"}])], by=SYSTEM, at=AT)
    assert (report.loaded, report.unchanged) == (1, 1)


def test_a_batch_is_loaded_whole_or_not_at_all(town: Town) -> None:
    with pytest.raises(IntegrityError):
        load(town, {"id": "a"}, {"id": "b", "status": "vanished"})
    assert not ServiceRequest.objects.exists()
    assert not Event.objects.exists()


def test_a_request_may_have_several_reports_contacts_and_events(town: Town) -> None:
    load_past(
        [
            PastBatch(
                requests=past_requests(
                    service_id=[town.service] * 2,
                    agency_id=[town.agency] * 2,
                    team_id=[town.team] * 2,
                    status=["new", "new"],
                    requested_at=[MADE, MADE],
                    updated_at=[MADE, MADE],
                    location_kind=["words", "words"],
                ),
                reports=past_reports(
                    request=[0, 1, 0],
                    reported_at=[MADE, MADE, ENDED],
                    channel=["phone", "web", "app"],
                    contact=[None, 1, 0],
                ),
                events=past_events(
                    request=[0, 1, 0],
                    kind=["submitted", "submitted", "report_added"],
                    at=[MADE, MADE, ENDED],
                    data=["{}", '{"team": 1}', "{}"],
                    report=[0, 1, 2],
                ),
                contacts=past_contacts(name=["Ana", "Ben"], created_at=[MADE, MADE]),
            )
        ],
        by=SYSTEM,
        at=AT,
    )
    first, second = ServiceRequest.objects.order_by("id")
    assert [r.channel for r in first.reports.order_by("reported_at")] == ["phone", "app"]
    assert (first.report_count, second.report_count) == (2, 1)
    assert second.reports.get().contact == Contact.objects.get(name="Ben")
    added = Event.objects.get(kind="report_added")
    assert added.data == {"report": first.reports.get(channel="app").pk}
    assert Event.objects.get(subject_id=second.pk).data["team"] == 1


def test_requests_without_a_source_are_always_new(town: Town) -> None:
    def unnamed() -> PastBatch:
        return PastBatch(
            requests=past_requests(
                service_id=[town.service],
                agency_id=[town.agency],
                team_id=[town.team],
                status=["new"],
                requested_at=[MADE],
                updated_at=[MADE],
                location_kind=["words"],
            ),
            reports=past_reports(request=[0], reported_at=[MADE], channel=["web"]),
        )

    assert load_past([unnamed(), unnamed()], by=SYSTEM, at=AT).loaded == 2


def test_a_request_without_a_report_is_refused(town: Town) -> None:
    whole = batch(town, [{"id": "a"}, {"id": "b"}])
    lacking = PastBatch(requests=whole.requests, reports=whole.reports.slice(0, 1))
    with pytest.raises(ValueError, match="at least one report"):
        load_past([lacking], by=SYSTEM, at=AT)


def test_a_row_number_outside_of_the_batch_is_refused(town: Town) -> None:
    whole = batch(town, [{"id": "a"}, {"id": "b"}])
    with pytest.raises(ValueError, match="not in the batch"):
        load_past(
            [PastBatch(requests=whole.requests.slice(0, 1), reports=whole.reports)],
            by=SYSTEM,
            at=AT,
        )


def test_a_column_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="no column colour"):
        past_contacts(created_at=[MADE], colour=["blue"])


def test_a_needed_column_must_be_there() -> None:
    with pytest.raises(ValueError, match="reported_at"):
        past_reports(request=[0], channel=["web"])


@pytest.mark.parametrize(
    "outsider",
    [
        Actor(kind=ActorKind.RESIDENT),
        Actor(kind=ActorKind.STAFF, memberships=frozenset({("supervisor", None)})),
    ],
)
def test_only_the_system_and_administrators_load(town: Town, outsider: Actor) -> None:
    with pytest.raises(NotAllowed):
        load_past([batch(town, [{"id": "a"}])], by=outsider, at=AT)
