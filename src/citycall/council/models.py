"""What offices ask, whose reports they follow, and each district's months in numbers."""

from django.db import models
from django.db.models import Q

from citycall.agencies.models import Agency
from citycall.service_requests.models import Report, ServiceRequest


class Inquiry(models.Model):
    """An office asks the responsible agency about a request, for somebody of its district.

    ``constituent`` and ``reach`` are the office's own: the agency sees them only where the person
    agreed, which ``consent_at`` says, and they are forgotten some time after the answer.
    """

    id = models.BigAutoField(primary_key=True)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="inquiries"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, db_index=False)
    district = models.CharField(max_length=150)
    question = models.TextField()
    constituent = models.CharField(max_length=150, blank=True)
    reach = models.CharField(max_length=200, blank=True)
    consent_at = models.DateTimeField(null=True)
    asked_by_id = models.BigIntegerField(null=True)
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by_name = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["agency", "due_at", "id"],
                name="inquiry_to_answer",
                condition=Q(answered_at__isnull=True),
            ),
            models.Index(fields=["district", "-asked_at", "-id"], name="inquiry_of_district"),
            models.Index(
                fields=["asked_at"],
                name="inquiry_with_person",
                condition=~Q(constituent="", reach=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="inquiry_answered_in_words",
            )
        ]

    def __str__(self) -> str:
        return f"{self.district}: {self.service_request}"


class Case(models.Model):
    """A report that an office follows for a resident: filed by it, or known by its number.

    ``reference`` is the office's own, forgotten some time later. Who the resident is stands with
    the report, as for every reporter, and not here. ``told_event`` is the last event that the
    office was told of.
    """

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="council_cases")
    district = models.CharField(max_length=150)
    filed = models.BooleanField()
    reference = models.CharField(max_length=60, blank=True)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    told_event = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["district", "-at", "-id"], name="case_of_district"),
            models.Index(fields=["at"], name="case_with_reference", condition=~Q(reference="")),
        ]
        constraints = [models.UniqueConstraint(fields=["report", "district"], name="case_once")]

    def __str__(self) -> str:
        return f"{self.district}: {self.report}"


class DistrictMonth(models.Model):
    """What was received of a service in an area in a month, and what became of it so far.

    ``month`` is the first of the month by the city's calendar; ``median_days`` is from receipt to
    completion of what was completed.
    """

    id = models.BigAutoField(primary_key=True)
    area_id = models.IntegerField()
    service_id = models.BigIntegerField()
    month = models.DateField()
    received = models.PositiveIntegerField()
    open = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    completed = models.PositiveIntegerField()
    median_days = models.FloatField(null=True)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area_id", "month", "service_id"], name="district_month_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.area_id}, {self.month}: {self.received}"
