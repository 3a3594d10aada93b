"""The phrase book."""

from django.db import migrations, models
from django.db.models.functions import MD5


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Phrase",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("language", models.CharField(max_length=10)),
                ("text", models.TextField()),
                ("said", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint("language", MD5("text"), name="phrase_said_once")
                ]
            },
        )
    ]
