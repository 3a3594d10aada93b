"""Owing somebody a message: the row and the job that sends it commit together."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs
from procrastinate.types import JSONDict

from citycall.contacts.models import Contact, PushSubscription
from citycall.contacts.queries import push_subscriptions
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, NotFound
from citycall.core.models import Event
from citycall.core.permissions import require
from citycall.notifications import policies
from citycall.notifications.messages import Template
from citycall.notifications.models import EMAIL, PUSH, Delivery

DELIVER_TASK = "citycall.deliver"
DELIVER_QUEUE = "mail"


class NotFailed(Conflict):
    """Only a message that was refused for good can be sent again."""

    code = "not_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One reporter, and the report that the message will be about.

    ``contact`` is none where nothing was left; a browser may have asked for messages all the same.
    """

    contact: Contact | None
    report_id: int


@transaction.atomic
def notify(*, event: Event, template: Template, recipients: Iterable[Recipient]) -> int:
    """Owe each recipient one message about the event, by e-mail and in each browser that asked.

    Returns how many are newly owed: asked again for the same event, none. Somebody who reported
    the problem twice hears of it once, about the report that comes first.
    """
    known = set(Delivery.objects.filter(event=event).values_list("channel", "report_id"))
    reached = list(recipients)
    owed = [
        *((EMAIL, contact, report_id) for contact, report_id in _by_address(reached)),
        *((PUSH, s.contact, s.report_id) for s in _by_browser(reached)),
    ]
    # Two workers with the same event: the second's rows are refused by the constraint, and its
    # job, run again, finds the first's.
    made = Delivery.objects.bulk_create(
        Delivery(
            event=event,
            contact=contact,
            report_id=report_id,
            channel=channel,
            template=template.value,
            created_at=event.at,
        )
        for channel, contact, report_id in owed
        if (channel, report_id) not in known
    )
    if made:
        sendings: list[JSONDict] = [{"delivery_id": delivery.pk} for delivery in made]
        jobs.configure_task(DELIVER_TASK, queue=DELIVER_QUEUE).batch_defer(*sendings)
    return len(made)


def _by_address(recipients: Iterable[Recipient]) -> list[tuple[Contact, int]]:
    chosen: dict[str, tuple[Contact, int]] = {}
    for recipient in recipients:
        contact = recipient.contact
        if contact is not None and contact.email:
            chosen.setdefault(contact.email.casefold(), (contact, recipient.report_id))
    return list(chosen.values())


def _by_browser(recipients: Iterable[Recipient]) -> list[PushSubscription]:
    chosen: dict[str, PushSubscription] = {}
    for subscription in push_subscriptions([recipient.report_id for recipient in recipients]):
        chosen.setdefault(subscription.endpoint, subscription)
    return list(chosen.values())


@transaction.atomic
def send_again(delivery_id: int, *, by: Actor) -> Delivery:
    """Owe a refused message once more, say after the mail server was put right.

    Raises ``NotAllowed``, ``NotFound`` and ``NotFailed``.
    """
    require(policies.PERMISSIONS, "send_again", by=by)
    try:
        delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    except Delivery.DoesNotExist:
        raise NotFound(_("There is no such message.")) from None
    if delivery.state != Delivery.State.FAILED:
        raise NotFailed(_("Only a message that could not be delivered can be sent again."))
    delivery.state = Delivery.State.PENDING
    delivery.save(update_fields=["state"])
    jobs.configure_task(DELIVER_TASK, queue=DELIVER_QUEUE).defer(delivery_id=delivery.pk)
    return delivery
