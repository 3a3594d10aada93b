"""Saying afterwards how the city may reach who reported."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.catalog.queries import catalog
from citycall.catalog.specs import ContactRequirement
from citycall.contacts.models import Contact
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, Faults, NotAllowed, NotFound
from citycall.core.models import Visibility
from citycall.service_requests import checks
from citycall.service_requests.actions.change import lock, tell
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Report


class KnownAlready(Conflict):
    """The city knows already how to reach this reporter."""

    code = "contact_known"


@transaction.atomic
def give_contact(
    report_id: int, *, details: ContactDetails, language: str, by: Actor, at: datetime
) -> Report:
    """Let the reporter who gave no contact give one; from then on they are told the news.

    Raises ``NotAllowed`` unless the report is proven theirs, ``KnownAlready``, and ``Faults``.
    """
    if report_id not in by.reports:
        raise NotAllowed(_("You do not have permission to do this."))
    report = Report.objects.filter(pk=report_id).first()
    if report is None:
        raise NotFound(_("There is no such request."))
    request = lock(report.service_request_id)
    report.refresh_from_db(fields=["contact"])
    if report.contact_id is not None:
        raise KnownAlready(_("We know already how to reach you."))
    spec = catalog().service_by_id(request.service_id).spec
    if spec.contact == ContactRequirement.NOT_ASKED:
        raise NotAllowed(_("For this service the city does not ask who reports."))
    report.contact = _made(details, language=language, at=at)
    report.save(update_fields=["contact"])
    tell(
        request,
        Kind.CONTACT_GIVEN,
        by=by,
        at=at,
        data={"report": report.pk},
        visibility=Visibility.INTERNAL,
    )
    return report


def _made(details: ContactDetails, *, language: str, at: datetime) -> Contact:
    faults: dict[str, str] = {}
    email = checks.clean_email(details.email, faults=faults)
    phone = checks.clean_phone(details.phone, faults=faults)
    if not (email or phone or faults):
        faults["contact"] = _("Please give an e-mail address or a phone number.")
    if faults:
        raise Faults(faults)
    return Contact.objects.create(
        name=details.name.strip()[:150],
        email=email,
        phone=phone,
        language=language,
        created_at=at,
    )
