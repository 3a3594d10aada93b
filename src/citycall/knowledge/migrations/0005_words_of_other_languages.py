"""Articles in Spanish, Arabic and other languages are found by an index too, as English ones."""

from django.db import migrations

CONFIGURATIONS = ("spanish", "arabic", "french", "portuguese", "simple")


class Migration(migrations.Migration):
    # The indexes are built beside a running city, which a transaction would not allow.
    atomic = False

    dependencies = [("knowledge", "0004_articles_lives")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS article_by_words_{name} "
            f"ON knowledge_article USING gin (to_tsvector('{name}'::regconfig, searchable)) "
            "WHERE published",
            f"DROP INDEX IF EXISTS article_by_words_{name}",
        )
        for name in CONFIGURATIONS
    ]
