"""An article may be the same as another one, in another language; once for each language."""

from django.db import migrations, models


class Migration(migrations.Migration):
    # The index is built beside a running city, which a transaction would not allow.
    atomic = False

    dependencies = [("knowledge", "0002_told")]

    operations = [
        migrations.AddField(
            model_name="article",
            name="translates",
            field=models.SlugField(blank=True, db_index=False, db_default="", max_length=80),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS article_translated_once "
                    "ON knowledge_article (translates, language) WHERE NOT translates = ''",
                    "DROP INDEX IF EXISTS article_translated_once",
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="article",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("translates", ""), _negated=True),
                        fields=("translates", "language"),
                        name="article_translated_once",
                    ),
                )
            ],
        ),
    ]
