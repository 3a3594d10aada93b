"""A snapshot is loaded once and again after each change."""

import pytest
from django.db import transaction

from citycall.core.snapshots import Snapshot

pytestmark = pytest.mark.django_db


class Table:
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.value = "first"
        self.reads = 0

    def load(self) -> str:
        self.reads += 1
        return self.value


def test_it_is_loaded_once() -> None:
    table = Table()
    snapshot = Snapshot("t1", table.load)
    assert [snapshot.get(), snapshot.get()] == ["first", "first"]
    assert table.reads == 1


def test_a_bump_makes_it_load_anew() -> None:
    table = Table()
    snapshot = Snapshot("t2", table.load)
    snapshot.get()
    table.value = "second"
    snapshot.bump()
    assert snapshot.get() == "second"


def test_another_process_sees_a_bump_when_it_looks_again() -> None:
    table = Table()
    here, elsewhere = Snapshot("t3", table.load), Snapshot("t3", table.load)
    elsewhere.get()
    table.value = "second"
    with transaction.atomic():
        here.bump()
    elsewhere.forget()
    assert elsewhere.get() == "second"


def test_looking_again_without_a_bump_keeps_the_picture() -> None:
    table = Table()
    snapshot = Snapshot("t4", table.load)
    snapshot.get()
    snapshot.forget()
    snapshot.get()
    assert table.reads == 1
