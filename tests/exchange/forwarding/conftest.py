"""A small city that passes potholes on to the County, whose server stands in for the network."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.exchange.forwarding import actions
from citycall.exchange.forwarding.polling import poll
from citycall.exchange.forwarding.sending import send_owed
from citycall.exchange.forwarding.speaking import Line
from citycall.exchange.forwarding.specs import PartnerSpec
from citycall.exchange.models import Forward, Partner
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.events import SUBJECT
from tests import city as small_city
from tests.city import NOW, City, draft

from .partner_server import PartnerServer


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()


@pytest.fixture
def server() -> PartnerServer:
    return PartnerServer()


@dataclass
class Exchange:
    """The city's side: its partner, its clock, and what its worker would do."""

    city: City
    server: PartnerServer
    partner: Partner
    at: datetime = NOW
    reacted: int = field(default=0)

    def pass_time(self, **amount: float) -> None:
        self.at += timedelta(**amount)
        self.server.clock += timedelta(**amount)

    def report(self, service: str = "pothole", **changes: object) -> int:
        """The id of a new request."""
        told = draft(service, **changes)
        return submit(told, by=self.city.resident, at=self.at).request_id

    def react(self) -> None:
        """What the table of reactions does with each event that is new."""
        rows = Event.objects.filter(subject_kind=SUBJECT, pk__gt=self.reacted).order_by("pk")
        for event in rows:
            self.reacted = event.pk
            if event.kind == "submitted":
                actions.forward(event)
            else:
                actions.owe_update(event)

    def send(self) -> datetime | None:
        self.react()
        return send_owed(
            self.partner.pk,
            line=self.line,
            now=lambda: self.at,
            sleep=lambda seconds: self.pass_time(seconds=seconds),
        )

    def poll(self) -> int:
        return poll(self.partner.pk, line=self.line, now=lambda: self.at)

    def line(self, partner: Partner) -> Line:
        return Line(partner, reach=self.server.reach, now=lambda: self.at)

    def passed_on(self, **changes: object) -> Forward:
        """A request that the partner has taken."""
        request_id = self.report(**changes)  # type: ignore[arg-type]
        self.send()
        return Forward.objects.get(service_request_id=request_id)

    def forward(self) -> Forward:
        return Forward.objects.get()

    def county(self) -> Partner:
        return Partner.objects.get(pk=self.partner.pk)


def spec(**changes: object) -> PartnerSpec:
    told: dict[str, object] = {
        "code": "county",
        "name": "The County",
        "url": "https://8.8.8.8/open311/v2",
        "profile": "citycall",
        "services": {"pothole": "PTHL", "water-leak": "LEAK"},
    }
    return PartnerSpec.model_validate({**told, **changes})


@pytest.fixture
def exchange(
    city: City, server: PartnerServer, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Exchange]:
    """Makes the exchange; its words change the partner."""
    monkeypatch.setattr("citycall.exchange.open311.patience.time.sleep", lambda seconds: None)

    def make(**changes: object) -> Exchange:
        partner = actions.save_partner(spec=spec(**changes), by=SYSTEM, at=NOW)
        return Exchange(city, server, partner)

    return make


@pytest.fixture
def county(exchange: Callable[..., Exchange]) -> Exchange:
    """The County's server is a CityCall, too."""
    return exchange()


@pytest.fixture
def plain(exchange: Callable[..., Exchange]) -> Exchange:
    """The County's server knows the standard and nothing more."""
    return exchange(profile="standard")
