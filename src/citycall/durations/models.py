"""What the latest requests of each service took, worked out from time to time."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Duration(models.Model):
    """The course of a service's latest requests in an area (0: the whole city).

    ``days`` are the days after which 1, 2, ... percent of them were done, as far as that is
    known; ``done`` how many of them were, ``waiting`` how many were not yet.
    """

    pk = models.CompositePrimaryKey("service_id", "area_id")
    service_id = models.BigIntegerField()
    area_id = models.IntegerField()
    days = ArrayField(models.FloatField(), default=list)
    done = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(done__gte=1), name="duration_has_examples")
        ]

    def __str__(self) -> str:
        return f"service {self.service_id} in {self.area_id}: {self.done} done"
