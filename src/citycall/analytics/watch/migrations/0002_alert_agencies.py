"""Whose numbers an alert is about: of those before, nobody can say, and so it stays empty."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("watch", "0001_saved"),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="agencies",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), null=True, size=None
            ),
        ),
    ]
