from django.db import migrations, models

from citycall.service_requests.cell_counts import PARENT, PARENT_OFF, TRIGGERS, TRIGGERS_OFF


class Migration(migrations.Migration):

    dependencies = [
        ('service_requests', '0002_asset_kind'),
    ]

    operations = [
        migrations.CreateModel(
            name='CellChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('cell', models.BigIntegerField()),
                ('service_id', models.BigIntegerField()),
                ('requested_at', models.DateTimeField()),
                ('received', models.SmallIntegerField()),
                ('open', models.SmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='CellCount',
            fields=[
                ('pk', models.CompositePrimaryKey('resolution', 'service_id', 'cell', 'period', blank=True, editable=False, primary_key=True, serialize=False)),
                ('resolution', models.SmallIntegerField()),
                ('service_id', models.BigIntegerField()),
                ('cell', models.BigIntegerField()),
                ('period', models.IntegerField()),
                ('count', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('period__gte', 10000000)), fields=['period'], name='cell_count_days')],
            },
        ),
        # Counts are changed where they are, and their pages keep room for it.
        migrations.RunSQL(
            'ALTER TABLE service_requests_cellcount SET (fillfactor = 80)',
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name='servicerequest',
            name='h3_cell',
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunSQL(PARENT, PARENT_OFF),
        # From here on every change of a request is counted; the rows that are here already are
        # counted as 0004 gives them their cells.
        migrations.RunSQL(TRIGGERS, TRIGGERS_OFF),
    ]
