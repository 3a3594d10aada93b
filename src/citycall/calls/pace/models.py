"""Sums of a half hour, so that no question about the pace reads calls gone by."""

from django.db import models


class PaceSum(models.Model):
    """What was handled, answered and left in a half hour, by when it was over.

    ``handled`` conversations took ``handling_s`` seconds in all, of which ``wrap_up_s`` after the
    caller had gone; ``handling_s2`` sums the squares. ``waited_s`` is the time waited by those who
    were answered and those who ``left``.
    """

    begins_at = models.DateTimeField(primary_key=True)
    handled = models.PositiveIntegerField(default=0)
    handling_s = models.FloatField(default=0)
    handling_s2 = models.FloatField(default=0)
    wrap_up_s = models.FloatField(default=0)
    answered = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    waited_s = models.FloatField(default=0)

    class Meta:
        app_label = "calls"

    def __str__(self) -> str:
        return f"{self.begins_at:%Y-%m-%d %H:%M}"
