"""Whom a caller is passed on to, and who answers when that one is closed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from citycall.agencies.documents import read
from citycall.core.actors import SYSTEM
from citycall.core.errors import Faults
from citycall.knowledge import actions, days
from citycall.knowledge.specs import DirectorySpec
from citycall.knowledge.transfers import UnknownTarget, targets, whom
from tests.knowledge.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]

OPEN = datetime(2026, 3, 2, 15, tzinfo=UTC)  # A Monday at ten.
NIGHT = datetime(2026, 3, 3, 3, tzinfo=UTC)
DESK = {
    "code": "desk",
    "title": "Water desk",
    "words": "Bills.",
    "calendar": "office",
    "phone": "410-555-0111",
}
REPAIRS = {"code": "repairs", "title": "Repair desk", "words": "Leaks.", "phone": "410-555-0122"}


def save(**fields: Any) -> None:
    actions.save_directory_entry(spec=read(DirectorySpec, fields), by=SYSTEM, at=NOW)


def test_who_is_there_answers() -> None:
    save(**DESK, transfer_phone="410-555-0112", warm_transfer=True)
    target = whom("desk", OPEN)
    assert (target.is_open, target.phone, target.warm) == (True, "410-555-0112", True)
    assert target.answering is target


def test_after_hours_another_entry_answers() -> None:
    save(**REPAIRS)
    save(**DESK, after_hours_entry="repairs")
    target = whom("desk", NIGHT)
    assert not target.is_open
    assert target.opening is not None
    assert target.opening.changes_at == datetime(2026, 3, 3, 13, tzinfo=UTC)
    assert target.answering.phone == "410-555-0122"


def test_after_hours_a_phone_answers() -> None:
    save(**DESK, after_hours="The night desk.", after_hours_phone="410-555-0199")
    answering = whom("desk", NIGHT).answering
    assert (answering.name, answering.phone) == ("The night desk.", "410-555-0199")


def test_nobody_answers_where_nobody_is_named() -> None:
    save(**DESK)
    target = whom("desk", NIGHT)
    assert target.answering is target
    assert not target.is_open


def test_two_that_name_each_other_lead_to_an_end() -> None:
    save(**DESK)
    save(**{**DESK, "code": "other", "after_hours_entry": "desk", "after_hours_phone": "1"})
    save(**DESK, after_hours_entry="other")
    assert whom("desk", NIGHT).answering.phone == "1"


def test_nobody_stands_in_for_themselves() -> None:
    with pytest.raises(Faults):
        read(DirectorySpec, {**DESK, "after_hours_entry": "desk"})


def test_who_stands_in_must_be_known() -> None:
    with pytest.raises(Faults) as raised:
        save(**DESK, after_hours_entry="nobody")
    assert list(raised.value.faults) == ["after_hours_entry"]


def test_an_agency_without_an_entry_is_called_itself() -> None:
    assert whom("water", OPEN).phone == "410-555-0100"


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(UnknownTarget):
        whom("moon", OPEN)


def test_what_is_urgent_stands_first() -> None:
    save(**REPAIRS)
    save(**{**DESK, "title": "Zoo police", "urgent": True})
    assert [each.code for each in targets(at=OPEN)][:2] == ["desk", "repairs"]


def test_entries_for_staff_are_not_public() -> None:
    save(**REPAIRS, staff_only=True)
    assert "repairs" not in [each.spec.code for each in days.contacts()]
    assert "repairs" in [each.code for each in targets(at=OPEN)]


def test_a_target_is_told_in_the_language_spoken() -> None:
    save(**REPAIRS, translations={"es": {"title": "Mesa", "words": "Fugas."}})
    with translation.override("es"):
        assert whom("repairs", OPEN).name == "Mesa"
