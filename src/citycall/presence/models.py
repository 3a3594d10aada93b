"""One row for each person at each page, renewed while the page is open and soon forgotten."""

from django.db import models

from citycall.accounts.models import User


class Presence(models.Model):
    """Somebody at the page of a request; ``writing`` is the part of it that they write in."""

    id = models.BigAutoField(primary_key=True)
    request_id = models.BigIntegerField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False)
    writing = models.CharField(max_length=20, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["seen_at"], name="presence_by_time")]
        constraints = [models.UniqueConstraint(fields=["request_id", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.user} at request {self.request_id}"
