"""Finding out anew, from the present facts."""

from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from citycall.analytics import public
from citycall.analytics.fairness import findings
from citycall.analytics.fairness.models import Finding
from citycall.analytics.store import Facts, current

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
                in_public=_in_public(facts) if layer == public.layer(facts) else None,
                computed_at=at,
            )
            for layer in layers
        ]
    with transaction.atomic():
        Finding.objects.all().delete()
        Finding.objects.bulk_create(found)
    return len(found)


def _in_public(facts: Facts) -> Any:
    """The findings of the one layer that everybody is told of, from what everybody may know."""
    services = public.services(placed=True)
    found = findings.find(facts, layer=public.layer(facts), as_of=facts.as_of, services=services)
    return findings.as_json(found)
