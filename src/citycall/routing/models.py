"""The rules that say whose work a request is."""

from django.db import models

from citycall.agencies.models import Team
from citycall.catalog.models import Service
from citycall.places.models import Area


class RoutingRule(models.Model):
    """Send a service (any, where empty), in an area, at a time, to a team; most specific wins.

    ``days`` are ISO weekdays (1 Monday to 7 Sunday), all when empty; ``from_time`` to
    ``to_time`` is local and may run over midnight. The rule without any condition is the
    fallback.
    """

    code = models.SlugField(max_length=80, unique=True)
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="rules"
    )
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.PROTECT, related_name="rules"
    )
    days = models.JSONField(default=list, blank=True)
    from_time = models.TimeField(null=True, blank=True)
    to_time = models.TimeField(null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="rules")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(from_time__isnull=True, to_time__isnull=True)
                | models.Q(from_time__isnull=False, to_time__isnull=False),
                name="rule_has_both_times_or_none",
            )
        ]

    def __str__(self) -> str:
        return self.code
