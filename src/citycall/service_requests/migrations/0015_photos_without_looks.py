"""The photos that still need their bits are found at once."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('service_requests', '0014_photo_looks'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='attachment',
            index=models.Index(condition=models.Q(('looks__isnull', True)), fields=['id'], name='photo_without_looks'),
        ),
    ]
