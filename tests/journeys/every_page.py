"""Every page that residents meet, in each state that looks different, and what brings it about."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.urls import reverse

from citycall.analytics.refresh import refresh
from citycall.appointments import queries as appointments
from citycall.appointments.actions import book
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.follows import links as follow_links
from citycall.follows.models import Follow
from citycall.notifications import links
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.privacy import links as own_links
from citycall.privacy.models import AccessLink
from citycall.service_requests.actions import close, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import ServiceRequest
from tests.appointments import cast
from tests.city import draft
from tests.web import telling, told, town
from tests.web.test_sign_in_by_code import digits_in_mail

# Addresses that are no page of their own, and why nobody looks at them.
NOT_PAGES = {
    "report-suggested": "a part of the report's first page",
    "report-discard": "takes a form and leads on",
    "report-offline-send": "is told by the offline page, in JSON",
    "report-share": "takes a photo from another app and leads on",
    "report-photo": "a picture",
    "request-add": "takes a form and leads back",
    "request-confirm": "takes a form and leads back",
    "request-push": "takes a form and leads back",
    "book-choose": "takes a form and leads back",
    "book-wait": "takes a form and leads back",
    "book-leave": "takes a form and leads back",
    "book-calendar": "a calendar file",
    "nearby-points": "data of the map",
    "nearby-hexagons": "data of the map",
    "nearby-feed": "a feed",
    "photo": "a picture",
    "photo_small": "a picture",
    "map-tile": "data of the map",
    "map-style-light": "data of the map",
    "map-style-dark": "data of the map",
    "places-search": "data of the search",
    "places-at": "data of the map",
    "me-link": "takes a form and leads back",
    "me-data": "a file",
    "app-manifest": "data of the app",
    "service-worker": "a script",
    "forget": "takes a form and leads back",
    "sign-out": "takes a form and leads on",
    "open-data-dictionary": "a file",
    "open-data-part": "a file",
    "open-data-file": "a file",
    "article-helped": "takes a form and leads back",
    "collection-calendar": "a calendar file",
    "event-calendar": "a calendar file",
    "developers-example": "a file",
    "report-start": "takes a form and leads on",
    "here-code": "a picture",
    "request-contact": "takes a form and leads back",
    "request-calendar": "a calendar file",
    "nearby-calendar": "a calendar file",
    "nearby-request-calendar": "a calendar file",
    "sign-in-elsewhere": "leads to another site",
    "sign-in-elsewhere-back": "comes from another site and leads on",
    "me-sign-out": "takes a form and leads back",
    "me-sign-out-everywhere": "takes a form and leads back",
    "me-follow-end": "takes a form and leads back",
}
# What every state is told under: the names of addresses in ``web.urls``.
PAGES = (
    "home", "services", "service", "report", "report-stop", "report-safety", "report-where",
    "report-place", "report-details", "report-known", "report-date", "report-contact",
    "report-review", "report-offline", "track", "request", "request-dispute", "request-withdraw",
    "request-answer", "request-rate", "book", "book-cancel", "book-nobody-came",
    "nearby", "nearby-request", "me", "me-open", "me-erase", "privacy", "accessibility", "sign-in",
    "open-data", "performance", "performance-fairness", "answers",
    "article", "alerts", "alert", "permits", "programs", "collection-days", "holidays", "events",
    "directory", "developers", "developers-reference", "languages", "here", "here-sign",
    "sign-in-by-code", "sign-in-code", "me-settings", "follow", "follow-confirm", "follow-end",
)  # fmt: skip
HERE = "lon=-76.6&lat=39.29"


@dataclass(frozen=True)
class State:
    """A page as somebody meets it: its address, whose browser it is, and what is done there.

    ``sends`` is a form of the page that is sent as it is, for the page with what is wrong.
    """

    page: str
    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    sends: str = ""

    @property
    def name(self) -> str:
        """What a fault is told under."""
        return f"{self.page} {self.address}{' with errors' if self.sends else ''}"


def _cookies(client: Client) -> dict[str, str]:
    return {name: morsel.value for name, morsel in client.cookies.items()}


def build() -> None:
    """The town with all that it tells, and appointments."""
    town.build()
    cast.offer(per_year=4)
    town.draw_boundary()
    told.article()
    told.permit()
    told.alert()
    told.collections()
    told.contact()
    told.event()
    refresh(at=clock.now(), whole=True)


def states() -> Iterator[State]:
    """Every state; what they need is made as they are asked for."""
    yield from _plain()
    yield from _telling()
    yield from _followed()
    yield from _booked()
    yield from _own()
    yield from _account()
    yield from _follow()


def _plain() -> Iterator[State]:
    for page in ("home", "services", "report-offline", "track", "me", "privacy", "languages"):
        yield State(page, reverse(f"web:{page}"))
    for page in (
        "accessibility",
        "sign-in",
        "open-data",
        "performance",
        "performance-fairness",
        "answers",
        "alerts",
        "permits",
        "programs",
    ):
        yield State(page, reverse(f"web:{page}"))
    for page in ("holidays", "events", "directory", "developers", "developers-reference"):
        yield State(page, reverse(f"web:{page}"))
    yield State("collection-days", "/collection-days")
    yield State("services", "/services?q=lamp")
    yield State("service", "/services/pothole")
    yield State("service", "/services/bulk-trash")
    yield State("report", "/report")
    yield State("report", "/report?q=snow+pothole")
    yield State("track", "/track?number=12")
    yield State("track", "/r/26-00000-00000")
    yield State("me", "/me", sends="main form[method=post]")
    yield State("sign-in", "/sign-in", sends="main form[method=post]")
    yield State("answers", "/answers?q=snow+pothole")
    yield State("answers", "/answers?q=xylophone")
    yield State("article", "/answers/snow")
    yield State("article", "/answers/block-party")
    yield State("alert", "/alerts/cable")
    yield State("directory", "/directory?q=moon")
    yield State("collection-days", f"/collection-days?{HERE}")
    yield State("collection-days", "/collection-days?place=qwxyz")
    yield State("nearby", "/nearby")
    yield State("nearby", f"/nearby?{HERE}")
    yield State("nearby", "/nearby?place=qwxyz")
    yield State("nearby", "/nearby?place=herring+run&within=7")
    yield State("here", "/here/hoopers-field")
    yield State("here-sign", "/here/hoopers-field/sign")
    yield State("home", "/nowhere")


def _telling() -> Iterator[State]:
    """A report from its first step to its last, with what is wrong on each."""
    form = "main form[method=post]:has([name=told])"
    client = Client()
    telling.choose(client, "lamp-out")
    yield State("report-safety", "/report/safety", _cookies(client))
    yield State("report-safety", "/report/safety", _cookies(client), form)
    stopped = Client()
    telling.choose(stopped, "lamp-out")
    telling.send(stopped, "safety", {**telling.LAMP, "answers.wires": "yes"})
    yield State("report-stop", "/report/stop", _cookies(stopped))
    telling.send(client, "safety", telling.LAMP)
    yield State("report-where", "/report/where", _cookies(client))
    yield State("report-where", "/report/where", _cookies(client), form)
    asking = Client()
    telling.choose(asking, "pothole")
    telling.send(asking, "where", {"place": "herring run"})
    yield State("report-place", "/report/place", _cookies(asking))
    _report("lamp-out", answers={"wires": "no", "lights": "one"})
    telling.send(client, "where", telling.WHERE)
    yield State("report-known", "/report/known", _cookies(client))
    telling.send(client, "known", {"go": "on"})
    yield State("report-details", "/report/details", _cookies(client))
    yield State("report-details", "/report/details", _cookies(client), form)
    telling.send(client, "details", {**telling.DETAILS, "words": "It is dark here."})
    yield State("report-contact", "/report/contact", _cookies(client))
    telling.send(client, "contact", {})
    yield State("report-review", "/report/review", _cookies(client))
    yield State("report", "/report", _cookies(client))
    yield from _with_a_date()


def _with_a_date() -> Iterator[State]:
    client = Client()
    telling.choose(client, "bulk-trash")
    telling.send(client, "where", {"place": "1200 Harbor Street"})
    telling.send(client, "details", {"answers.count": "2", "asked": "count", "words": "A sofa."})
    yield State("report-date", "/report/date", _cookies(client))


def _report(service: str = "pothole", **changes: object) -> Receipt:
    location = Location(
        kind=LocationKind.ADDRESS, longitude=-76.6, latitude=39.29, place="1200 Harbor Street"
    )
    at = clock.now() - timedelta(days=1)
    return submit(draft(service, location=location, **changes), by=resident(), at=at)


def _reporters(made: Receipt) -> dict[str, str]:
    """The cookies of a browser that has opened the report's own link."""
    client = Client()
    address = links.address(number=numbers.show(made.number), report_id=made.report_id)
    client.get("/r/" + address.partition("/r/")[2])
    return _cookies(client)


