import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("contacts", "0002_email_in_any_case")]

    operations = [
        migrations.CreateModel(
            name="AccessLink",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access_links",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["asked_at"], name="access_link_by_time")],
            },
        ),
    ]
