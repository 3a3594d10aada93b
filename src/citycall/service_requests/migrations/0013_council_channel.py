"""Reports come through council offices too; the table stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0012_returns")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="report",
                    name="channel",
                    field=models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("web", "Web"),
                            ("app", "App"),
                            ("api", "API"),
                            ("open311", "Open311"),
                            ("text", "Text message"),
                            ("email", "E-mail"),
                            ("mail", "Letter"),
                            ("social", "Social media"),
                            ("chat", "Chat"),
                            ("visit", "Visit"),
                            ("staff", "Staff"),
                            ("council", "Council office"),
                            ("system", "System"),
                        ],
                        max_length=10,
                    ),
                )
            ]
        )
    ]
