"""Planned shifts."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from citycall.accounts.models import User


class _Span(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


class PlannedShift(models.Model):
    """When a call-taker is to be at their desk; the break is theirs and half an hour long."""

    id = models.BigAutoField(primary_key=True)
    taker = models.ForeignKey(User, on_delete=models.PROTECT, db_index=False, related_name="shifts")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    break_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["begins"], name="shift_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins")), name="shift_ends_after_its_beginning"
            ),
            ExclusionConstraint(
                name="one_shift_at_a_time",
                expressions=[
                    ("taker", RangeOperators.EQUAL),
                    (_Span("begins", "ends"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taker_id}: {self.begins:%Y-%m-%d %H:%M}"
