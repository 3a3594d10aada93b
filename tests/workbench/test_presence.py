"""Who else is looking at a request, or writing on its page."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from citycall.core import clock
from citycall.presence import actions
from citycall.presence.models import Presence
from tests.city import NOW, City
from tests.workbench.conftest import Desk, row

pytestmark = pytest.mark.django_db
Sit = Callable[[str], Desk]
Report = Callable[..., str]


def seen(desk: Desk, number: str) -> str:
    return desk.client.get(f"/agency/{number}/others").content.decode()


def test_others_are_named_with_what_they_do(sit: Sit, report: Report) -> None:
    number = report()
    ana, ben, me = sit("manager"), sit("crew"), sit("dispatcher")
    for desk, writing in ((ana, ""), (ben, "note"), (me, "")):
        assert desk.client.post(f"/agency/{number}/here", {"writing": writing}).status_code == 204
    page = seen(me, number)
    assert "manager is looking at this." in page
    assert "crew is writing a note." in page
    assert "dispatcher" not in page


def test_who_has_gone_is_not_shown(
    sit: Sit, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = report()
    ana, ben, me = sit("manager"), sit("crew"), sit("dispatcher")
    for desk in (ana, ben):
        desk.client.post(f"/agency/{number}/here")
    ben.client.post(f"/agency/{number}/here", {"gone": "1"})
    assert "crew" not in seen(me, number)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1, minutes=1))
    assert "manager" not in seen(me, number)
    assert actions.forget_old(at=clock.now()) == 1
    assert not Presence.objects.exists()


def test_what_is_known_already_is_not_sent_again(sit: Sit, report: Report) -> None:
    number = report()
    desk = sit("dispatcher")
    address = f"/agency/{number}/others"
    mark = desk.client.get(address)["ETag"]
    assert desk.client.get(address, headers={"if-none-match": mark}).status_code == 304
    sit("crew").client.post(f"/agency/{number}/here")
    assert desk.client.get(address, headers={"if-none-match": mark}).status_code == 200


def test_a_change_by_somebody_else_is_told(sit: Sit, report: Report) -> None:
    number = report()
    me = sit("dispatcher")
    before = row(number).updated_at.isoformat()
    address = f"/agency/{number}/others"
    assert "has changed" not in me.get(address, seen=before).content.decode()
    sit("crew").step(number, "start")
    assert "has changed since you opened it" in me.get(address, seen=before).content.decode()


def test_strangers_neither_see_nor_are_seen(city: City, sit: Sit, report: Report) -> None:
    number = report()
    stranger = sit("outsider")
    assert stranger.client.get(f"/agency/{number}/others").status_code == 403
    assert stranger.client.post(f"/agency/{number}/here").status_code == 403
