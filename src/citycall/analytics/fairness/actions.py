"""Finding out anew, from the present facts."""

from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from citycall.analytics.fairness import findings
from citycall.analytics.fairness.models import Finding
from citycall.analytics.store import current

# A layer of more areas, such as city blocks, is none that service is compared by.
MOST_AREAS: Final = 500


def compute(*, at: datetime) -> int:
    """Work out the findings of all layers of areas; returns of how many layers there are some.

    Readers see the old findings until the new ones are whole. Raises NoFactsYet before the first
    refresh.
    """
    with current() as facts:
        counted = facts.sql("SELECT layer, count(*) AS n FROM areas GROUP BY layer").to_pylist()
        sizes = {row["layer"]: row["n"] for row in counted}
        layers = [layer for layer in facts.about.layers if 1 < sizes.get(layer, 0) <= MOST_AREAS]
        found = [
            Finding(
                layer=layer,
                as_of=facts.as_of.replace(tzinfo=UTC),
                found=findings.as_json(findings.find(facts, layer=layer, as_of=facts.as_of)),
                computed_at=at,
            )
            for layer in layers
        ]
    with transaction.atomic():
        Finding.objects.all().delete()
        Finding.objects.bulk_create(found)
    return len(found)
