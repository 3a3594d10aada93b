from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('calls', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaceSum',
            fields=[
                ('begins_at', models.DateTimeField(primary_key=True, serialize=False)),
                ('handled', models.PositiveIntegerField(default=0)),
                ('handling_s', models.FloatField(default=0)),
                ('handling_s2', models.FloatField(default=0)),
                ('wrap_up_s', models.FloatField(default=0)),
                ('answered', models.PositiveIntegerField(default=0)),
                ('left', models.PositiveIntegerField(default=0)),
                ('waited_s', models.FloatField(default=0)),
            ],
        ),
        AddIndexConcurrently(
            model_name='call',
            index=models.Index(condition=Q(ending='left'), fields=['-ended_at', '-id'], name='call_missed'),
        ),
        AddIndexConcurrently(
            model_name='call',
            index=models.Index(condition=Q(erased_at__isnull=True), fields=['arrived_at'], name='call_to_erase'),
        ),
        AddIndexConcurrently(
            model_name='callback',
            index=models.Index(condition=Q(wanted_at__isnull=False, state__in=['waiting', 'calling']), fields=['wanted_at'], name='call_back_wanted'),
        ),
    ]
