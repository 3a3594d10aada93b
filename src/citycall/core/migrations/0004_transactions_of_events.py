"""Which transaction wrote each event, so that readers can follow the log without losing any.

Numbers of events are given out before their transactions commit, so "after the last number that I
have seen" loses what commits late. A reader keeps the horizon below which everything is settled
(``pg_snapshot_xmin``) and asks for what lies between two of them. What stands already has no
value, and is read once from the beginning. Events are written in about the order of their
transactions, so a BRIN index finds them and costs next to nothing when they are written.
"""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("core", "0003_blackening")]

    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE core_event ADD COLUMN IF NOT EXISTS xid bigint",
                "ALTER TABLE core_event ALTER COLUMN xid"
                " SET DEFAULT pg_current_xact_id()::text::bigint",
                # An index that is made beside the work waits for who writes, and holds nobody up.
                "SELECT set_config('citycall.patience', current_setting('lock_timeout'), false)",
                "SET lock_timeout = 0",
                "DROP INDEX CONCURRENTLY IF EXISTS event_by_transaction",
                "CREATE INDEX CONCURRENTLY event_by_transaction ON core_event"
                " USING brin (xid) WITH (pages_per_range = 32, autosummarize = on)",
                "SELECT set_config('lock_timeout', current_setting('citycall.patience'), false)",
            ],
            [
                "DROP INDEX CONCURRENTLY IF EXISTS event_by_transaction",
                "ALTER TABLE core_event DROP COLUMN IF EXISTS xid",
            ],
        ),
    ]
