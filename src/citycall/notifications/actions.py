"""Owing somebody a message: the row and the job that sends it commit together."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs
from procrastinate.types import JSONDict

from citycall.contacts.models import Contact
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, NotFound
from citycall.core.models import Event
from citycall.core.permissions import require
from citycall.notifications import policies
from citycall.notifications.messages import Template
from citycall.notifications.models import Delivery

DELIVER_TASK = "citycall.deliver"
DELIVER_QUEUE = "mail"
EMAIL = "email"


class NotFailed(Conflict):
    """Only a message that was refused for good can be sent again."""

    code = "not_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One reporter, and the report that the message will be about."""

    contact: Contact
    report_id: int


@transaction.atomic
def notify(*, event: Event, template: Template, recipients: Iterable[Recipient]) -> int:
    """Owe each recipient with an e-mail address one message about the event.

    Returns how many are newly owed: asked again for the same event, none. Somebody who reported
    the problem twice hears of it once, about the report that comes first.
    """
    told = Delivery.objects.filter(event=event, channel=EMAIL)
    known = set(told.values_list("report_id", flat=True))
    owed = [r for r in _by_address(recipients) if r.report_id not in known]
    # Two workers with the same event: the second's rows are refused by the constraint, and its
    # job, run again, finds the first's.
    made = Delivery.objects.bulk_create(
        Delivery(
            event=event,
            contact=recipient.contact,
            report_id=recipient.report_id,
            channel=EMAIL,
            template=template.value,
            created_at=event.at,
        )
        for recipient in owed
    )
    if made:
        sendings: list[JSONDict] = [{"delivery_id": delivery.pk} for delivery in made]
        jobs.configure_task(DELIVER_TASK, queue=DELIVER_QUEUE).batch_defer(*sendings)
    return len(made)


def _by_address(recipients: Iterable[Recipient]) -> list[Recipient]:
    chosen: dict[str, Recipient] = {}
    for recipient in recipients:
        if recipient.contact.email:
            chosen.setdefault(recipient.contact.email.casefold(), recipient)
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
