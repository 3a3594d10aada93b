"""How each photo looks, in 64 bits; a job makes those of the photos that are there already."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('service_requests', '0013_council_channel'),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='looks',
            field=models.BigIntegerField(null=True),
        ),
    ]
