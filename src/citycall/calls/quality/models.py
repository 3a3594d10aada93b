"""What conversations are scored by, which are scored, and what was found."""

from django.db import models
from django.db.models import Q

from citycall.accounts.models import User


class Criterion(models.Model):
    """One line of the city's score card; ``weight`` says how much it counts beside the others."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80)
    hint = models.CharField(max_length=300, blank=True)
    weight = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(default=0)
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=10), name="criterion_weight"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Sample(models.Model):
    """A conversation that was drawn to be scored, for its call-taker and week (its Monday).

    ``two`` asks for two reviewers, who do not see each other's scores, to compare how they score.
    """

    id = models.BigAutoField(primary_key=True)
    call = models.OneToOneField("calls.Call", on_delete=models.CASCADE, related_name="sample")
    taker = models.ForeignKey(
        User, on_delete=models.PROTECT, db_index=False, related_name="samples"
    )
    week = models.DateField()
    disposition = models.CharField(max_length=12)
    two = models.BooleanField(default=False)
    drawn_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["week", "taker"], name="sample_by_week"),
            models.Index(fields=["taker", "-week"], name="sample_by_taker"),
        ]

    def __str__(self) -> str:
        return f"Sample {self.pk} of {self.week}"


class Review(models.Model):
    """What one reviewer found: points from 0 to 3 for each criterion's id, none: not applicable.

    ``share`` is the weighted part of the points that could be had, by the weights of that day;
    none where nothing was applicable. ``words`` are for the call-taker; ``seen_at`` is when they
    first saw them.
    """

    id = models.BigAutoField(primary_key=True)
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, db_index=False, related_name="reviews_given"
    )
    points = models.JSONField(default=dict)
    share = models.FloatField(null=True)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "reviewer"], name="reviewed_once"),
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="review_by_time")]

    def __str__(self) -> str:
        return f"Review {self.pk}"
