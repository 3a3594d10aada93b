import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_email_in_any_case")]

    operations = [
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("report_id", models.BigIntegerField()),
                ("endpoint", models.CharField(max_length=1000)),
                ("public_key", models.CharField(max_length=100)),
                ("secret", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField()),
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="push",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["endpoint"], name="push_by_endpoint")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report_id", "endpoint"), name="push_once_a_report"
                    )
                ],
            },
        ),
    ]
