
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('service_requests', '0010_workbench'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('step', models.CharField(choices=[('assign', 'Give to somebody'), ('start', 'Start work'), ('hold', 'Put on hold'), ('resume', 'Resume work'), ('complete', 'Complete'), ('transfer', 'Pass to another team'), ('merge', 'Merge into one request'), ('message', 'Write to everyone'), ('note', 'Note for staff only'), ('export', 'Download as a table')], max_length=12)),
                ('values', models.JSONField(default=dict)),
                ('ready_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('prepared', 'Not confirmed yet'), ('waiting', 'Waits for a second person'), ('declined', 'Declined by the second person'), ('running', 'Being done'), ('done', 'Done'), ('partly', 'Done in part'), ('undoing', 'Being taken back'), ('undone', 'Taken back')], default='prepared', max_length=10)),
                ('count', models.PositiveIntegerField()),
                ('agencies', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('made_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('declined_why', models.TextField(blank=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('tells_at', models.DateTimeField(null=True)),
                ('reached', models.BigIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('refused', models.PositiveIntegerField(default=0)),
                ('undo_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('taken_back', models.PositiveIntegerField(default=0)),
                ('kept', models.PositiveIntegerField(default=0)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to=settings.AUTH_USER_MODEL)),
                ('second', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decided_batches', to=settings.AUTH_USER_MODEL)),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_batches', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='BatchItem',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('seen', models.DateTimeField()),
                ('state', models.CharField(choices=[('to_do', 'To Do'), ('changed', 'Changed'), ('refused', 'Refused'), ('taken_back', 'Taken Back'), ('kept', 'Kept')], default='to_do', max_length=10)),
                ('why', models.CharField(blank=True, default='', max_length=80)),
                ('before', models.JSONField(null=True)),
                ('changed_at', models.DateTimeField(null=True)),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='batches.batch')),
                ('request', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='service_requests.servicerequest')),
            ],
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(fields=['made_by', '-made_at', '-id'], name='batch_by_maker'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['confirmed_at'], name='batch_waiting'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['prepared', 'waiting', 'declined', 'running', 'done', 'partly', 'undoing', 'undone'])), name='batch_state_known'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('second__isnull', True), models.Q(('second', models.F('made_by')), _negated=True), _connector='OR'), name='batch_second_is_another'),
        ),
        migrations.AddConstraint(
            model_name='batchitem',
            constraint=models.UniqueConstraint(fields=('batch', 'request'), name='batch_item_once'),
        ),
    ]
