"""One row for every message that is owed to somebody, and the texts that agencies often write."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from citycall.agencies.models import Agency
from citycall.contacts.models import Contact
from citycall.core.models import Event

EMAIL, PUSH, SMS = "email", "push", "sms"


class Delivery(models.Model):
    """One message about one event to one contact; made once however often the event is handled."""

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        FAILED = "failed"
        SKIPPED = "skipped"

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="deliveries")
    report_id = models.BigIntegerField()
    channel = models.CharField(max_length=10, default=EMAIL)
    template = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["report_id"], name="delivery_by_report"),
            models.Index(
                fields=["-created_at", "-id"],
                name="delivery_failed",
                condition=models.Q(state="failed"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "contact", "channel", "report_id"], name="delivery_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} by {self.channel}: {self.state}"


class TextUse(models.TextChoices):
    """What a text of an agency's is written for."""

    COMPLETE = "complete", _("What was done")
    HOLD = "hold", _("Why it waits")
    MESSAGE = "message", _("Message to everyone")
    REFER = "refer", _("Whose it is")


class StandardText(models.Model):
    """What an agency often writes, in each language that it is written in.

    ``words`` are by language; those of the city's first language are always there. Fields such as
    ``{{ number }}`` stand for what differs from request to request; see ``texts.FIELDS``.
    """

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="standard_texts")
    use = models.CharField(max_length=10, choices=TextUse)
    name = models.CharField(max_length=80)
    words = models.JSONField(default=dict)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "use", "name"], name="standard_text_once")
        ]

    def __str__(self) -> str:
        return self.name
