"""Links by which a person opens what is theirs, who opened contacts and why, what was hidden."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from citycall.agencies.models import Agency
from citycall.contacts.models import Contact
from citycall.notifications.models import EMAIL
from citycall.service_requests.models import Attachment, ServiceRequest


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


class ContactOpening(models.Model):
    """Somebody of the city saw the contacts of a request, until ``until``, and said why.

    ``by_id`` is the user's or key's id by ``by_kind``; the agency is that of the request then.
    """

    class Reason(models.TextChoices):
        ASK = "ask", _("To ask about the problem or the place")
        ACCESS = "access", _("To arrange a visit or access")
        TELL = "tell", _("To tell them what a message cannot")
        COMPLAINT = "complaint", _("To answer a complaint")
        CORRECT = "correct", _("To correct or erase their data")
        OTHER = "other", _("Another reason, in words")
        PROGRAM = "program", _("Read by a program with the right to it")

    CHOSEN = (
        Reason.ASK,
        Reason.ACCESS,
        Reason.TELL,
        Reason.COMPLAINT,
        Reason.CORRECT,
        Reason.OTHER,
    )

    id = models.BigAutoField(primary_key=True)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="contact_openings"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, db_index=False)
    by_kind = models.CharField(max_length=10)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    reason = models.CharField(max_length=12, choices=Reason)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="contact_opening_by_time"),
            models.Index(fields=["agency", "-at", "-id"], name="contact_opening_by_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.by_name}: {self.reason} ({self.service_request})"


class Redaction(models.Model):
    """The original of a text in which a passage was blackened; destroyed after a year.

    ``kind`` and ``row_id`` say which row it stands in, ``column`` where.
    """

    class Reason(models.TextChoices):
        PERSON = "person", _("It names or describes a person")
        CONTACT = "contact", _("It is a phone number, an address or a plate")
        INSULT = "insult", _("It insults or threatens somebody")
        OTHER = "other", _("It should not be public for another reason")

    id = models.BigAutoField(primary_key=True)
    service_request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="redactions"
    )
    kind = models.CharField(max_length=10)
    row_id = models.BigIntegerField()
    column = models.CharField(max_length=20)
    original = models.TextField()
    reason = models.CharField(max_length=10, choices=Reason)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="redaction_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}: {self.reason}"


class PhotoReview(models.Model):
    """What a person decided about a photo: public or not, and which parts are blurred.

    ``parts`` are left, top, width, height in pixels and what each is. ``original`` is the name of
    the file as it was, in a folder that no page reads, or empty where it was destroyed.
    """

    class State(models.TextChoices):
        PUBLISHED = "published", _("Public")
        PRIVATE = "private", _("Not public")

    id = models.BigAutoField(primary_key=True)
    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="review")
    state = models.CharField(max_length=10, choices=State)
    parts = models.JSONField(default=list)
    original = models.CharField(max_length=100, blank=True)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.attachment}: {self.state}"
