"""What a council office asks and reports in the demo city, and who looked at contacts there."""

from datetime import datetime, timedelta
from typing import Final

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.catalog.queries import catalog
from citycall.core import numbers
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import Faults
from citycall.council import actions, cases, queries
from citycall.demo.people import OFFICE
from citycall.places.index import AreaRef
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.privacy import openings
from citycall.service_requests import queries as service_requests
from citycall.service_requests.drafts import ContactDetails, Draft
from citycall.service_requests.models import Channel
from citycall.service_requests.published import Published

_ASKED: Final = (
    ("A resident says that nobody has come for weeks. When is it done?", "Within the next week."),
    ("Is this the same trouble as last month around the corner?", ""),
    ("The family next door is worried about it. What happens next?", ""),
)
_OPENED: Final = (("access", ""), ("ask", ""), ("other", "The address given does not exist."))


def make(*, at: datetime) -> None:
    """Count the districts, let the office ask about its latest requests, and answer the first."""
    actions.count_districts(at=at)
    office = actor_of(User.objects.get(username=OFFICE.username))
    district = queries.districts_of(office)[0]
    rows, _older = queries.latest(district, only_open=True)
    for days, ((question, answer), (row, _name)) in enumerate(zip(_ASKED, rows, strict=False)):
        asked_at = at - timedelta(days=2 + 3 * days)
        inquiry = actions.ask(
            row.id,
            question=question,
            constituent="Ms. Ellison" if days else "",
            reach="410-555-0173" if days else "",
            consent=days == 2,
            by=office,
            at=asked_at,
        )
        if answer:
            actions.answer(inquiry.pk, words=answer, by=SYSTEM, at=asked_at + timedelta(days=1))
    _speak(office, district, at=at)
    _open(at=at)


def _speak(office: Actor, district: AreaRef, *, at: datetime) -> None:
    """One resident gave the office their number, and for another it filed a report."""
    found, _older = queries.latest(district)
    rows = [row for row, _name in found]
    if not rows:
        return
    known = service_requests.readable(SYSTEM).get(pk=rows[0].id)
    number = numbers.show(known.number)
    told_at = at - timedelta(days=1)
    cases.link(number, district=district, by=office, at=told_at, reference="26-0107")
    for near in rows:
        try:
            draft = _told_near(near)
            cases.file(draft, district=district, by=office, at=told_at, reference="26-0112")
        except Faults:
            continue  # What this service asks for besides, nobody has told.
        return


def _told_near(near: Published) -> Draft:
    return Draft(
        service=catalog().service_by_id(near.service_id).code,
        channel=Channel.COUNCIL,
        location=Location(
            kind=LocationKind.POINT,
            longitude=near.longitude,
            latitude=near.latitude,
            place=near.place,
        ),
        words="A resident called our office: it has come back.",
        contact=ContactDetails(name="Lena Ortiz", phone="410-555-0164"),
        stop_read=True,
    )


def _open(*, at: datetime) -> None:
    """The agency's people looked at contacts, and said why."""
    dispatcher = actor_of(User.objects.get(username="dispatch"))
    known = service_requests.readable(dispatcher).filter(reports__contact__isnull=False)
    for hours, ((reason, words), row) in enumerate(
        zip(_OPENED, known.order_by("-requested_at", "-id")[: len(_OPENED)], strict=False)
    ):
        when = at - timedelta(hours=3 + 5 * hours)
        openings.open_contacts(row, reason=reason, words=words, by=dispatcher, at=when)
