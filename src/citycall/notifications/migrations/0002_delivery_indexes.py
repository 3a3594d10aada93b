from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("notifications", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(fields=["report_id"], name="delivery_by_report"),
        ),
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                fields=["-created_at", "-id"],
                name="delivery_failed",
                condition=models.Q(state="failed"),
            ),
        ),
    ]
