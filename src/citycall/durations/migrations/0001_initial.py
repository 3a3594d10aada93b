import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Duration',
            fields=[
                ('pk', models.CompositePrimaryKey('service_id', 'area_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('service_id', models.BigIntegerField()),
                ('area_id', models.IntegerField()),
                ('days', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None)),
                ('done', models.PositiveIntegerField()),
                ('waiting', models.PositiveIntegerField()),
                ('computed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('done__gte', 1)), name='duration_has_examples')],
            },
        ),
    ]
