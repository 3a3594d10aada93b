"""What the demo's callers call about, and what the call-takers write down."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from citycall.core import clock
from citycall.demo.call_centre.line import Caller
from citycall.demo.history import words
from citycall.knowledge.models import Article
from citycall.service_requests.models import Channel, Report, ServiceRequest

_NOTES: Final = {
    "information": (
        "Asked when bulk trash is collected; read the answer.",
        "Wanted to know how to get a residential parking permit.",
        "Asked for the opening hours of the recreation center.",
        "Asked which day recycling is collected this week.",
        "Wanted the address of the nearest drop-off center.",
    ),
    "follow_up": (
        "Asked how the request stands; told the promised date.",
        "Says nobody has come yet; told what the record says.",
        "Asked why the request was closed; explained the outcome.",
        "Wants to be told when the crew comes.",
    ),
    "report": (
        "Caller gave the corner; read back the number.",
        "Described the place behind the playground; number read back twice.",
        "Reported for a neighbor; wants a text message.",
    ),
    "transferred": (
        "About a court date; passed on with the notes.",
        "About a county road; passed on.",
        "About a water bill in dispute; passed on to billing.",
    ),
    "emergency": ("Smells gas; passed to 911 at once and stayed on the line.",),
    "nothing": ("", "", "Nobody spoke.", "Wanted a shop."),
}
_AREAS: Final = (410, 443, 667)
_TO: Final = ("Water billing", "Police non-emergency", "State Highway Administration", "Courts")


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one call beside its times."""

    phone: str = ""
    name: str = ""
    kind: str = ""
    request: int | None = None
    code: str = ""
    resolved: bool | None = None
    transferred_to: str = ""
    notes: str = ""


def phone_reports(since: datetime, until: datetime) -> dict[date, list[tuple[int, datetime]]]:
    """Requests that were made by phone, each with its moment, by the city's day."""
    found: dict[date, list[tuple[int, datetime]]] = defaultdict(list)
    rows = Report.objects.filter(
        channel=Channel.PHONE, reported_at__gte=since, reported_at__lt=until
    ).values_list("service_request_id", "reported_at")
    for request, reported_at in rows.order_by("reported_at", "id"):
        found[reported_at.astimezone(clock.city_zone()).date()].append((request, reported_at))
    return found


class Matters:
    """Chooses what calls are about: requests there are, articles there are, numbers again."""

    def __init__(self, *, at: datetime, rng: np.random.Generator) -> None:
        self._rng = rng
        # Of those of which numbers are known already, the latest called.
        self._lately: list[str] = []
        since = at - timedelta(days=120)
        rows = ServiceRequest.objects.filter(requested_at__gte=since).order_by("requested_at", "id")
        self._requests = list(rows.values_list("id", "requested_at"))
        self._times = np.array([r.timestamp() for _id, r in self._requests])
        articles = Article.objects.filter(published=True, language="en").order_by("code")
        self._articles = list(articles.values_list("code", flat=True))

    def of(self, each: Caller, arrived: datetime) -> Told:
        """What this call was about."""
        rng, notes = self._rng, _NOTES[each.kind]
        kind, request, code = self._subject(each, arrived)
        phone = _number(f"request {request}") if request else self._phone()
        self._lately = [*self._lately[-1500:], phone]
        name = ""
        if rng.random() < 0.4:
            name = f"{rng.choice(words.GIVEN)} {rng.choice(words.FAMILY)}"
        chance = {"transferred": 0.0, "follow_up": 0.72, "nothing": 1.0}.get(each.kind, 0.9)
        return Told(
            phone="" if each.medium in {"visit", "letter"} or rng.random() < 0.06 else phone,
            name=name if each.kind != "nothing" else "",
            kind=kind,
            request=request,
            code=code,
            resolved=bool(rng.random() < chance),
            transferred_to=str(rng.choice(_TO)) if each.kind == "transferred" else "",
            notes=str(rng.choice(notes)),
        )

    def _subject(self, each: Caller, arrived: datetime) -> tuple[str, int | None, str]:
        if each.request is not None:
            return "made", each.request, ""
        if each.kind == "follow_up" and (request := self._request(arrived)) is not None:
            return "followed", request, ""
        if each.kind == "information" and self._articles and self._rng.random() < 0.75:
            # The first ones are asked for most.
            ahead = min(int(self._rng.geometric(0.12)), len(self._articles)) - 1
            return "article", None, self._articles[ahead]
        return "", None, ""

    def _request(self, arrived: datetime) -> int | None:
        """A request of the weeks before; most people ask early."""
        asked = arrived - timedelta(days=float(self._rng.exponential(14)), hours=3)
        index = int(np.searchsorted(self._times, asked.timestamp())) - 1
        return self._requests[index][0] if index >= 0 else None

    def _phone(self) -> str:
        if self._lately and self._rng.random() < 0.12:
            return self._lately[int(self._rng.integers(0, len(self._lately)))]
        return _number(f"caller {self._rng.integers(0, 40_000)}")


def _number(of: str) -> str:
    """A number that is nobody's, always the same of the same."""
    digits = int.from_bytes(hashlib.sha256(of.encode()).digest()[:4])
    return f"+1{_AREAS[digits // 10_000 % 3]}555{digits % 10_000:04d}"
