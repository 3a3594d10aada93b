"""One more step for many requests: tags put on and taken off."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('batches', '0001_initial'),
    ]

    operations = [
        # Choices are the state's only; the column stays as it is.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='batch',
                    name='step',
                    field=models.CharField(choices=[('assign', 'Give to somebody'), ('start', 'Start work'), ('hold', 'Put on hold'), ('resume', 'Resume work'), ('complete', 'Complete'), ('transfer', 'Pass to another team'), ('merge', 'Merge into one request'), ('message', 'Write to everyone'), ('note', 'Note for staff only'), ('tag', 'Put tags on, take tags off'), ('export', 'Download as a table')], max_length=12),
                ),
            ],
        ),
    ]
