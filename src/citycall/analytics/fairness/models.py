"""What was found out last, by layer of areas."""

from django.db import models


class Finding(models.Model):
    """All findings of a layer as plain values (``findings.as_json``), of the facts ``as_of``."""

    layer = models.CharField(max_length=100, primary_key=True)
    as_of = models.DateTimeField()
    found = models.JSONField()
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.layer} as of {self.as_of:%Y-%m-%d}"
