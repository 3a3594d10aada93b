"""Personal data about reporters lives here and nowhere else."""

from django.db import models
from django.db.models.functions import Lower


class Contact(models.Model):
    """A person who told the city something and how they wish to hear back.

    After erasure only the row's id and ``erased_at`` are left.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=10, default="en")
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                Lower("email"), name="contact_by_any_email", condition=~models.Q(email="")
            ),
            models.Index(fields=["phone"], name="contact_by_phone", condition=~models.Q(phone="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(name="", email="", phone=""),
                name="erased_contact_is_empty",
            )
        ]

    def __str__(self) -> str:
        return f"Contact {self.pk}"
