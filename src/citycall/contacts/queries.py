"""Finding the rows of one person, who gave their address anew with each report."""

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from citycall.contacts.models import Contact


def with_email(email: str) -> QuerySet[Contact]:
    """The contacts with this e-mail address, in small or capital letters; none for an empty one."""
    known = Contact.objects.alias(lower=Lower("email")).exclude(email="")
    return known.filter(lower=Lower(Value(email.strip())))
