"""Pairs that may be one problem, places where trouble returns, and which words are rare."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citycall.accounts.models import User
from citycall.agencies.models import Agency
from citycall.catalog.models import Service
from citycall.service_requests.models import ServiceRequest


class PairState(models.TextChoices):
    """What was decided about a pair."""

    OPEN = "open", _("Waiting for a decision")
    MERGED = "merged", _("The same problem")
    DISMISSED = "dismissed", _("Not the same")


class Pair(models.Model):
    """Two requests that may be one problem: ``newer`` would be merged into ``older``.

    ``reasons`` are those of ``rules.Reason``, as they were when the pair was found. Once decided it
    stays decided: nobody is asked the same twice.
    """

    id = models.BigAutoField(primary_key=True)
    newer = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="older_lookalikes"
    )
    older = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="newer_lookalikes"
    )
    probability = models.FloatField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=PairState, default=PairState.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["-probability", "-id"], name="pair_likeliest", condition=Q(state="open")
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["newer", "older"], name="pair_once"),
            models.CheckConstraint(condition=~Q(newer=F("older")), name="pair_of_two"),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1), name="pair_probability"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newer_id} like {self.older_id}: {self.probability:.2f}"


class RepeatState(models.TextChoices):
    """Where the work on a place's cause stands."""

    OPEN = "open", _("Nobody has looked into it")
    LOOKED_INTO = "looked_into", _("The cause is looked into")
    SETTLED = "settled", _("The cause is put right")


class RepeatPlace(models.Model):
    """A spot where the same trouble came back again and again after it had been closed.

    ``service`` is that of most of its requests, ``services`` all of them. ``times`` is how often
    trouble came in the year before ``counted_at``: what was told while it was open counts once.
    """

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    services = ArrayField(models.BigIntegerField())
    longitude = models.FloatField()
    latitude = models.FloatField()
    h3_cell = models.BigIntegerField()
    place = models.CharField(max_length=300, blank=True)
    times = models.PositiveIntegerField()
    last_at = models.DateTimeField()
    counted_at = models.DateTimeField()
    found_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=RepeatState, default=RepeatState.OPEN)
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    cause = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-times", "-id"], name="repeat_most"),
            models.Index(fields=["h3_cell"], name="repeat_by_cell"),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.times} times"


class RepeatRequest(models.Model):
    """A request that belongs to a repeat place; to one only."""

    request = models.OneToOneField(
        ServiceRequest, primary_key=True, on_delete=models.CASCADE, related_name="repeat_place"
    )
    place = models.ForeignKey(RepeatPlace, on_delete=models.CASCADE, related_name="members")

    def __str__(self) -> str:
        return f"{self.request_id} at {self.place_id}"


class RepeatChange(models.Model):
    """What was decided about a repeat place: who, when, and in which words."""

    id = models.BigAutoField(primary_key=True)
    place = models.ForeignKey(RepeatPlace, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    state = models.CharField(max_length=12, choices=RepeatState)
    owner = models.CharField(max_length=150, blank=True)
    cause = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.by}: {self.state}"


class Vocabulary(models.Model):
    """In how many of the latest reports the words of each bucket occur (see ``rarity``).

    No word can be read from it: a bucket holds many.
    """

    id = models.BigAutoField(primary_key=True)
    made_at = models.DateTimeField()
    texts = models.PositiveIntegerField()
    counts = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.texts} texts"


class Scan(models.Model):
    """Until which changed request all have been looked through for lookalikes; one row.

    ``until`` is when that one was changed, ``request_id`` its id: many are changed at one time.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    until = models.DateTimeField()
    request_id = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"until {self.until}"
