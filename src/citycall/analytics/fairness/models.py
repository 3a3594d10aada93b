"""What was found out last, by layer of areas."""

from django.db import models


class Finding(models.Model):
    """All findings of a layer as plain values (``findings.as_json``), of the facts ``as_of``.

    ``in_public`` are those of public services that show their places alone: nothing else is told
    to everybody. There are none of a layer that nobody but staff is told of.
    """

    layer = models.CharField(max_length=100, primary_key=True)
    as_of = models.DateTimeField()
    found = models.JSONField()
    in_public = models.JSONField(null=True)
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.layer} as of {self.as_of:%Y-%m-%d}"
