"""Which transaction wrote each rating, so that the facts can follow ratings without losing any.

A rating writes no event, since nothing of its request changes; see ``core``'s
``0004_transactions_of_events``. What stands already has no value, and is read once from the
beginning.
"""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("feedback", "0002_rating")]

    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE feedback_rating ADD COLUMN IF NOT EXISTS xid bigint",
                "ALTER TABLE feedback_rating ALTER COLUMN xid"
                " SET DEFAULT pg_current_xact_id()::text::bigint",
                # An index that is made beside the work waits for who writes, and holds nobody up.
                "SELECT set_config('citycall.patience', current_setting('lock_timeout'), false)",
                "SET lock_timeout = 0",
                "DROP INDEX CONCURRENTLY IF EXISTS rating_by_transaction",
                "CREATE INDEX CONCURRENTLY rating_by_transaction ON feedback_rating (xid)",
                "SELECT set_config('lock_timeout', current_setting('citycall.patience'), false)",
            ],
            [
                "DROP INDEX CONCURRENTLY IF EXISTS rating_by_transaction",
                "ALTER TABLE feedback_rating DROP COLUMN IF EXISTS xid",
            ],
        ),
    ]
