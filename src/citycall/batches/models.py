"""A step that somebody decided to do to many requests, and what became of each of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from citycall.accounts.models import User
from citycall.service_requests.models import ServiceRequest


class BatchStep(models.TextChoices):
    """What can be done to many requests at once."""

    ASSIGN = "assign", _("Give to somebody")
    START = "start", _("Start work")
    HOLD = "hold", _("Put on hold")
    RESUME = "resume", _("Resume work")
    COMPLETE = "complete", _("Complete")
    TRANSFER = "transfer", _("Pass to another team")
    MERGE = "merge", _("Merge into one request")
    MESSAGE = "message", _("Write to everyone")
    NOTE = "note", _("Note for staff only")
    TAG = "tag", _("Put tags on, take tags off")
    EXPORT = "export", _("Download as a table")


class State(models.TextChoices):
    """Where a batch stands."""

    PREPARED = "prepared", _("Not confirmed yet")
    WAITING = "waiting", _("Waits for a second person")
    DECLINED = "declined", _("Declined by the second person")
    RUNNING = "running", _("Being done")
    DONE = "done", _("Done")
    PARTLY = "partly", _("Done in part")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")


class Batch(models.Model):
    """One step for many requests, as one person asked for it.

    ``agencies`` are those of the requests when they were picked. ``reached`` is the id of the last
    request that was dealt with, in the order of their ids: what comes after it is still to be done,
    or taken back. ``tells_at`` is when messages about it go; ``taken_back`` and ``kept`` count the
    requests that could and could not be taken back.
    """

    id = models.BigAutoField(primary_key=True)
    step = models.CharField(max_length=12, choices=BatchStep)
    values = models.JSONField(default=dict)
    # None until everything that the step needs was said.
    ready_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    count = models.PositiveIntegerField()
    agencies = ArrayField(models.BigIntegerField(), default=list)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="batches")
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    second = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, db_index=False, related_name="decided_batches"
    )
    decided_at = models.DateTimeField(null=True)
    declined_why = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    tells_at = models.DateTimeField(null=True)
    reached = models.BigIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    undone_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, db_index=False, related_name="undone_batches"
    )
    undo_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    taken_back = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["made_by", "-made_at", "-id"], name="batch_by_maker"),
            models.Index(
                fields=["confirmed_at"], name="batch_waiting", condition=models.Q(state="waiting")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="batch_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(second__isnull=True) | ~models.Q(second=models.F("made_by")),
                name="batch_second_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} ({self.count})"


class BatchItem(models.Model):
    """One request of a batch: ``seen`` is its state when it was decided upon.

    ``why`` is the code of the reason for which it was left as it is, or not taken back, with what
    the reason is about after a colon. ``before`` is what taking back needs.
    """

    class State(models.TextChoices):
        TO_DO = "to_do"
        CHANGED = "changed"
        REFUSED = "refused"
        TAKEN_BACK = "taken_back"
        KEPT = "kept"

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items", db_index=False)
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, db_index=False)
    seen = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.TO_DO)
    why = models.CharField(max_length=80, blank=True, default="")
    before = models.JSONField(null=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "request"], name="batch_item_once")]

    def __str__(self) -> str:
        return f"{self.request_id} in batch {self.batch_id}"
