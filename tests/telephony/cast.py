"""A telephone system, and the call-takers that it knows."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from citycall.accounts.actions import issue_key
from citycall.accounts.models import Role, User
from citycall.calls.models import Call, Desk
from citycall.calls.policies import TELEPHONY_SCOPE
from citycall.core import clock
from citycall.core.actors import SYSTEM


def taker(extension: str) -> User:
    """A call-taker with a desk of this extension."""
    user = User.objects.create_user(username=f"taker-{extension}", password=None)
    user.memberships.create(role=Role.CALL_TAKER)
    Desk.objects.create(taker=user, state=Desk.State.READY, since=clock.now(), extension=extension)
    return user


def key(*scopes: str, name: str = "Exchange") -> str:
    """A key's secret; without scopes, that of a telephone system."""
    _key, secret = issue_key(
        name=name, scopes=scopes or (TELEPHONY_SCOPE,), by=SYSTEM, at=clock.now()
    )
    return secret


def start() -> datetime:
    """A time some minutes ago, so that nothing that tests tell of is yet to come."""
    return clock.now().replace(microsecond=0) - timedelta(minutes=30)


class Exchange:
    """A telephone system that tells of calls by HTTP."""

    def __init__(self, client: Client, secret: str = "") -> None:
        self.client, self.secret = client, secret or key()

    def tell(self, event: str, call: str = "c1", *, at: datetime | None = None, **said: Any) -> Any:
        """One event, in a form; the response."""
        form = {"event": event, "callId": call, **said}
        if at is not None:
            form["at"] = at.isoformat()
        return self.client.post("/telephony/events", form, headers=self.headers)

    def tell_json(self, **said: Any) -> Any:
        """One event, in JSON; the response."""
        return self.client.post(
            "/telephony/events", said, content_type="application/json", headers=self.headers
        )

    @property
    def headers(self) -> dict[str, str]:
        """The key, as a program gives it."""
        return {"Authorization": f"Bearer {self.secret}"}


def call(switch_id: str = "c1") -> Call:
    """The call that the telephone system knows by this id."""
    return Call.objects.get(switch_id=switch_id)
