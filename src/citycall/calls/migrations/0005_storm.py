"""Storm mode: from when until when, by whom, and about what."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calls', '0004_supervisor'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StormSpell',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('drill', models.BooleanField(default=False)),
                ('words', models.CharField(max_length=300)),
                ('alert', models.CharField(blank=True, max_length=80)),
                ('service', models.CharField(blank=True, max_length=80)),
                ('request_id', models.BigIntegerField(null=True)),
                ('areas', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=141), default=list, size=None)),
                ('circle', models.JSONField(null=True)),
                ('begun_at', models.DateTimeField()),
                ('begun_by_name', models.CharField(max_length=200)),
                ('ends_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_name', models.CharField(blank=True, max_length=200)),
                ('begun_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='storms_begun', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['-begun_at', '-id'], name='storm_by_time')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('ended_at',), name='one_present_storm', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('begun_at')), _connector='OR'), name='storm_ends_after_its_start')],
            },
        ),
    ]
