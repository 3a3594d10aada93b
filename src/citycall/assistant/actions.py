"""Having the assistant learn, and making what it learned the one that is asked."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.assistant import examples, training
from citycall.assistant.grams import LONGEST
from citycall.assistant.models import TrainedModel
from citycall.assistant.policies import PERMISSIONS
from citycall.assistant.queries import SUGGESTIONS
from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.core.permissions import require

# Earlier ones, to look up when somebody asks why it was suggested then and not now.
KEPT: Final = 5


class TooLittleHistory(Conflict):
    """The city has too few requests with words yet, or of too few services."""

    code = "too_little_history"


def train(*, by: Actor, at: datetime, most: int = examples.MOST) -> TrainedModel:
    """Learn from the latest requests (at most ``most``), and suggest by that from now on.

    Every process that suggests has the new model within about a second. The same history gives
    the same model. Raises ``NotAllowed`` and ``TooLittleHistory``.
    """
    require(PERMISSIONS, "train", by=by)
    offered = catalog().services
    known = examples.latest(
        until=at,
        services=[entry.id for entry in offered],
        private=frozenset(e.id for e in offered if e.spec.privacy is Privacy.PRIVATE),
        letters=LONGEST,
        most=most,
    )
    apart = frozenset(entry.id for entry in offered if entry.spec.something_else)
    try:
        model, measured = training.train(known, apart=apart)
    except training.TooFew:
        raise TooLittleHistory(
            _("There are too few requests with words yet to learn services from.")
        ) from None
    with transaction.atomic():
        row = TrainedModel.objects.create(
            made_at=at,
            data_until=known[-1].at,
            examples=len(known),
            services=len(model.services) - 1,
            measured=measured.as_json(),
            content=model.to_bytes(),
        )
        kept = TrainedModel.objects.order_by("-id").values_list("pk", flat=True)[:KEPT]
        TrainedModel.objects.exclude(pk__in=list(kept)).delete()
        SUGGESTIONS.bump()
    return row
