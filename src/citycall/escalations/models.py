"""Which request is looked at when, and which steps were taken for which promise."""

from django.db import models
from django.db.models import Q

from citycall.agencies.models import Agency
from citycall.catalog.models import Service
from citycall.service_requests.models import ServiceRequest


class Policy(models.Model):
    """Steps for a service, an agency or the city; ``definition`` is a ``PolicySpec``."""

    code = models.SlugField(max_length=40, unique=True)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT)
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT)
    active = models.BooleanField(default=True)
    definition = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "service"],
                condition=Q(active=True),
                nulls_distinct=False,
                name="escalation_policy_once",
            )
        ]

    def __str__(self) -> str:
        return self.code


class Watch(models.Model):
    """An open request with a date: ``next_at`` is when its next step comes, none while paused.

    ``promise`` counts the promises that it has had: a pause only moves the present one's end,
    a reopening or another service begins a new one. ``started_at`` is when its clock began.
    """

    service_request = models.OneToOneField(
        ServiceRequest, primary_key=True, on_delete=models.CASCADE, related_name="watch"
    )
    promise = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"], name="escalation_next", condition=Q(next_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"Request {self.service_request_id}, promise {self.promise}"


class Escalation(models.Model):
    """One step that was taken for one promise; ``told`` is false where it was no news any more."""

    id = models.BigAutoField(primary_key=True)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="escalations"
    )
    promise = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    told = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service_request", "promise", "step"], name="escalation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} of request {self.service_request_id}"
