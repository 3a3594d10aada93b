"""Refreshing the facts in tests that commit, beside others that write to the same server."""

import time
from datetime import datetime
from typing import Any

from django.db import connection

from citycall.analytics.refresh import Refreshed, refresh
from citycall.analytics.store import current


def settle() -> None:
    """Wait until what was written is settled: tests beside this one write to the same server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        following = cursor.fetchone()[0]
        for _ in range(600):
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] >= following:
                return
            time.sleep(0.1)
    raise AssertionError("Something has been writing for a minute.")


def refreshed(at: datetime) -> Refreshed | None:
    """Refresh the facts with all that was written."""
    settle()
    return refresh(at=at)


def rows(statement: str) -> list[dict[str, Any]]:
    with current() as facts:
        found: list[dict[str, Any]] = facts.sql(statement).to_pylist()
        return found
