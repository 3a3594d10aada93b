"""Personal data about reporters lives here and nowhere else."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Lower


def last_name() -> models.Func:
    """The last word of a contact's name, in small letters."""
    return models.Func(
        Lower("name"),
        models.Value("^.* "),
        models.Value(""),
        function="regexp_replace",
        output_field=models.CharField(),
    )


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
            models.Index(
                OpClass(Lower("name"), name="text_pattern_ops"),
                name="contact_by_name",
                condition=~models.Q(name=""),
            ),
            models.Index(
                OpClass(last_name(), name="text_pattern_ops"),
                name="contact_by_last_name",
                condition=~models.Q(name=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True) | models.Q(name="", email="", phone=""),
                name="erased_contact_is_empty",
            )
        ]

    def __str__(self) -> str:
        return f"Contact {self.pk}"


class PushSubscription(models.Model):
    """A browser that asked for messages about one report; its contact has nothing else.

    ``endpoint`` is the browser's own secret address at its maker's push service, ``public_key``
    and ``secret`` are what messages to it are encrypted with, both in base64url.
    """

    id = models.BigAutoField(primary_key=True)
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="push")
    report_id = models.BigIntegerField()
    endpoint = models.CharField(max_length=1000)
    public_key = models.CharField(max_length=100)
    secret = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["endpoint"], name="push_by_endpoint")]
        constraints = [
            models.UniqueConstraint(fields=["report_id", "endpoint"], name="push_once_a_report")
        ]

    def __str__(self) -> str:
        return f"Push messages about report {self.report_id}"
