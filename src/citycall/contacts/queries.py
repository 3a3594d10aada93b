"""Finding one person's rows by their address, and who takes messages in a browser."""

from collections.abc import Collection, Sequence

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from citycall.contacts.models import Contact, PushSubscription, last_name


def with_email(email: str) -> QuerySet[Contact]:
    """The contacts with this e-mail address, in small or capital letters; none for an empty one."""
    known = Contact.objects.alias(lower=Lower("email")).exclude(email="")
    return known.filter(lower=Lower(Value(email.strip())))


def with_phone(phone: str) -> QuerySet[Contact]:
    """The contacts with this phone number in E.164 form; none for an empty one."""
    return Contact.objects.exclude(phone="").filter(phone=phone)


def named(name: str, *, limit: int = 50) -> list[Contact]:
    """The latest contacts whose name, or last name, begins with these words (three letters up)."""
    asked = " ".join(name.lower().split())
    if len(asked) < 3:
        return []
    known = Contact.objects.exclude(name="")
    whole = known.alias(low=Lower("name")).filter(low__startswith=asked)
    last = known.alias(last=last_name()).filter(last__startswith=asked)
    found: dict[int, Contact] = {}
    for rows in (whole, last):
        found.update({each.pk: each for each in rows.order_by("-id")[:limit]})
    return [found[pk] for pk in sorted(found, reverse=True)][:limit]


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
