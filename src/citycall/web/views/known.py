"""Is it known already? Then this report joins it in one tap; and how to reach who reports."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from citycall.catalog.specs import ContactRequirement
from citycall.core import clock
from citycall.core.errors import Faults
from citycall.service_requests.actions.tell_more import NotOpen
from citycall.web import alerts, known, signed_in, steps, telling
from citycall.web.forms import ContactForm
from citycall.web.steps import Step
from citycall.web.views.alerts import answered_by
from citycall.web.views.sending import deliver
from citycall.web.views.telling import StepView, go_on

_LONGEST = 20_000
_OF_CONTACT = frozenset({"contact", "email", "phone"})


class Known(StepView):
    """Alerts, open problems and answers that it may be, on one page."""

    step = Step.KNOWN
    template = "web/report/known.html"
    answered = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        """What it may be; without anything, the next step."""
        if not known.known(self.telling).worth_a_page:
            return self._next(request)
        return super().get(request)

    def take(self, request: HttpRequest) -> dict[str, str]:
        """The known problem that it is, or none.

        The page never has its number, since a number can prove a report.
        """
        self.answered = request.POST.get("alert", "")
        chosen = request.POST.get("joins", "")
        offered = {str(request_id) for request_id in known.joinable(self.telling)}
        self.telling.joins = chosen if chosen in offered else ""
        if chosen and not self.telling.joins:
            return {"joins": _("This problem is no longer open. Please choose again.")}
        return {}

    def passed(self, request: HttpRequest) -> HttpResponse:
        """A report that joins a known problem needs nothing more, unless nobody could be asked."""
        if self.answered:
            return answered_by(request, self.answered)
        self.telling.asked_at = known.place_mark(self.telling)
        if not self.telling.joins:
            return self._next(request)
        if self._must_say_how_to_reach():
            telling.save(request, self.telling)
            return redirect(steps.address(Step.CONTACT))
        return join(self, request)

    def sending_key(self) -> str:
        """Adding to a known problem sends it."""
        return self.telling.joining_key

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """What it may be."""
        found = known.known(self.telling)
        return {
            "problems": known.problems_told(found.problems, at=clock.now()),
            "alerts": alerts.several(found.alerts),
            "answers": found.answers,
            "fault": faults.get("joins", ""),
        }

    def _next(self, request: HttpRequest) -> HttpResponse:
        self.telling.asked_at = known.place_mark(self.telling)
        return go_on(request, self.telling, passed=self.step)

    def _must_say_how_to_reach(self) -> bool:
        required = self.entry.spec.contact == ContactRequirement.REQUIRED
        return required and not (self.telling.email.strip() or self.telling.phone.strip())


class Contact(StepView):
    """How may the city reach you?"""

    step = Step.CONTACT
    template = "web/report/contact.html"

    def take(self, request: HttpRequest) -> dict[str, str]:
        """Name, e-mail and phone as typed."""
        for name in ContactForm.base_fields:
            setattr(self.telling, name, request.POST.get(name, "")[:_LONGEST])
        return {}

    def faults(self) -> dict[str, str]:
        """What is wrong with them."""
        return self.telling.faults("name", "email", "phone", "contact")

    def passed(self, request: HttpRequest) -> HttpResponse:
        """A report that joins a known problem is sent from here."""
        return join(self, request) if self.telling.joins else super().passed(request)

    def sending_key(self) -> str:
        """Only what joins a known problem is sent from here."""
        return self.telling.joining_key if self.telling.joins else ""

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """The form."""
        typed = {name: getattr(self.telling, name) for name in ContactForm.base_fields}
        if not faults and self.step.value not in self.telling.done and not any(typed.values()):
            typed |= signed_in.contact_of(self.request)
        return {"form": ContactForm(typed=typed, faults=faults)}


def join(view: StepView, request: HttpRequest) -> HttpResponse:
    """Add the report to the known problem; where that has ended meanwhile, go on with it alone."""
    try:
        return deliver(request, view.telling)
    except NotOpen as error:
        messages.warning(request, error.message)
        view.telling.joins = ""
        return go_on(request, view.telling, passed=view.step)
    except Faults as error:
        telling.save(request, view.telling)
        wrong = Step.CONTACT if _OF_CONTACT.intersection(error.faults) else Step.DETAILS
        return redirect(steps.address(wrong))
