from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fairness", "0001_findings"),
    ]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="in_public",
            field=models.JSONField(null=True),
        ),
    ]
