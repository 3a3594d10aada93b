"""A list read page by page shows every row once, in order, both ways."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.core import paging
from citycall.core.models import Revision

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rows(db: None) -> list[int]:
    # Three rows share each moment, so that the id must decide between them.
    made = [
        Revision.objects.create(
            at=START + timedelta(minutes=n // 3), actor_kind="system", subject_kind="x"
        )
        for n in range(25)
    ]
    return [row.pk for row in sorted(made, key=lambda row: (row.at, row.pk), reverse=True)]


def pages(size: int) -> list[paging.Page[Revision]]:
    found = [paging.page_by_time(Revision.objects.all(), column="at", size=size)]
    while found[-1].older:
        found.append(
            paging.page_by_time(
                Revision.objects.all(), column="at", older_than=found[-1].older, size=size
            )
        )
    return found


@pytest.mark.parametrize("size", [1, 4, 25, 30])
def test_older_pages_show_every_row_once(rows: list[int], size: int) -> None:
    assert [row.pk for page in pages(size) for row in page.rows] == rows


def test_newer_leads_back_to_the_same_page(rows: list[int]) -> None:
    first, second, *_rest = pages(10)
    back = paging.page_by_time(
        Revision.objects.all(), column="at", newer_than=second.newer, size=10
    )
    assert list(back.rows) == list(first.rows)
    assert back.newer == ""


def test_the_last_page_has_no_older(rows: list[int]) -> None:
    assert pages(10)[-1].older == ""


@given(st.text(max_size=60))
def test_a_made_up_cursor_is_refused_plainly(cursor: str) -> None:
    try:
        at, row = paging.decode(cursor, kinds=(paging.moment, int))
    except paging.BadCursor:
        return
    assert at.tzinfo is not None
    assert isinstance(row, int)
