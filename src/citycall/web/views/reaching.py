"""How may the city reach you? Asked once more when the report is made, for who left it empty."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citycall.core import clock, numbers, phrases
from citycall.core.errors import Faults
from citycall.service_requests.actions.give_contact import KnownAlready, give_contact
from citycall.service_requests.drafts import ContactDetails
from citycall.web import visits
from citycall.web.forms import ContactForm
from citycall.web.views.following import own_report, show, told_to

_LONGEST = 300


@require_POST
def give(request: HttpRequest, number: str) -> HttpResponse:
    """Keep the contact with the visitor's report; what is wrong is said beside the field."""
    told = told_to(request, numbers.read(number))
    report = own_report(told)
    typed = {name: request.POST.get(name, "")[:_LONGEST] for name in ContactForm.base_fields}
    try:
        give_contact(
            report.pk,
            details=ContactDetails(**typed),
            language=phrases.spoken(),
            by=visits.resident_of(request),
            at=clock.now(),
        )
    except Faults as error:
        return show(request, told, contact=ContactForm(typed=typed, faults=error.faults))
    except KnownAlready:
        # A second tap, or a second page: what was told first holds.
        return redirect("web:request", number=numbers.show(told.number))
    messages.success(request, _("Thank you. You will hear from us when something changes."))
    return redirect("web:request", number=numbers.show(told.number))
