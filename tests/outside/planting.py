"""A city where something is planted wherever a person can write, through every door."""

from datetime import timedelta
from pathlib import Path

from django.test import Client

from citycall.accounts.actions import issue_key
from citycall.accounts.models import User
from citycall.appointments.actions import book, change
from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.contacts.actions import subscribe
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.exchange.history import import_history
from citycall.exchange.webhooks.actions import save_webhook
from citycall.feedback import actions as feedback
from citycall.feedback import ratings
from citycall.knowledge import opinions
from citycall.knowledge.models import Opinion
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions import close, merge, tell_more, work
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Channel, Report, ServiceRequest
from citycall.service_requests.policies import SUBMIT_SCOPE
from tests.appointments import cast
from tests.city import City, draft
from tests.exchange.history.exports import MAPPING
from tests.notifications.browsers import Subscriber
from tests.outside.planter import PRIVACIES, PUBLIC_WORD, Planter
from tests.outside.plants import Plants
from tests.web import telling, told, town

HIDING = {
    "code": "needles",
    "name": "Needles found",
    "group": "Health",
    "agency": "streets",
    "team": "cleaning",
    "outcomes": ["fixed", "not-found"],
    "privacy": "hidden_location",
}


def plant(city: City, plants: Plants, folder: Path) -> None:
    """Everything: every door, privacy and state, and what stands beside requests."""
    save_service(spec=ServiceSpec.model_validate(HIDING), by=SYSTEM, at=clock.now())
    planter = Planter(city, plants)
    for service in PRIVACIES:
        _states(planter, service)
        _doors(planter, service)
    _imported(planter, folder)
    _by_hand(planter)
    _booked(planter)
    _beside_requests(planter)


def _doors(planter: Planter, service: str) -> None:
    for channel in (Channel.OPEN311, Channel.API, Channel.APP, Channel.EMAIL):
        planter.report(service, channel.value, channel=channel)
    planter.report(service, "staff on behalf", channel=Channel.PHONE, by=planter.city.call_taker)
    _key, secret = issue_key(
        name=planter.plants.name("name of a key"), scopes=[SUBMIT_SCOPE], by=SYSTEM, at=planter.at
    )
    planter.plants.secret(secret, "secret of a key")
    _through_open311(planter, service, secret)
    _through_api(planter, service, secret)


