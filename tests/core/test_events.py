"""The event log keeps what it was told, against everyone."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.core import events
from citycall.core.actors import SYSTEM
from citycall.core.models import Event

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def event() -> Event:
    with transaction.atomic():
        return events.record(
            kind="note_added",
            subject_kind="thing",
            subject_id=7,
            by=SYSTEM,
            at=AT,
            data={"a": 1},
            words="said by a person",
        )


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"data": {}},
        {"actor_name": "somebody else"},
        {"words": "other words"},
        {"words": None, "kind": "other"},
    ],
)
def test_an_event_cannot_be_changed(event: Event, change: dict[str, object]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(**change)


def test_an_event_cannot_be_deleted(event: Event) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).delete()


def test_the_log_cannot_be_emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event ENABLE TRIGGER event_no_truncate")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE core_event CASCADE")


def test_erasure_empties_the_words_and_keeps_the_facts(event: Event) -> None:
    assert events.erase_words([event.pk]) == 1
    event.refresh_from_db()
    assert event.words is None
    assert event.data == {"a": 1}


def test_an_event_comes_with_the_job_that_reacts_to_it(event: Event) -> None:
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == (events.REACT_TASK, {"event_id": event.pk})


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        events.record(kind="x", subject_kind="thing", subject_id=1, by=SYSTEM, at=AT)
