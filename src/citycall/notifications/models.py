"""One row for every message that is owed to somebody."""

from django.db import models

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
