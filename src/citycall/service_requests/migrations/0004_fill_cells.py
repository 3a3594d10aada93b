from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from citycall.core import clock
from citycall.service_requests import cell_counts


def fill(apps, schema_editor):
    """Give the requests that are here their cells; cut off, it goes on where it was."""
    cell_counts.fill_cells()
    cell_counts.rebuild(at=clock.now(), zone=clock.city_zone())


class Migration(migrations.Migration):

    # Batch by batch, each a transaction of its own: nobody waits for the whole.
    atomic = False

    dependencies = [
        ('service_requests', '0003_cells'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='servicerequest',
            index=models.Index(condition=models.Q(('h3_cell__isnull', True), ('longitude__isnull', False)), fields=['id'], name='sr_without_cell'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
