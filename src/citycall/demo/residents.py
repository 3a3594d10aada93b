"""A resident of the demo city who has an account, some reports and what they follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings

from citycall.catalog.queries import catalog
from citycall.catalog.specs import Privacy
from citycall.core.actors import SYSTEM
from citycall.follows import actions as follows
from citycall.follows.actions import Wanted
from citycall.follows.models import Often
from citycall.residents import accounts
from citycall.service_requests import queries
from citycall.service_requests.models import ServiceRequest

EMAIL: Final = "sam.reyes@example.org"
_REPORTS: Final = 5


def make(*, at: datetime) -> None:
    """Make the account, let some of the latest reports be its own, and follow two things."""
    account = accounts.enter(EMAIL, language=settings.LANGUAGE_CODE, at=at)
    accounts.remember(
        account, name="Sam Reyes", phone="+14105550117", language=account.contact.language
    )
    latest = [
        request
        for request in queries.work_list(SYSTEM, size=50).rows
        if catalog().service_by_id(request.service_id).spec.privacy is Privacy.PUBLIC
    ]
    for request in latest[:_REPORTS]:
        accounts.own(account, report_id=queries.reports_of(request)[0].pk)
    for wanted, often in _wanted(latest):
        follows.ask(
            wanted,
            email=EMAIL,
            often=often,
            language=account.contact.language,
            proven=True,
            at=at,
        )


def _wanted(latest: Sequence[ServiceRequest]) -> list[tuple[Wanted, Often]]:
    """The place of the first report that has one, and its service."""
    placed = next((each for each in latest if each.longitude is not None), None)
    if placed is None or placed.longitude is None or placed.latitude is None:
        return []
    service = catalog().service_by_id(placed.service_id).code
    around = Wanted(point=(placed.longitude, placed.latitude), within_m=500)
    return [(around, Often.AT_ONCE), (Wanted(service=service), Often.DAILY)]
