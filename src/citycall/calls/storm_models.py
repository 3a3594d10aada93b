"""Storm mode as it is kept: from when until when, by whom, and what it was about."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from citycall.accounts.models import User


class StormSpell(models.Model):
    """One time in storm mode, or a drill of it; ``ended_at`` is none for the present one.

    ``ends_at`` is when it ends by itself. ``alert`` and ``service`` are codes, ``request_id`` the
    incident that reports join, ``areas`` ("layer/code") and ``circle`` where; without either the
    whole city. ``words`` are the banner's.
    """

    id = models.BigAutoField(primary_key=True)
    drill = models.BooleanField(default=False)
    words = models.CharField(max_length=300)
    alert = models.CharField(max_length=80, blank=True)
    service = models.CharField(max_length=80, blank=True)
    request_id = models.BigIntegerField(null=True)
    areas = ArrayField(models.CharField(max_length=141), default=list)
    circle = models.JSONField(null=True)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, db_index=False, related_name="storms_begun"
    )
    begun_by_name = models.CharField(max_length=200)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-begun_at", "-id"], name="storm_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"],
                name="one_present_storm",
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("begun_at")),
                name="storm_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return self.words
