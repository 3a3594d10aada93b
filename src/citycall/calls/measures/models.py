"""The half hours of the call centre, and which of them are to be counted again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Cut(models.TextChoices):
    """By what the conversations of a half hour are told apart."""

    ALL = "all", _("All together")
    MEDIUM = "medium", _("Medium")
    LANGUAGE = "language", _("Language")
    TOPIC = "topic", _("Topic")
    TAKER = "taker", _("Call-taker")


def _waits() -> "ArrayField[list[int], list[int]]":
    return ArrayField(models.PositiveIntegerField(), default=list)


class HalfHour(models.Model):
    """What was counted of the conversations that arrived in one half hour; see ``Counts``.

    ``value`` is the medium, language or topic, or the call-taker's id; empty for all together.
    """

    id = models.BigAutoField(primary_key=True)
    begins = models.DateTimeField()
    cut = models.CharField(max_length=10, choices=Cut)
    value = models.CharField(max_length=40, blank=True)

    offered = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    abandoned = models.PositiveIntegerField()
    call_backs = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    waits = _waits()
    left = _waits()
    still = _waits()
    speed_seconds = models.FloatField()
    longest_seconds = models.FloatField()
    menu = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    handled = models.PositiveIntegerField()
    talk_seconds = models.FloatField()
    held_seconds = models.FloatField()
    wrap_seconds = models.FloatField()
    reports = models.PositiveIntegerField()
    follow_ups = models.PositiveIntegerField()
    informations = models.PositiveIntegerField()
    transfers = models.PositiveIntegerField()
    emergencies = models.PositiveIntegerField()
    nothings = models.PositiveIntegerField()
    contacts = models.PositiveIntegerField()
    first_contacts = models.PositiveIntegerField()
    repeats = models.PositiveIntegerField()
    staffed_seconds = models.FloatField()
    busy_seconds = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cut", "begins", "value"], name="half_hour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.begins:%Y-%m-%d %H:%M} {self.cut} {self.value}"


class Resolution(models.Model):
    """Whether one contact was a first contact, as found when its half hour was last counted.

    ``first`` is none for what turned out not to be a contact. ``xid`` is the transaction that
    found it, so that the facts can follow. Says nothing of who called; what was found of a call
    stands when its number is erased.
    """

    call = models.OneToOneField(
        "calls.Call", primary_key=True, on_delete=models.CASCADE, related_name="resolution"
    )
    first = models.BooleanField(null=True)
    xid = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["xid"], name="resolution_by_transaction")]

    def __str__(self) -> str:
        return f"{self.call_id}: {self.first}"


class Recount(models.Model):
    """A half hour in which something changed; the database notes it, the job counts it anew.

    One row a change, so that two changes of the same half hour never wait for each other.
    ``spread`` says that the half hours that depend on it have been noted, too.
    """

    id = models.BigAutoField(primary_key=True)
    begins = models.DateTimeField()
    spread = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [models.Index(fields=["begins"], name="recount_by_time")]

    def __str__(self) -> str:
        return f"{self.begins:%Y-%m-%d %H:%M}"
