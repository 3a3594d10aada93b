"""The inbox of what telephone systems tell: an event is a row before anything follows from it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a telephone system tells of a call."""

    NEW = "new", _("New call")
    MENU = "menu", _("Chosen in the menu")
    QUEUED = "queued", _("Waits in the queue")
    OFFERED = "offered", _("Rings at a desk")
    ANSWERED = "answered", _("Answered")
    HELD = "held", _("Put on hold")
    RESUMED = "resumed", _("Taken off hold")
    TRANSFERRED = "transferred", _("Transferred")
    CALL_BACK = "call_back", _("Asked to be called back")
    ENDED = "ended", _("Ended")
    STARTED = "started", _("The telephone system started")


class SwitchEvent(models.Model):
    """One event of one call, as the telephone system ``switch`` told it.

    ``event_id`` is the system's own, or a digest of what was told: the same one is kept once.
    ``at`` is when it happened, ``received_at`` when we heard. ``applied_at`` is none while nothing,
    or not all, could be done with it; ``fault`` says why, and ``next_at`` when it is tried again.
    ``data`` may hold telephone numbers and a name, which are taken out some days later
    (``erased_at``).
    """

    id = models.BigAutoField(primary_key=True)
    switch = models.CharField(max_length=40)
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=Kind)
    call_key = models.CharField(max_length=100)
    call = models.ForeignKey(
        "calls.Call",
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="switch_events",
    )
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["switch", "call_key", "at"], name="switch_event_by_call"),
            # The few that still wait, however many came.
            models.Index(
                fields=["next_at", "id"],
                name="switch_event_waiting",
                condition=Q(applied_at__isnull=True),
            ),
            models.Index(
                fields=["received_at"],
                name="switch_event_to_erase",
                condition=Q(erased_at__isnull=True),
            ),
            models.Index(
                fields=["call"], name="switch_event_of_call", condition=Q(call__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["switch", "event_id"], name="switch_event_once"),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="switch_event_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.switch} {self.call_key}: {self.get_kind_display()}"
