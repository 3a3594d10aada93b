"""The links by which a person opens everything that is theirs."""

from django.db import models

from citycall.contacts.models import Contact
from citycall.notifications.models import EMAIL


class AccessLink(models.Model):
    """One link, sent to the address or number of a contact; it opens once and not for long.

    ``channel`` says by which of the two, which is what opening it proves.
    """

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="access_links")
    channel = models.CharField(max_length=10, default=EMAIL)
    asked_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="access_link_by_time")]

    def __str__(self) -> str:
        return f"Link of {self.asked_at:%Y-%m-%d %H:%M}"
