"""A crew's phone, and the steps that it hands over."""

import json
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from citycall.accounts.models import User
from citycall.work_orders.models import WorkOrder
from tests.city import NOW
from tests.workbench.conftest import row


class Phone:
    """A crew's phone with its session."""

    def __init__(self, name: str = "crew") -> None:
        self.client = Client(enforce_csrf_checks=True)
        if name:
            self.client.force_login(User.objects.get(username=name))

    def day(self) -> Any:
        return self.client.get("/crew/day")

    def hand_over(self, *steps: dict[str, Any], **files: bytes) -> Any:
        token = self.day().json().get("token", "")
        sent: dict[str, Any] = {
            "steps": json.dumps(steps),
            "now": (NOW + timedelta(hours=1)).isoformat(),
        }
        for key, data in files.items():
            sent[f"photo-{key}"] = SimpleUploadedFile("photo.jpg", data, "image/jpeg")
        return self.client.post("/crew/sync", sent, headers={"X-CSRFToken": token})


def step(order: WorkOrder, kind: str, key: str, *seen: str, **more: Any) -> dict[str, Any]:
    known = [[row(number).pk, row(number).team_id] for number in seen]
    at = (NOW + timedelta(minutes=30)).isoformat()
    return {"key": key, "order": order.pk, "kind": kind, "at": at, "seen": known, **more}
