"""The step that offers free dates, for services that come by appointment."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from citycall.appointments import queries as appointments
from citycall.appointments.actions.hold import hold
from citycall.appointments.actions.seats import DateGone
from citycall.appointments.queries import Offer
from citycall.core import clock
from citycall.core.errors import Faults
from citycall.web import booked_dates, pace
from citycall.web.forms import DateForm
from citycall.web.steps import Step
from citycall.web.views.telling import StepView


class WhichDate(StepView):
    """When shall the crew come? The chosen date is held for a quarter of an hour."""

    step: ClassVar[Step] = Step.DATE
    template: ClassVar[str] = "web/report/date.html"

    @cached_property
    def offer(self) -> Offer | None:
        """What is free for the place that was told."""
        return appointments.offer_at(
            self.entry,
            self.telling.location(),
            at=clock.now(),
            holder=self.telling.key,
            answers=self.telling.own_answers(),
        )

    def take(self, request: HttpRequest) -> dict[str, str]:
        """Keep the chosen date."""
        self.telling.day = request.POST.get("day", "")[:10]
        return {}

    def faults(self) -> dict[str, str]:
        """A date is needed where any is free, and it must be free still: it is held from here."""
        if self.offer is None or not self.offer.dates:
            self.telling.day = ""
            return {}
        chosen = self.telling.date
        if chosen is None:
            return {"day": _("Please choose a date.")}
        pace.count(self.request, booked_dates.HOLDS, "hold a date")
        try:
            hold(
                self.entry,
                self.telling.location(),
                day=chosen,
                holder=self.telling.key,
                at=clock.now(),
                answers=self.telling.own_answers(),
            )
        except DateGone:
            del self.offer  # What is free has to be looked at anew.
            return {"day": gone()}
        except Faults as error:
            return {"day": error.message}
        return {}

    def show(self, faults: Mapping[str, str]) -> dict[str, Any]:
        """The first free dates, or all of them."""
        offer, at = self.offer, clock.now()
        dates = list(offer.dates) if offer is not None else []
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        chosen = next((place for place, d in enumerate(dates) if d.day == self.telling.date), 0)
        every = "all" in asked or chosen >= booked_dates.FIRST
        shown = dates if every else dates[: booked_dates.FIRST]
        return {
            "form": DateForm(
                typed={"day": self.telling.day},
                dates=booked_dates.choices(shown, at=at),
                faults=faults,
            ),
            "any": bool(dates),
            "served": offer is not None and offer.route is not None,
            "all": every,
            "later": len(dates) - len(shown),
        }


def gone() -> str:
    """What is said where a date went to somebody else in the meantime."""
    return _(
        "This date has been taken in the meantime. Everything else is kept; please choose another."
    )
