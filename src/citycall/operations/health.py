"""Is the system well? For load balancers (``/healthz``) and for ``citycall doctor``."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from citycall.core import clock

# A worker writes its heartbeat every ten seconds.
WORKER_SEEN_WITHIN = timedelta(seconds=60)
LATE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What was found: ``ok`` when residents can be served and their messages go out."""

    database: bool
    migrated: bool
    workers: int
    waiting_jobs: int
    late_jobs: int
    dead_jobs: int

    @property
    def serving(self) -> bool:
        """Whether the web process can take reports."""
        return self.database and self.migrated

    @property
    def ok(self) -> bool:
        """Whether nothing needs anybody's attention."""
        return self.serving and self.workers > 0 and not self.late_jobs and not self.dead_jobs


NOTHING = Health(
    database=False, migrated=False, workers=0, waiting_jobs=0, late_jobs=0, dead_jobs=0
)

_found_migrated: set[tuple[str, str]] = set()

_COUNTS = """
SELECT
  (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %(seen)s),
  (SELECT count(*) FROM (
      SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' LIMIT 10001) waiting),
  (SELECT count(*) FROM (
      SELECT 1 FROM procrastinate_jobs job
      JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'
      WHERE job.status = 'todo' AND job.scheduled_at IS NULL AND event.at < %(late)s
      LIMIT 1001) late),
  (SELECT count(*) FROM (
      SELECT 1 FROM procrastinate_jobs WHERE status = 'failed' LIMIT 1001) dead)
"""


def look(*, at: datetime) -> Health:
    """Examine the database, its migrations, the workers and the jobs; counts are capped."""
    try:
        migrated = _migrated()
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS, {"seen": at - WORKER_SEEN_WITHIN, "late": at - LATE_AFTER})
            workers, waiting, late, dead = cursor.fetchone()
    except DatabaseError:
        return NOTHING
    return Health(
        database=True,
        migrated=migrated,
        workers=workers,
        waiting_jobs=waiting,
        late_jobs=late,
        dead_jobs=dead,
    )


def _migrated() -> bool:
    """Whether this database lacks no migration of this code.

    The graph of migrations takes long to build, and a database never goes back: a yes is
    remembered for the process, a no is looked at again.
    """
    database = (connection.settings_dict["HOST"], connection.settings_dict["NAME"])
    if database not in _found_migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _found_migrated.add(database)
    return True


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while reports can be taken, 503 otherwise; the body says what was found."""
    health = look(at=clock.now())
    body = {
        "ok": health.ok,
        "serving": health.serving,
        "database": health.database,
        "migrated": health.migrated,
        "workers": health.workers,
        "waiting_jobs": health.waiting_jobs,
        "late_jobs": health.late_jobs,
        "dead_jobs": health.dead_jobs,
    }
    return JsonResponse(body, status=200 if health.serving else 503)
