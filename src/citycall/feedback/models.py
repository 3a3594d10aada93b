"""What reporters said of a completed request."""

from django.db import models

from citycall.service_requests.models import Report, ServiceRequest


class Verdict(models.Model):
    """One reporter's answer to one completion of their request."""

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed"
        DISPUTED = "disputed"

    id = models.BigAutoField(primary_key=True)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="verdicts"
    )
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="verdicts")
    answer = models.CharField(max_length=10, choices=Answer)
    completed_at = models.DateTimeField()
    given_at = models.DateTimeField()
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "completed_at"], name="one_verdict_per_completion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.answer}"


class Rating(models.Model):
    """How satisfied one reporter was in the end, and what could be better; for staff only.

    ``satisfied`` runs from 1, not at all, to 5, very. Given once for each report.
    """

    LEAST, MOST = 1, 5

    id = models.BigAutoField(primary_key=True)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="ratings"
    )
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="rating")
    satisfied = models.PositiveSmallIntegerField()
    better = models.TextField(blank=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(satisfied__gte=1, satisfied__lte=5), name="rating_in_scale"
            )
        ]
        indexes = [models.Index(fields=["given_at", "id"], name="rating_by_time")]

    def __str__(self) -> str:
        return f"{self.report}: {self.satisfied} of {self.MOST}"
