"""Of each contact, whether it was a first one; found for what stands by counting it once more.

Half hours with somebody who was erased are left as they are: who called again cannot be seen any
more, and their counts stand.
"""

import django.db.models.deletion
from django.db import migrations, models

_COUNT_AGAIN = """
INSERT INTO calls_recount (begins, spread)
SELECT citycall_half_hour(arrived_at), true FROM calls_call
GROUP BY 1 HAVING bool_and(erased_at IS NULL)
"""


class Migration(migrations.Migration):

    dependencies = [
        ("calls", "0005_storm"),
    ]

    operations = [
        migrations.CreateModel(
            name="Resolution",
            fields=[
                ("call", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="resolution", serialize=False, to="calls.call")),
                ("first", models.BooleanField(null=True)),
                ("xid", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["xid"], name="resolution_by_transaction")],
            },
        ),
        migrations.RunSQL(_COUNT_AGAIN, migrations.RunSQL.noop),
    ]
