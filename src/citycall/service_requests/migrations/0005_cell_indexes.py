from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('service_requests', '0004_fill_cells'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='servicerequest',
            index=models.Index(condition=models.Q(('h3_cell__isnull', False)), fields=['h3_cell', 'requested_at', 'service'], name='sr_by_cell'),
        ),
        AddIndexConcurrently(
            model_name='servicerequest',
            index=models.Index(condition=models.Q(('status__in', ['new', 'assigned', 'in_progress', 'on_hold'])), fields=['h3_cell', 'service'], name='sr_open_by_cell'),
        ),
    ]
