"""Finding one person's rows by their address, and who takes messages in a browser."""

from collections.abc import Collection, Sequence

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from citycall.contacts.models import Contact, PushSubscription


def with_email(email: str) -> QuerySet[Contact]:
    """The contacts with this e-mail address, in small or capital letters; none for an empty one."""
    known = Contact.objects.alias(lower=Lower("email")).exclude(email="")
    return known.filter(lower=Lower(Value(email.strip())))


def with_phone(phone: str) -> QuerySet[Contact]:
    """The contacts with this phone number in E.164 form; none for an empty one."""
    return Contact.objects.exclude(phone="").filter(phone=phone)


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
