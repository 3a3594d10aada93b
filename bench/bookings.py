"""Everybody wants the same date in the same moment, half by the website and half by a program."""

import http.client
import json
import re
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench import stage

SERVICE = "bulk-trash"
ANSWERS = {"items": ["sofa"], "count": 1, "where": "curb"}
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_DAY = re.compile(r'name="day"[^>]*value="(\d{4}-\d\d-\d\d)"')


@dataclass
class Person:
    """Somebody with a connection of their own; ``fate`` is what became of their wish."""

    number: int
    port: int
    secret: str = ""
    link: str = ""
    report: dict[str, Any] = field(default_factory=dict)
    confirmation: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    fate: str = ""
    offered: int = 0
    seconds: float = 0.0

    def connect(self) -> None:
        """Open the connection; on the website, read the page with the dates first."""
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        self.line.connect()
        if self.link:
            parts = urlsplit(self.link)
            self._ask("GET", f"{parts.path}?{parts.query}")
            _status, page = self._ask("GET", parts.path)
            self.token = _CSRF.findall(page)[0]

    def book(self, day: date) -> None:
        """Ask for the date, and note what is answered and after how many seconds."""
        begun = time.perf_counter()
        try:
            # What was opened with the page may have been closed since, as a browser knows too.
            self.line.close()
            status, text = self._by_page(day) if self.link else self._by_program(day)
        except (OSError, http.client.HTTPException) as error:
            self.fate = f"no answer: {type(error).__name__}"
        else:
            self.fate = self._read(status, text, day)
        self.seconds = time.perf_counter() - begun

    def _by_page(self, day: date) -> tuple[int, str]:
        body = urlencode({"csrfmiddlewaretoken": self.token, "day": day.isoformat()})
        path = f"{urlsplit(self.link).path}/date"
        return self._ask("POST", path, body, "application/x-www-form-urlencoded")

    def _by_program(self, day: date) -> tuple[int, str]:
        body = json.dumps({**self.report, "day": day.isoformat()})
        return self._ask("POST", "/api/v1/service_requests", body, "application/json")

    def _read(self, status: int, text: str, day: date) -> str:
        if status in {200, 201, 302}:
            if status != 302:
                self.confirmation = json.loads(text)["number"]
            return "booked"
        if status == 409:
            told = json.loads(text)
            days = [each["day"] for each in told["dates"]]
            plain = told["code"] == "date_gone" and bool(told["detail"])
        else:
            days, plain = _DAY.findall(text), status == 422
        self.offered = len(set(days) - {day.isoformat()})
        return "told" if plain and self.offered and day.isoformat() not in days else f"{status}"

    def _ask(self, method: str, path: str, body: str = "", kind: str = "") -> tuple[int, str]:
        headers = {"Host": f"127.0.0.1:{self.port}", "Origin": f"http://127.0.0.1:{self.port}"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        if kind:
            headers["Content-Type"] = kind
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
            headers["Idempotency-Key"] = f"bench-booking-{self.number}"
        self.line.request(method, path, body or None, headers)
        answer = self.line.getresponse()
        for name, text in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _equals, rest = text.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, answer.read().decode()


def measure(where: stage.Stage, *, secret: str, people: int, places: int) -> dict[str, Any]:
    """``people`` ask at once for a date with ``places``; what each was answered, and when."""
    day, spot = _offer(where, places=places)
    port = stage.free_port()
    gather = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(
        gather, env={**where.environment, "DJANGO_SETTINGS_MODULE": "citycall.settings"}, check=True
    )
    site = stage.web(where, port=port, CITYCALL_PUBLIC_URL=f"http://127.0.0.1:{port}")
    try:
        links = _reported(people // 2, spot)
        crowd = [Person(n, port, link=link) for n, link in enumerate(links)]
        crowd += [
            Person(n, port, secret=secret, report=_report(n, spot))
            for n in range(len(links), people)
        ]
        _all_at_once(crowd, Person.connect)
        seconds = _all_at_once(crowd, lambda each: each.book(day))
        again = [each for each in crowd if each.fate == "booked" and each.secret]
        before = [each.confirmation for each in again]
        _all_at_once(again, lambda each: each.book(day))
        return {
            "people": people,
            "places": places,
            **_counted(crowd, seconds=seconds),
            "sent_again_same_number": [each.confirmation for each in again] == before,
            **_kept(where, day, people=people),
        }
    finally:
        site.stop()


def _all_at_once(crowd: Sequence[Person], act: Callable[[Person], None]) -> float:
    """Everybody begins in the same moment; how many seconds until the last is done."""
    start = threading.Barrier(len(crowd) + 1)

    def one(person: Person) -> None:
        start.wait()
        act(person)

    threads = [threading.Thread(target=one, args=(each,)) for each in crowd]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


def _counted(crowd: Sequence[Person], *, seconds: float) -> dict[str, Any]:
    waits = sorted(each.seconds * 1000 for each in crowd)
    fates = Counter(each.fate for each in crowd)
    told = [each for each in crowd if each.fate == "told"]
    return {
        "booked": fates.pop("booked", 0),
        "told_with_next_dates": fates.pop("told", 0),
        "anything_else": dict(fates),
        "next_dates_offered_least": min((each.offered for each in told), default=0),
        "seconds": round(seconds, 2),
        "p50_ms": round(statistics.median(waits)),
        "p99_ms": round(waits[int(len(waits) * 0.99) - 1]),
        "max_ms": round(waits[-1]),
    }


_SEATS = """
SELECT count(*), count(DISTINCT seat), count(DISTINCT service_request_id)
FROM appointments_appointment WHERE state = 'booked' AND day = '{day}'
"""
_WITHOUT = """
SELECT count(*) FROM service_requests_servicerequest request
WHERE NOT EXISTS (SELECT FROM appointments_appointment a WHERE a.service_request_id = request.id)
"""


def _kept(where: stage.Stage, day: date, *, people: int) -> dict[str, Any]:
    """What is in the database: seats of the date, and nothing half taken."""
    rows, seats, requests = where.psql(_SEATS.format(day=day))[0]
    without = int(str(where.psql(_WITHOUT)[0][0]))
    return {
        "rows_of_the_date": rows,
        "different_seats": seats,
        "different_requests": requests,
        "requests_without_a_date": without,
        "reported_before": people // 2,
    }


def _report(number: int, spot: tuple[float, float]) -> dict[str, Any]:
    return {
        "service": SERVICE,
        "location": {
            "kind": "address",
            "longitude": spot[0],
            "latitude": spot[1],
            "place": f"{number} N Calvert St",
        },
        "words": "An old sofa.",
        "answers": ANSWERS,
        "contact": {"name": f"Person {number}", "email": f"person{number}@example.org"},
    }


def _offer(where: stage.Stage, *, places: int) -> tuple[date, tuple[float, float]]:
    """Let the service come everywhere on every day; the date and the point that all want."""
    from citycall.appointments import queries
    from citycall.catalog.actions import save_service
    from citycall.catalog.queries import catalog
    from citycall.catalog.specs import ServiceSpec
    from citycall.core.actors import SYSTEM
    from citycall.places.locations import Location
    from citycall.places.models import LocationKind

    at = datetime.now(UTC)
    spec = catalog().service(SERVICE).spec.model_dump(mode="json", exclude_none=True)
    kept = {k: v for k, v in spec["booking"].items() if k not in {"routes", "per_year"}}
    weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    spec["booking"] = {**kept, "weekdays": weekdays, "capacity": places}
    save_service(spec=ServiceSpec.model_validate(spec), by=SYSTEM, at=at)
    middle = where.psql("SELECT avg(longitude), avg(latitude) FROM places_place")[0]
    longitude, latitude = (float(str(part)) for part in middle)
    place = Location(kind=LocationKind.POINT, longitude=longitude, latitude=latitude)
    offer = queries.offer_at(catalog().service(SERVICE), place, at=at)
    if offer is None or not offer.dates:
        raise RuntimeError("The service offers no dates.")
    return offer.dates[0].day, (longitude, latitude)


def _reported(count: int, spot: tuple[float, float]) -> list[str]:
    """So many people reported before and have no date yet; the links in their messages."""
    from citycall.core import numbers
    from citycall.core.actors import resident
    from citycall.notifications import links
    from citycall.service_requests.actions.submit import submit

    found = []
    for number in range(count):
        receipt = submit(_draft(number, spot), by=resident(), at=datetime.now(UTC))
        shown = numbers.show(receipt.number)
        found.append(links.date_address(number=shown, report_id=receipt.report_id))
    return found


def _draft(number: int, spot: tuple[float, float]) -> Any:
    from citycall.places.locations import Location
    from citycall.places.models import LocationKind
    from citycall.service_requests.drafts import ContactDetails, Draft
    from citycall.service_requests.models import Channel

    told = _report(number, spot)
    return Draft(
        service=SERVICE,
        channel=Channel.WEB,
        location=Location(
            kind=LocationKind.ADDRESS,
            longitude=spot[0],
            latitude=spot[1],
            place=told["location"]["place"],
        ),
        words=told["words"],
        answers=ANSWERS,
        contact=ContactDetails(**told["contact"]),
        idempotency_key=str(uuid.uuid4()),
    )
