"""Accounts of residents, which give no right to anything of the city's own work."""

from django.db import models

from citycall.contacts.models import Contact


class Account(models.Model):
    """A resident who proved an e-mail address and asked to be known again by it.

    Who they are stands in the contact. ``mark`` is the digest of the address, so that there is one
    account for each; ``sessions`` counts how often everything was signed out: a session that began
    under another number is over.
    """

    id = models.BigAutoField(primary_key=True)
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="account")
    mark = models.BinaryField(max_length=32, unique=True)
    sessions = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    signed_in_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Account {self.pk}"


class Elsewhere(models.Model):
    """How another sign-in, which the city trusts, names the person of an account."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="elsewhere")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="elsewhere_is_one_account")
        ]

    def __str__(self) -> str:
        return f"{self.issuer}: {self.subject}"


class OwnReport(models.Model):
    """A report that was made while its reporter was signed in."""

    report_id = models.BigIntegerField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="reports")

    def __str__(self) -> str:
        return f"Report {self.report_id} of account {self.account_id}"


class SignInCode(models.Model):
    """A code that is, or will be, in a message; of its six digits only a keyed digest is kept.

    The address is here because it need not be known to the city yet; the row is removed within a
    day. ``digest`` is empty until the message is written.
    """

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField()
    language = models.CharField(max_length=10)
    digest = models.BinaryField(max_length=32, null=True)
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["email", "asked_at"], name="sign_in_code_by_email"),
            models.Index(fields=["asked_at"], name="sign_in_code_by_time"),
        ]

    def __str__(self) -> str:
        return f"Code of {self.asked_at:%Y-%m-%d %H:%M}"
