"""Articles are drafted, scheduled and expire; scripts; what was not found is dealt with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0003_article_translations")]

    operations = [
        migrations.CreateModel(
            name="ArticleDraft",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=80, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("definition", models.JSONField()),
                ("writer_id", models.BigIntegerField(null=True)),
                ("writer_name", models.CharField(max_length=200)),
                ("updated_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("sent_back", models.TextField(blank=True)),
            ],
        ),
        migrations.AddField("article", "publish_from", models.DateField(null=True)),
        migrations.AddField("article", "expires_on", models.DateField(null=True)),
        migrations.AddField(
            "article", "used_for", models.CharField(blank=True, db_default="", max_length=20)
        ),
        migrations.AddField("article", "written_at", models.DateTimeField(null=True)),
        migrations.SeparateDatabaseAndState(
            # The choices are the program's own; the column stays as it is.
            state_operations=[
                migrations.AlterField(
                    model_name="article",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("answer", "Answer"),
                            ("permit", "Permit"),
                            ("program", "Program"),
                            ("script", "Script"),
                        ],
                        default="answer",
                        max_length=10,
                    ),
                )
            ]
        ),
        migrations.AddField(
            "unansweredsearch", "at_console", models.IntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            "unansweredsearch",
            "state",
            models.CharField(
                choices=[("open", "Open"), ("done", "Done"), ("ignored", "Ignored")],
                db_default="open",
                default="open",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "unansweredsearch",
            "article",
            models.CharField(blank=True, db_default="", max_length=80),
        ),
        migrations.AddField(
            "unansweredsearch",
            "settled_by",
            models.CharField(blank=True, db_default="", max_length=200),
        ),
        migrations.AddField("unansweredsearch", "settled_at", models.DateTimeField(null=True)),
    ]
