"""The files of open data that can be downloaded."""

from django.db import models


class Export(models.Model):
    """One finished edition of the open data; its files lie in the folder named by ``edition``.

    ``files`` maps a format to its name, bytes and SHA-256; ``rows`` counts the requests.
    """

    id = models.BigAutoField(primary_key=True)
    edition = models.CharField(max_length=40, unique=True)
    made_at = models.DateTimeField()
    data_until = models.DateTimeField()
    rows = models.BigIntegerField()
    files = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.edition