def _followed() -> Iterator[State]:
    made = {name: _report() for name in ("new", "started", "held", "done", "closed", "withdrawn")}
    made["private"] = _report("graffiti")
    for name in ("started", "held", "done", "closed"):
        work.start(made[name].request_id, by=SYSTEM, at=clock.now())
    held = made["held"].request_id
    work.hold(held, reason="weather", words="Too wet.", by=SYSTEM, at=clock.now())
    for name in ("done", "closed"):
        close.complete(
            made[name].request_id,
            outcome_code="fixed",
            explanation="The hole was filled.",
            by=SYSTEM,
            at=clock.now(),
        )
    closed, withdrawn = made["closed"], made["withdrawn"]
    close.confirm(closed.request_id, by=resident(reports=[closed.report_id]), at=clock.now())
    close.cancel(withdrawn.request_id, reason="It is gone.", by=SYSTEM, at=clock.now())
    for receipt in made.values():
        address = f"/r/{numbers.show(receipt.number)}"
        yield State("request", address)
        yield State("request", address, _reporters(receipt))
    yield State("nearby-request", f"/nearby/{made['new'].request_id}")
    yield State("nearby", f"/nearby?{HERE}&within=2000")
    own = _reporters(made["new"])
    new = f"/r/{numbers.show(made['new'].number)}"
    yield State("request", new, own, 'form[action$="/add"]')
    yield State("request-withdraw", f"{new}/withdraw", own)
    done, own = f"/r/{numbers.show(made['done'].number)}", _reporters(made["done"])
    yield State("request-answer", f"{done}/answer", own)
    yield State("request-dispute", f"{done}/still-there", own)
    yield State("request-dispute", f"{done}/still-there", own, "main form[method=post]")
    yield State("request-rate", f"{done}/rate", own)
    yield State("request-rate", f"{done}/rate", own, "main form[method=post]")


