"""Who proved to be somebody: by an address, a phone number, or an account."""

from dataclasses import dataclass

from django.db.models import QuerySet

from citycall.contacts.models import Contact
from citycall.contacts.queries import with_email, with_phone
from citycall.residents import accounts
from citycall.service_requests import personal
from citycall.service_requests.models import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A proven e-mail address, with the account that goes with it, or a proven phone number.

    A number proves no account: an account is its address's, and tells a number unproven.
    """

    email: str = ""
    phone: str = ""
    account_id: int | None = None

    def contacts(self) -> QuerySet[Contact]:
        """The contacts that are this person's, and those given with reports made while signed in.

        Those may have another address or none: a contact belongs to one report alone.
        """
        if self.account_id is None:
            return self._proven()
        own = Report.objects.filter(pk__in=accounts.reports_of(self.account_id))
        return self._proven() | Contact.objects.filter(pk__in=own.values("contact_id"))

    def _proven(self) -> QuerySet[Contact]:
        if self.email:
            return with_email(self.email)
        return with_phone(self.phone).filter(account__isnull=True)

    def reports(self) -> QuerySet[Report]:
        """The reports told with these contacts, or made while signed in."""
        if self.account_id is None:
            return personal.reports_of(self._proven())
        return personal.reports_of(self._proven(), also=accounts.reports_of(self.account_id))

    @property
    def name(self) -> str:
        """What was proven, as the person knows it."""
        return self.email or self.phone


def of_email(email: str) -> Person:
    """Who reads the messages to this address."""
    account = accounts.of_email(email)
    return Person(email=email, account_id=None if account is None else account.pk)


def of_phone(phone: str) -> Person:
    """Who reads the messages to this number, in E.164 form."""
    return Person(phone=phone)
