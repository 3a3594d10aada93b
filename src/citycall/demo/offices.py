"""What a council office asks in the demo city, and what people of the city looked at."""

from datetime import datetime, timedelta
from typing import Final

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.core.actors import SYSTEM
from citycall.council import actions, queries
from citycall.demo.people import OFFICE
from citycall.privacy import openings
from citycall.service_requests import queries as service_requests

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
    _open(at=at)


def _open(*, at: datetime) -> None:
    """The agency's people looked at contacts, and said why."""
    dispatcher = actor_of(User.objects.get(username="dispatch"))
    known = service_requests.readable(dispatcher).filter(reports__contact__isnull=False)
    for hours, ((reason, words), row) in enumerate(
        zip(_OPENED, known.order_by("-requested_at", "-id")[: len(_OPENED)], strict=False)
    ):
        when = at - timedelta(hours=3 + 5 * hours)
        openings.open_contacts(row, reason=reason, words=words, by=dispatcher, at=when)
