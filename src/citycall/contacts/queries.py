"""Who takes messages in a browser, and about which reports."""

from collections.abc import Collection, Sequence

from citycall.contacts.models import PushSubscription


def push_subscriptions(report_ids: Collection[int]) -> Sequence[PushSubscription]:
    """The browsers that take messages about these reports, in the order of the reports' ids."""
    found = PushSubscription.objects.select_related("contact").filter(report_id__in=report_ids)
    return list(found.order_by("report_id", "id"))


def push_subscription_of(contact_id: int) -> PushSubscription | None:
    """The browser that is this contact, as long as it takes messages."""
    return PushSubscription.objects.filter(contact_id=contact_id).first()


def takes_messages(*, report_id: int, endpoint: str) -> bool:
    """Whether a browser takes messages about a report."""
    return PushSubscription.objects.filter(report_id=report_id, endpoint=endpoint).exists()
