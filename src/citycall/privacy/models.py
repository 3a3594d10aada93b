"""The links by which a person opens everything that is theirs."""

from django.db import models

from citycall.contacts.models import Contact


class AccessLink(models.Model):
    """One link, sent to the address of a contact; it opens once and not for long."""

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="access_links")
    asked_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="access_link_by_time")]

    def __str__(self) -> str:
        return f"Link of {self.asked_at:%Y-%m-%d %H:%M}"
