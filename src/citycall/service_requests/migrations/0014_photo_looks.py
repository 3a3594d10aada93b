"""How each photo looks, in 64 bits; a job makes those of the photos that are there already."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('service_requests', '0013_council_channel'),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='looks',
            field=models.BigIntegerField(null=True),
        ),
        AddIndexConcurrently(
            model_name='attachment',
            index=models.Index(condition=models.Q(('looks__isnull', True)), fields=['id'], name='photo_without_looks'),
        ),
    ]
