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
                "SET lock_timeout = '5s'",
                "ALTER TABLE feedback_rating ADD COLUMN IF NOT EXISTS xid bigint",
                "ALTER TABLE feedback_rating ALTER COLUMN xid"
                " SET DEFAULT pg_current_xact_id()::text::bigint",
                "RESET lock_timeout",
                "DROP INDEX CONCURRENTLY IF EXISTS rating_by_transaction",
                "CREATE INDEX CONCURRENTLY rating_by_transaction ON feedback_rating (xid)",
            ],
            [
                "DROP INDEX CONCURRENTLY IF EXISTS rating_by_transaction",
                "ALTER TABLE feedback_rating DROP COLUMN IF EXISTS xid",
            ],
        ),
    ]
