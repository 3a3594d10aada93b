"""The installable app: what the manifest and the service worker say, and where they are told."""

import json
import re

from django.contrib.staticfiles import finders
from django.shortcuts import render
from django.test import Client, RequestFactory

from citycall.web.templatetags.web_static import web_script
from tests.city import City


def worker_settings(client: Client) -> dict[str, object]:
    """What the service worker was told."""
    script = client.get("/service-worker.js").content.decode()
    found = re.match(r"self\.CITYCALL = (.*);\n", script)
    assert found is not None
    told: dict[str, object] = json.loads(found[1])
    return told


def test_the_manifest_names_the_city_and_what_can_be_done(client: Client, city: City) -> None:
    answer = client.get("/app.webmanifest")
    told = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["scope"], told["lang"]) == ("Port Calder 311", "/", "en")
    for shortcut in told["shortcuts"]:
        assert client.get(shortcut["url"]).status_code == 200
    assert told["share_target"]["action"] == "/report/share"
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}


def test_every_file_that_is_named_exists(client: Client, city: City) -> None:
    told = worker_settings(client)
    icons = json.loads(client.get("/app.webmanifest").content)["icons"]
    named = [*told["files"], *told["pictures"], told["icon"], told["badge"]]  # type: ignore[misc]
    for address in [*named, *(icon["src"] for icon in icons)]:
        assert finders.find(str(address).removeprefix("/static/")), address


def test_the_worker_keeps_all_files_of_the_page(client: Client, city: City) -> None:
    page = client.get("/report/offline").content.decode()
    used = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page))
    optional = {"/static/citycall/favicon.ico", "/static/citycall/apple-touch-icon.png"}
    assert used - optional <= set(worker_settings(client)["files"])  # type: ignore[call-overload]


def test_the_worker_is_asked_for_anew_each_time(client: Client, city: City) -> None:
    answer = client.get("/service-worker.js")
    assert answer["Cache-Control"] == "no-cache"
    assert answer["Content-Type"] == "text/javascript"


def test_residents_pages_lead_to_the_app(client: Client, city: City) -> None:
    page = client.get("/report").content.decode()
    assert '<link rel="manifest" href="/app.webmanifest?language=en">' in page
    assert 'data-worker="/service-worker.js"' in page


def test_staff_pages_do_not(rf: RequestFactory) -> None:
    page = render(rf.get("/agency"), "pages/staff_base.html").content.decode()
    assert "webmanifest" not in page
    assert "data-worker" not in page


def test_forgetting_this_device_empties_what_it_keeps(client: Client, city: City) -> None:
    assert client.post("/forget")["Clear-Site-Data"] == '"storage"'


def test_plain_scripts_wait_for_the_page() -> None:
    assert web_script("push") == '<script src="/static/web/push.js" defer></script>'


def test_pages_are_sent_compressed(client: Client, city: City) -> None:
    plain = client.get("/report")
    small = client.get("/report", headers={"Accept-Encoding": "gzip"})
    assert small["Content-Encoding"] == "gzip"
    assert len(small.content) < len(plain.content) / 2
