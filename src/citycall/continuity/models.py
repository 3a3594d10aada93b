"""Kits with the numbers that only they give, and the intakes that came back from them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citycall.accounts.models import User
from citycall.core import numbers
from citycall.service_requests.models import ServiceRequest


class Kit(models.Model):
    """One laptop's file, or one set of printed cards: a list of numbers that nobody else gives.

    Reports that it took are believed if they were made between ``made_at`` and ``ends_at``.
    """

    class Kind(models.TextChoices):
        LAPTOP = "laptop", _("Laptop")
        CARDS = "cards", _("Printed cards")

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False)

    class Meta:
        indexes = [models.Index(fields=["-made_at", "-id"], name="kit_by_time")]

    def __str__(self) -> str:
        return self.code


class ReservedNumber(models.Model):
    """A confirmation number that one kit may give, once; ``position`` is its place in the list."""

    number = models.BigIntegerField(primary_key=True)
    kit = models.ForeignKey(Kit, on_delete=models.PROTECT, related_name="numbers", db_index=False)
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kit", "position"], name="kit_position_once")
        ]

    def __str__(self) -> str:
        return numbers.show(self.number)


class Merge(models.Model):
    """One handing in of export files; ``files`` says of each what it held and what was done."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False)
    files = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="merge_by_time")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Intake(models.Model):
    """What was taken under one number by one computer, until and after it is a request.

    ``told`` is what was told, personal data included: it is there only while something has to be
    done. ``faults`` says by field what stands in the way. ``digest`` recognises the same text
    again. ``changed`` is a later version that arrived when the first was a request already.
    ``near`` are the ids of open requests that may be the same problem.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("To be finished")
        MERGED = "merged", _("Is a request")
        VOID = "void", _("Void")
        DISCARDED = "discarded", _("Discarded")
        EXPIRED = "expired", _("Forgotten after its time")

    id = models.BigAutoField(primary_key=True)
    number = models.ForeignKey(ReservedNumber, on_delete=models.PROTECT, related_name="intakes")
    device = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    told_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    told = models.JSONField(default=dict)
    faults = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    changed = models.JSONField(default=dict)
    near = models.JSONField(default=list)
    merge = models.ForeignKey(
        Merge, null=True, on_delete=models.PROTECT, related_name="intakes", db_index=False
    )
    request = models.ForeignKey(ServiceRequest, null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["arrived_at", "id"],
                name="intake_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(
                fields=["arrived_at", "id"],
                name="intake_changed",
                condition=~Q(changed={}),
            ),
            models.Index(fields=["merge", "id"], name="intake_by_merge"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number", "device"], name="intake_once_each_device"),
            models.UniqueConstraint(
                fields=["request"], name="intake_request_once", condition=Q(request__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "merged", "void", "discarded", "expired"]),
                name="intake_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(told={}), name="intake_keeps_nothing_personal"
            ),
        ]

    def __str__(self) -> str:
        return f"{numbers.show(self.number_id)} ({self.state})"
