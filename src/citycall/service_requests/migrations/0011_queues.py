"""The list of open work at its speed: its indexes, the words it is searched for, saved views."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from citycall.service_requests.open_words import FILL, TRIGGERS, TRIGGERS_OFF

OPEN = ('status__in', ['new', 'assigned', 'in_progress', 'on_hold'])

# New rows come and open ones change all the time. The list is read from an index alone, which
# needs its pages marked as seen by all: every ten thousand changes, however large the table is.
TIDY = """
ALTER TABLE service_requests_servicerequest SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000
)
"""
TIDY_OFF = """
ALTER TABLE service_requests_servicerequest RESET (
    autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
    autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_insert_threshold
)
"""


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('accounts', '0002_key_agency_and_limit'),
        ('agencies', '0002_retired'),
        ('catalog', '0002_retired'),
        ('service_requests', '0010_workbench'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('query', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('agency__isnull', False), ('removed_at__isnull', True)), fields=['agency'], name='view_shared')],
            },
        ),
        migrations.CreateModel(
            name='FirstView',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('view', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='service_requests.savedview')),
            ],
        ),
        migrations.CreateModel(
            name='OpenWords',
            fields=[
                ('report_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('request_id', models.BigIntegerField()),
                ('words', django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        # From here on the database keeps the words; those of the work that is open already follow.
        migrations.RunSQL(TRIGGERS, TRIGGERS_OFF),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='openwords',
            index=models.Index(fields=['request_id'], name='open_words_request'),
        ),
        AddIndexConcurrently(
            model_name='openwords',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], name='open_words_words'),
        ),
        AddIndexConcurrently(
            model_name='servicerequest',
            index=models.Index(condition=models.Q(OPEN), fields=['due_at', 'id'], include=('agency', 'team', 'service', 'assignee', 'status', 'priority', 'report_count', 'requested_at', 'paused_at', 'returned_at', 'verification', 'updated_at', 'mercator', 'areas'), name='sr_open_work'),
        ),
        AddIndexConcurrently(
            model_name='servicerequest',
            index=models.Index(condition=models.Q(OPEN, ('returned_at__isnull', False)), fields=['due_at', 'id'], name='sr_returned'),
        ),
        AddIndexConcurrently(
            model_name='servicerequest',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('tags', []), _negated=True), fields=['tags'], name='sr_tagged'),
        ),
        migrations.RunSQL(TIDY, TIDY_OFF),
    ]