def _booked() -> Iterator[State]:
    told_by = cast.draft()
    offer = appointments.offer_at(cast.entry(), told_by.location, at=clock.now())
    assert offer is not None
    made = book.submit(told_by, day=offer.dates[-1].day, by=resident(), at=clock.now())
    address, own = f"/book/{numbers.show(made.number)}", _reporters(made)
    yield State("book", address, own)
    yield State("book-cancel", f"{address}/cancel", own)
    yield State("book-nobody-came", f"{address}/nobody-came", own)
    yield State("book-nobody-came", f"{address}/nobody-came", own, "main form[method=post]")
    yield State("request", f"/r/{numbers.show(made.number)}", own)


def _own() -> Iterator[State]:
    made = _report()
    assert ServiceRequest.objects.filter(pk=made.request_id).exists()
    client = Client()
    client.post("/me/link", {"email": "pat@example.org"})
    address = own_links.address(AccessLink.objects.latest("pk"))
    opening = address.removeprefix(settings.PUBLIC_URL)
    yield State("me-open", opening)
    page = client.get(opening, follow=True)
    client.post(page.request["PATH_INFO"], {"key": opening.partition("key=")[2]}, follow=True)
    yield State("me", "/me", _cookies(client))
    yield State("me-erase", "/me/erase", _cookies(client))


def _account() -> Iterator[State]:
    """Signing in with a code, and what is remembered."""
    client = Client()
    yield State("sign-in-by-code", "/me/sign-in")
    yield State("sign-in-by-code", "/me/sign-in", sends="main form[method=post]")
    client.post("/me/sign-in", {"email": "pat@example.org"})
    yield State("sign-in-code", "/me/code", _cookies(client))
    yield State("sign-in-code", "/me/code", _cookies(client), "main form[method=post]")
    client.post("/me/code", {"digits": digits_in_mail()})
    yield State("me-settings", "/me/settings", _cookies(client))
    yield State("me", "/me", _cookies(client))


def _follow() -> Iterator[State]:
    """Following a service, from the question to the end."""
    yield State("follow", "/follow?service=pothole")
    yield State("follow", "/follow?service=pothole", sends="main form[method=post]")
    asked = {"service": "pothole", "email": "sam@example.org", "often": "daily"}
    Client().post("/follow", asked)
    follow = Follow.objects.latest("pk")
    for page, address in (
        ("follow-confirm", follow_links.confirm_address(follow.pk)),
        ("follow-end", follow_links.end_address(follow.pk)),
    ):
        yield State(page, address.removeprefix(settings.PUBLIC_URL))
