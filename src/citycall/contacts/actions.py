"""Forgetting who reported."""

from collections.abc import Collection
from datetime import datetime

from citycall.contacts.models import Contact


def erase(contact_ids: Collection[int], *, at: datetime) -> int:
    """Empty these contacts for good; the rows stay, so that reports still point somewhere.

    Returns how many held anything.
    """
    held = Contact.objects.filter(pk__in=contact_ids, erased_at__isnull=True)
    return held.update(name="", email="", phone="", erased_at=at)
