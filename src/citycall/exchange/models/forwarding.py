"""Other bodies' Open311 servers, what was passed on to them, and the updates both ways."""

from django.db import models

from citycall.core.models import Event
from citycall.service_requests.models import ServiceRequest


class Partner(models.Model):
    """Another body's Open311 server, to which requests of chosen services are passed on.

    ``services`` maps our service codes to theirs. ``profile`` names its dialect
    (``exchange.open311.profiles``). Its API key is not stored: the environment gives it, as
    ``CITYCALL_PARTNER_<CODE>_KEY`` or a file. Updates whose time is before ``updates_until``,
    by the partner's clock, have been received. Until ``resting_until`` it is left alone.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=1000)
    jurisdiction_id = models.CharField(max_length=100, blank=True)
    profile = models.CharField(max_length=40, default="standard")
    services = models.JSONField(default=dict)
    poll_every_seconds = models.PositiveIntegerField(default=60)
    updates_until = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Forward(models.Model):
    """One request passed on to one partner; ``remote_id`` is its id there, once known.

    With state ``waiting`` a token was given instead of an id. ``unsure_since`` is when an
    attempt ended without an answer, so that the request may be there already.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        WAITING = "waiting"
        SENT = "sent"
        REFUSED = "refused"

    id = models.BigAutoField(primary_key=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="forwards")
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="forwards"
    )
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    remote_id = models.CharField(max_length=200, null=True)  # noqa: DJ001  (unique where known)
    token = models.CharField(max_length=200, blank=True)
    remote_status = models.CharField(max_length=60, blank=True)
    remote_updated_at = models.DateTimeField(null=True)
    unsure_since = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "service_request"], name="forwarded_once"),
            models.UniqueConstraint(fields=["partner", "remote_id"], name="remote_id_once"),
        ]
        indexes = [
            models.Index(
                fields=["partner", "id"],
                name="forward_unsettled",
                condition=models.Q(state__in=["pending", "waiting"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.remote_id or self.state}"


class ForwardedEvent(models.Model):
    """One of our events owed to a partner as an update of what was passed on."""

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        REFUSED = "refused"

    id = models.BigAutoField(primary_key=True)
    forward = models.ForeignKey(Forward, on_delete=models.PROTECT, related_name="events")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    remote_update_id = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["forward", "event"], name="event_forwarded_once")
        ]
        indexes = [
            models.Index(
                fields=["forward"],
                name="forwarded_event_owed",
                condition=models.Q(state="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.forward_id}: {self.event_id}"


class ReceivedUpdate(models.Model):
    """An update that another system told of, so that told again it does nothing.

    ``source`` is ``partner:<id>`` for what we fetched and ``key:<id>`` for what was sent to us.
    ``event`` is what it became here; none where it changed nothing.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=60)
    update_id = models.CharField(max_length=200)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="received_updates"
    )
    status = models.CharField(max_length=60)
    told_at = models.DateTimeField()
    received_at = models.DateTimeField()
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "update_id"], name="update_received_once")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.update_id}"
