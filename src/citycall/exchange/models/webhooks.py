"""Who wants to be told of events, and each telling."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from citycall.accounts.models import ApiKey
from citycall.core.models import Event


class Webhook(models.Model):
    """An address that is told of events: all of them, or those of some kinds, services, areas.

    Its signing secret is not stored: it is derived from the server's own secret, the id and
    ``generation``, which a rotation counts up. ``key`` is the API key that made it, none where an
    administrator did.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=1000)
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT)
    kinds = ArrayField(models.CharField(max_length=40), default=list)
    services = ArrayField(models.BigIntegerField(), default=list)
    areas = ArrayField(models.IntegerField(), default=list)
    generation = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event owed to one webhook; ``tries`` are the last attempts, latest last.

    Each try: ``at`` (ISO time), ``status`` (HTTP status or null), ``problem`` (empty when taken)
    and ``milliseconds``.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    tries = models.JSONField(default=list)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="webhook_told_once")
        ]
        indexes = [models.Index(fields=["webhook", "-created_at", "-id"], name="webhook_by_time")]

    def __str__(self) -> str:
        return f"{self.webhook_id}: {self.event_id}"
