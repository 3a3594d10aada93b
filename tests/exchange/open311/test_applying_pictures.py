"""Pictures that other systems tell of are fetched and kept with the request."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.core.reaching import Reply, Unreached
from citycall.exchange.open311 import applying
from citycall.exchange.open311.applying import ToldUpdate, apply_update
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Attachment, ServiceRequest
from tests import city as small_city
from tests.city import NOW, draft
from tests.service_requests.test_photos import picture

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def request_id(db: None, tmp_path: Path, settings: Any) -> int:
    settings.UPLOADS = tmp_path
    city = small_city.build()
    return submit(draft("graffiti"), by=city.resident, at=NOW).request_id


def tell(request_id: int, *urls: str) -> None:
    told = ToldUpdate("7", "fixed", LATER, "Painted over.", urls)
    apply_update(request_id, told, source="partner:1", by=SYSTEM, at=LATER)


def test_a_picture_of_the_work_lets_it_be_completed(
    request_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = picture("JPEG").read()
    monkeypatch.setattr(applying, "reach", lambda *told, **more: Reply(200, {}, body))
    tell(request_id, "https://example.org/1.jpg")
    assert ServiceRequest.objects.get(pk=request_id).status == "completed"
    assert Attachment.objects.get().stage == "after"


def test_a_picture_that_cannot_be_had_is_told_to_staff(
    request_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*told: Any, **more: Any) -> Reply:
        raise Unreached("slow", sent=True)

    monkeypatch.setattr(applying, "reach", lost)
    tell(request_id, "https://example.org/1.jpg")
    assert ServiceRequest.objects.get(pk=request_id).status == "new"
    notes = [event.words or "" for event in Event.objects.filter(kind="note_added")]
    assert any("https://example.org/1.jpg" in words for words in notes)


def test_what_is_no_picture_is_not_kept(request_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "reach", lambda *told, **more: Reply(200, {}, b"<html>"))
    tell(request_id, "https://example.org/1.jpg")
    assert not Attachment.objects.exists()
