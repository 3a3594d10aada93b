"""Alerts and the like at the administrators' site: written as a text, ended, undone."""

import html

from django.test import Client
from django.urls import reverse

from citycall.core import clock
from citycall.core.models import Revision
from citycall.knowledge import alerts
from citycall.knowledge.models import ServiceAlert
from citycall.knowledge.picture import told

ALERT = """code: main-break
title: Water main break
words: Crews are there.
state: crews
starts: 2026-01-05 08:00
services:
  - water-leak
circle:
  longitude: -76.6
  latitude: 39.3
  radius_m: 200
translations:
  es:
    title: Rotura
    words: Ya trabajan.
"""
COLLECTION = """code: trash
title: Trash
layer: days
rounds:
  - areas:
      - A
    weekdays:
      - monday
"""


def add(admin: Client, model: str, document: str) -> str:
    answer = admin.post(reverse(f"admin:knowledge_{model}_add"), {"document": document})
    return "" if answer.status_code == 302 else html.unescape(answer.content.decode())


def live() -> list[str]:
    return [each.said("es")[0] for each in alerts.live(at=clock.now())]


def test_an_alert_is_written_and_told(admin: Client) -> None:
    assert add(admin, "servicealert", ALERT) == ""
    assert live() == ["Rotura"]


def test_its_text_reads_back_as_it_was(admin: Client) -> None:
    add(admin, "servicealert", ALERT)
    path = reverse("admin:knowledge_servicealert_change", args=[ServiceAlert.objects.get().pk])
    form = admin.get(path).context["adminform"].form
    sent = {"document": form["document"].value(), "seen": form["seen"].value()}
    before = Revision.objects.count()
    assert admin.post(path, sent).status_code == 302
    assert Revision.objects.count() == before


def test_a_chosen_alert_is_ended_and_that_is_undone(admin: Client) -> None:
    add(admin, "servicealert", ALERT)
    chosen = {"action": "end", "_selected_action": [ServiceAlert.objects.get().pk]}
    answer = admin.post(reverse("admin:knowledge_servicealert_changelist"), chosen, follow=True)
    assert "Ended: Water main break" in answer.content.decode()
    assert live() == []
    undo = {"action": "undo", "_selected_action": [Revision.objects.latest("id").pk]}
    admin.post(reverse("admin:core_revision_changelist"), undo)
    assert live() == ["Rotura"]


def test_an_area_that_is_not_there_is_told_by_its_line(admin: Client) -> None:
    answer = add(admin, "collection", COLLECTION)
    assert "Line 6" in answer
    assert "There is no area with this name." in answer
    assert told().collections == ()


def test_a_time_that_is_none_is_told_in_plain_words(admin: Client) -> None:
    answer = add(admin, "servicealert", ALERT.replace("2026-01-05 08:00", "soon"))
    assert "This must be a date and time such as 2026-12-24 08:00." in answer
