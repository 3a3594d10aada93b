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
