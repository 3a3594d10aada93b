"""The models that were trained on the city's own history."""

from django.db import models


class TrainedModel(models.Model):
    """One training's model and what was measured of it; the latest is the one that is asked.

    ``content`` is a file of arrays (``suggesting.Model``), ``examples`` counts the requests that it
    learned from and ``data_until`` is when the last of them was received. ``measured`` has shares
    (0 to 1) on later requests than those learned from: ``first`` and ``among_three`` right,
    ``calibration_error``, ``threshold``, ``right_above`` it and ``offered`` at all.
    """

    id = models.BigAutoField(primary_key=True)
    made_at = models.DateTimeField()
    data_until = models.DateTimeField()
    examples = models.PositiveIntegerField()
    services = models.PositiveIntegerField()
    measured = models.JSONField(default=dict)
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}: {self.examples} requests"
