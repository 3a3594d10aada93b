"""Words of events can be blackened, character by character, and nothing else."""

from django.db import migrations

from citycall.core.guards import EVENT_BLACKENING, EVENT_BLACKENING_OFF


class Migration(migrations.Migration):
    dependencies = [("core", "0002_phrases")]

    operations = [migrations.RunSQL(EVENT_BLACKENING, EVENT_BLACKENING_OFF)]