def _through_open311(planter: Planter, service: str, secret: str) -> None:
    plants, where = planter.plants, f"{service} through Open311"
    sent = Client().post(
        "/open311/v2/requests.json",
        {
            "service_code": service,
            "lat": "39.2912",
            "long": "-76.6012",
            "description": f"{PUBLIC_WORD}! {plants.words(where, named=service != 'pothole')}",
            "first_name": plants.name(where),
            "last_name": plants.name(where),
            "email": plants.email(where),
            "phone": plants.phone(where),
            "device_id": plants.name(where),
            "account_id": plants.name(where),
        },
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert sent.status_code in {200, 201}, sent.content


def _through_api(planter: Planter, service: str, secret: str) -> None:
    plants, where = planter.plants, f"{service} through the API"
    sent = Client().post(
        "/api/v1/service_requests",
        {
            "service": service,
            "words": plants.words(where),
            "wanted": plants.words(where),
            "location": {"kind": "point", "longitude": -76.602, "latitude": 39.292},
            "contact": {
                "name": plants.name(where),
                "email": plants.email(where),
                "phone": plants.phone(where),
            },
        },
        content_type="application/json",
        headers={
            "Authorization": f"Bearer {secret}",
            "Idempotency-Key": plants.name("key of a call"),
        },
    )
    assert sent.status_code in {200, 201}, sent.content
    plants.secret(sent.json()["number"], f"{where}, number")


def _states(planter: Planter, service: str) -> None:
    """One request in each state, with words wherever a step takes them."""
    city, plants = planter.city, planter.plants
    made = {name: planter.report(service, name) for name in _STATES}
    for name in ("assigned", "completed", "disputed", "disputed by staff"):
        planter.note(made[name], f"{service}, {name}")
    work.start(made["assigned"].request_id, by=SYSTEM, at=planter.at)
    team = "sorting"
    work.transfer(
        made["transferred"].request_id,
        team_code=team,
        reason=plants.words(f"{service}, reason to pass on"),
        by=SYSTEM,
        at=planter.at,
    )
    for name in ("completed", "confirmed", "disputed", "disputed by staff", "undisputed"):
        planter.complete(made[name])
    _judged(planter, made, service)
    own = resident(reports=[made["withdrawn"].report_id])
    close.cancel(
        made["withdrawn"].request_id, reason=plants.words("withdrawn"), by=own, at=planter.at
    )
    close.refer(
        made["referred"].request_id,
        referred_to="The county, 410-555-0199",
        by=SYSTEM,
        at=planter.at,
    )
    merge.merge(
        made["merged"].request_id,
        parent_id=made["assigned"].request_id,
        by=city.administrator,
        at=planter.at,
    )
    joined = draft(
        service,
        words=plants.words(f"{service}, joined"),
        contact=planter.contact(f"{service}, joined"),
    )
    tell_more.add_report(made["assigned"].number, joined, by=resident(), at=planter.at)


_STATES = (
    "new",
    "assigned",
    "transferred",
    "completed",
    "confirmed",
    "disputed",
    "disputed by staff",
    "undisputed",
    "withdrawn",
    "referred",
    "merged",
)


def _judged(planter: Planter, made: dict[str, Receipt], service: str) -> None:
    plants = planter.plants
    for name, judge in (("confirmed", feedback.confirm), ("disputed", feedback.dispute)):
        report = Report.objects.get(pk=made[name].report_id)
        by = resident(reports=[report.pk])
        better = plants.words(f"{service}, rating")
        ratings.rate(report, satisfied=1, better=better, by=by, at=planter.at)
        judge(report, by=by, at=planter.at, words=plants.words(f"{service}, {name}"))
        said = plants.words(f"{service}, added later")
        tell_more.add_information(report.service_request_id, words=said, by=by, at=planter.at)
    feedback.dispute(
        Report.objects.get(pk=made["disputed by staff"].report_id),
        by=planter.city.administrator,
        at=planter.at,
        words=plants.words(f"{service}, dispute that staff wrote down"),
    )
    ServiceRequest.objects.filter(pk=made["undisputed"].request_id).update(verify_until=planter.at)
    feedback.close_undisputed_due(at=planter.at)


def _imported(planter: Planter, folder: Path) -> None:
    plants = planter.plants
    mapping = folder / "springfield.yaml"
    mapping.write_text(MAPPING)
    table = folder / "past.csv"
    rows = [
        f'{n},Pot hole,Roads,DONE,2024-05-01 10:00,2024-05-02,Call,"{plants.words("import")}",'
        f"12,Elm St,-76.6,39.3,Ward 3,red,{plants.name('import')},{plants.email('import')}"
        for n in range(3)
    ]
    head = "id,type,office,status,opened,closed,via,words,house,street,x,y,ward,colour,name,email"
    table.write_text("\n".join([head, *rows]))
    import_history(table, mapping=mapping, by=SYSTEM, at=planter.at)


def _by_hand(planter: Planter) -> None:
    """A report page by page, as a resident's browser sends it."""
    plants, client = planter.plants, Client()
    telling.choose(client, "lamp-out")
    telling.send(client, "safety", telling.LAMP)
    place = {**telling.WHERE, "directions": plants.words("web, directions")}
    telling.send(client, "where", place)
    words = plants.words("web, words")
    telling.send(client, "details", {**telling.DETAILS, "answers.pole": words[:50], "words": words})
    telling.send(client, "known", {"go": "on"})
    contact = planter.contact("web, contact")
    telling.send(
        client,
        "contact",
        {"name": contact.name, "email": contact.email, "phone": plants.phone("web, contact")},
    )
    sent = client.post("/report/review", telling.seen(client.get("/report/review")))
    number = numbers.show(telling.number_of(sent))
    plants.secret(number, "web, number")


def _booked(planter: Planter) -> None:
    plants = planter.plants
    cast.offer()
    for name in ("booked", "moved", "given up"):
        told_by = cast.draft(
            contact=planter.contact(f"appointment, {name}"),
            words=plants.words(f"appointment, {name}"),
            location=Location(
                kind=LocationKind.ADDRESS,
                longitude=-76.6,
                latitude=39.29,
                place=f"{len(plants.told)} E Monument St",
                directions=plants.words(f"appointment, {name}, directions"),
            ),
        )
        offer_days = [planter.at.date() + timedelta(days=n) for n in range(5, 12)]
        first, second = [day for day in offer_days if day.weekday() < 5][:2]
        made = book.submit(told_by, day=first, by=resident(), at=clock.now())
        own = resident(reports=[made.report_id])
        if name == "moved":
            change.move(made.request_id, day=second, by=own, at=clock.now())
        if name == "given up":
            said = plants.words("appointment, given up")
            change.cancel(made.request_id, by=own, at=clock.now(), words=said)


def _beside_requests(planter: Planter) -> None:
    """Staff, browsers, webhooks, opinions, searches: what is not a request and personal."""
    plants, at = planter.plants, clock.now()
    report = Report.objects.order_by("pk").first()
    assert report is not None
    browser = Subscriber()
    subscribe(
        report_id=report.pk,
        endpoint=f"https://93.184.215.14/{plants.name('push address')}",
        public_key=browser.public_key,
        secret=plants.secret(browser.secret, "push secret"),
        language="en",
        by=resident(reports=[report.pk]),
        at=at,
    )
    _hook, secret = save_webhook(
        name=plants.name("name of a webhook"),
        url=f"https://93.184.215.14/{plants.name('address of a webhook')}",
        by=SYSTEM,
        at=at,
    )
    plants.secret(secret, "secret of a webhook")
    told.article()
    visitor = plants.name("visitor")
    subject = Opinion.Subject.ARTICLE
    opinions.say_whether_it_helped(
        subject=subject, code="snow", visitor=visitor, helped=False, at=at
    )
    opinions.say_what_was_missing(
        subject=subject, code="snow", visitor=visitor, words=plants.words("opinion"), at=at
    )
    opinions.note_unanswered(words=plants.name("search"), language="en", on=at.date())
    for user in User.objects.all():
        user.first_name = user.last_name = plants.name("staff")
        user.email = plants.email("staff")
        user.save()


def build(plants: Plants, folder: Path) -> City:
    """The town with all that it tells, and everything planted in it."""
    city = town.build()
    town.draw_boundary()
    told.permit()
    told.alert()
    told.collections()
    told.contact()
    told.event()
    plant(city, plants, folder)
    return city
