from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

CHANNELS = [('phone', 'Phone'), ('web', 'Web'), ('app', 'App'), ('api', 'Api'), ('open311', 'Open311'), ('text', 'Text'), ('email', 'Email'), ('mail', 'Mail'), ('social', 'Social'), ('chat', 'Chat'), ('visit', 'Visit'), ('staff', 'Staff'), ('system', 'System')]

# What ``events.UPDATES`` asks for; new reports are not in it, so that intake does not pay for it.
UPDATES = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS event_updates ON core_event (at, id)
WHERE subject_kind = 'service_request' AND visibility = 'public'
  AND kind NOT IN ('submitted', 'imported', 'report_added')
"""
# What ``published.listed`` searches for words.
WORDS = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS sr_by_words ON service_requests_servicerequest
USING gin (to_tsvector('simple'::regconfig, place || ' ' || explanation))
"""


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('catalog', '0002_retired'),
        ('core', '0001_initial'),
        ('service_requests', '0006_queue_indexes'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='report',
                    name='channel',
                    field=models.CharField(choices=CHANNELS, max_length=10),
                ),
            ]
        ),
        AddIndexConcurrently(
            model_name='servicerequest',
            index=models.Index(fields=['-updated_at', '-id'], name='sr_by_update'),
        ),
        AddIndexConcurrently(
            model_name='servicerequest',
            index=models.Index(fields=['service', '-requested_at', '-id'], name='sr_by_service'),
        ),
        migrations.RunSQL(UPDATES, 'DROP INDEX CONCURRENTLY IF EXISTS event_updates'),
        migrations.RunSQL(WORDS, 'DROP INDEX CONCURRENTLY IF EXISTS sr_by_words'),
    ]
