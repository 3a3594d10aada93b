"""The inbox of telephone systems, as administrators see it."""

import pytest

from citycall.calls.switch.models import SwitchEvent
from tests.telephony.cast import Exchange, taker

pytestmark = pytest.mark.django_db


def test_what_could_not_be_applied_is_shown_and_tried_again(admin, client) -> None:
    Exchange(client).tell_json(event="answer", callId="c1", user="999", **{"from": "4105550123"})
    page = admin.get("/admin/calls/switchevent/").content.decode()
    assert "No desk has the extension" in page
    assert "5550123" not in page
    taker("999")
    event = SwitchEvent.objects.get()
    admin.post("/admin/calls/switchevent/", {"action": "try_again", "_selected_action": [event.pk]})
    event.refresh_from_db()
    assert event.applied_at is not None
    assert admin.get(f"/admin/calls/switchevent/{event.pk}/change/").status_code == 200
