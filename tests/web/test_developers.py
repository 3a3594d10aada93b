"""The developers' page, and its examples in curl and Python, run against a real server."""

import hashlib
import hmac
import html
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts import callers, misses
from citycall.accounts.actions import revoke_key
from citycall.api import conditions
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.exchange.models import Webhook
from citycall.exchange.webhooks import signing
from citycall.service_requests.models import Channel, Report, ServiceRequest
from citycall.web.worked_examples import EXAMPLES, LANGUAGES, PYTHON, SHELL, Language
from tests.city import City
from tests.web import developer_site

SECRET = "whsec_of_the_tests"
BOTH = pytest.mark.parametrize("language", [SHELL, PYTHON], ids=lambda language: language.name)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    for room in (callers, conditions, misses):
        room.forget()
    yield
    for room in (callers, conditions, misses):
        room.forget()


# The page.


@pytest.fixture
def doors(db: None, settings: Settings) -> None:
    developer_site.open_doors(settings)


@pytest.fixture
def page(client: Client, city: City, doors: None) -> Callable[[], str]:
    developer_site.give_key()

    def text() -> str:
        return client.get("/developers").content.decode()

    return text


def test_the_page_says_what_there_is_and_how_to_get_a_key(page: Callable[[], str]) -> None:
    text = page()
    for address in ("/open311/v2/discovery.json", "/api/v1/openapi.json", "/open-data"):
        assert f'{address}"' in text
    assert 'href="mailto:api@city.example"' in text


def test_the_sandbox_key_is_shown_only_where_there_is_one(
    page: Callable[[], str], settings: Settings
) -> None:
    assert developer_site.KEY in page()
    settings.CITYCALL_SANDBOX_KEY = ""
    assert developer_site.KEY not in page()
    assert "YOUR_KEY" in page()


def test_a_key_that_was_revoked_is_shown_no_longer(client: Client, city: City, doors: None) -> None:
    revoke_key(developer_site.give_key(), by=SYSTEM, at=clock.now())
    assert developer_site.KEY not in client.get("/developers").content.decode()


def test_every_example_is_there_in_every_language(page: Callable[[], str]) -> None:
    text = page()
    for example in EXAMPLES:
        assert f'id="{example.code}"' in text
        for language in LANGUAGES:
            assert f"/developers/examples/{example.file_name(language)}" in text


def test_nothing_of_the_samples_is_left(page: Callable[[], str], client: Client) -> None:
    for example in EXAMPLES:
        for language in LANGUAGES:
            name = example.file_name(language)
            told = client.get(f"/developers/examples/{name}").content.decode()
            for sample in ("311.example.org", "YOUR_KEY", "_SERVICE", "SERVICE_CODE", "REQUEST_ID"):
                assert sample not in told, name


def test_an_example_is_downloaded_as_a_file(page: Callable[[], str], client: Client) -> None:
    answer = client.get("/developers/examples/report.py")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report.py"'
    assert developer_site.KEY in answer.content.decode()


@pytest.mark.parametrize("name", ["nothing.py", "report.rb", "..%2Fworked_examples.py"])
def test_there_are_no_other_files(page: Callable[[], str], client: Client, name: str) -> None:
    assert client.get(f"/developers/examples/{name}").status_code == 404


def test_a_city_with_nothing_in_it_has_the_page(client: Client, doors: None) -> None:
    assert client.get("/developers").status_code == 200


def test_the_page_asks_little(page: Callable[[], str], django_assert_max_num_queries) -> None:
    page()
    with django_assert_max_num_queries(12):
        page()


def test_the_reference_lists_every_operation_of_the_contract(
    page: Callable[[], str], client: Client
) -> None:
    contract = json.loads((Path(__file__).parent.parent / "api" / "contract.json").read_text())
    told = client.get("/developers/reference").content.decode()
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            anchor = re.sub(r"[^a-z0-9]+", "-", f"{method}{path}".lower()).strip("-")
            assert f'<h3 id="{anchor}" ' in told
            assert html.escape(operation["summary"]) in told


# Its examples.


@pytest.fixture
def site(live_server: LiveServer, settings: Settings, tmp_path: Path) -> City:
    return developer_site.build(live_server, settings, exports=tmp_path / "exports")


class Run(Protocol):
    def __call__(self, code: str, language: Language, *arguments: str, **changed: str) -> str: ...


@pytest.fixture
def output(site: City, tmp_path: Path) -> Run:
    """What an example prints; ``changed`` is put in the place of what stands in its file."""

    def run(code: str, language: Language, *arguments: str, **changed: str) -> str:
        path = developer_site.file_of(code, language, tmp_path)
        for old, new in changed.items():
            assert old in path.read_text()
            path.write_text(path.read_text().replace(old, new))
        done = developer_site.run(path, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        return done.stdout

    return run


@BOTH
def test_services_are_listed(output: Run, language: Language) -> None:
    told = output("list_services", language)
    assert "lamp-out" in told
    assert "Street light out" in told


@BOTH
def test_a_definition_is_read(output: Run, language: Language) -> None:
    told = output("read_definition", language)
    assert "Do wires hang down or sparks fly?" in told
    assert "yes" in told


@BOTH
def test_a_problem_is_reported_once(output: Run, language: Language) -> None:
    before = ServiceRequest.objects.count()
    told = output("report", language)
    assert ServiceRequest.objects.count() == before + 1
    report = Report.objects.get(channel=Channel.API)
    assert "example" in report.words
    assert str(report.number)[-5:] in told
    assert "true" in told.lower()


@BOTH
def test_a_request_is_followed(output: Run, language: Language) -> None:
    told = output("follow", language)
    assert "Pothole" in told
    assert "Asked again: 304" in told or "nothing has changed" in told


@BOTH
def test_requests_in_a_box_are_listed(output: Run, language: Language) -> None:
    told = output("list_in_box", language)
    for request in ServiceRequest.objects.all():
        assert str(request.pk) in told


@BOTH
def test_changes_are_paged_through(output: Run, site: City, language: Language) -> None:
    # With two on a page, three requests are two pages.
    size = {"limit=100": "limit=2"} if language is SHELL else {'"limit": 100': '"limit": 2'}
    told = output("page_changes", language, **size)
    for request in ServiceRequest.objects.all():
        assert str(request.pk) in told
    assert told.count("\n") == (2 if language is SHELL else 4)


@BOTH
def test_open_data_is_downloaded(output: Run, language: Language) -> None:
    told = output("download_open_data", language)
    assert "Pothole" in told
    assert language is SHELL or told.split() == ["3", "Pothole"]


def test_open_data_is_not_downloaded_twice(output: Run, tmp_path: Path) -> None:
    first = output("download_open_data", SHELL)
    changed_at = (tmp_path / "requests.csv.gz").stat().st_mtime_ns
    assert output("download_open_data", SHELL) == first
    assert (tmp_path / "requests.csv.gz").stat().st_mtime_ns == changed_at


# Webhooks.


def signed(body: bytes, *, secret: str = SECRET, age: int = 0) -> str:
    moment = int(time.time()) - age
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={'0' * 64},v1={digest}"


FORGED = [
    pytest.param({"secret": "whsec_of_somebody_else"}, id="other secret"),
    pytest.param({"age": 3_600}, id="an hour old"),
    pytest.param({"age": -3_600}, id="from the future"),
]
BODY = b'{"id":"1","kind":"completed","service_request":{"id":"4711","status":"completed"}}'


@BOTH
def test_a_webhook_is_made_and_called(
    output: Run,
    receiver: tuple[str, "subprocess.Popen[str]"],
    settings: Settings,
    language: Language,
) -> None:
    address, _process = receiver
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    told = output("make_webhook", language, address)
    webhook = Webhook.objects.get()
    assert (webhook.url, set(webhook.kinds)) == (address, {"completed", "closed"})
    assert signing.secret(webhook) in told
    # The receiver answered, and refused: it does not have this webhook's secret yet.
    assert "403" in told


@pytest.fixture
def check(doors: None, tmp_path: Path) -> Callable[[str], int]:
    """What the shell's check says of a signature of the body, as its exit status."""
    path = developer_site.file_of("receive_webhook", SHELL, tmp_path)
    (tmp_path / "body.json").write_bytes(BODY)
    return lambda signature: developer_site.run(path, "body.json", signature, SECRET).returncode


def test_the_shell_knows_what_is_ours(check: Callable[[str], int]) -> None:
    assert check(signed(BODY)) == 0


@pytest.mark.parametrize("forged", FORGED)
def test_the_shell_refuses_what_is_not(check: Callable[[str], int], forged) -> None:
    assert check(signed(BODY, **forged)) != 0
    assert check(signed(BODY + b" ")) != 0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def receiver(doors: None, tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The Python receiver, running: its address and its process."""
    path = developer_site.file_of("receive_webhook", PYTHON, tmp_path)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-I", str(path), str(port)],
        env={"SECRET": SECRET},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address)
        yield address, process
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def wait_for(address: str) -> None:
    for _attempt in range(100):
        try:
            urlopen(address, timeout=1).close()
        except HTTPError as error:
            error.close()
            return
        except URLError:
            time.sleep(0.1)
    raise AssertionError("The receiver does not answer.")


def deliver(address: str, signature: str, *, delivery: str = "d1", body: bytes = BODY) -> int:
    headers = {"CityCall-Signature": signature, "CityCall-Delivery": delivery}
    try:
        with urlopen(Request(address, data=body, headers=headers), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def test_the_receiver_takes_what_is_ours_once(receiver) -> None:
    address, process = receiver
    assert [deliver(address, signed(BODY)) for _again in range(2)] == [204, 204]
    assert deliver(address, signed(BODY), delivery="d2") == 204
    process.kill()
    assert process.stdout.read() == "completed 4711 completed\n" * 2


@pytest.mark.parametrize("forged", FORGED)
def test_the_receiver_refuses_what_is_not(receiver, forged) -> None:
    address, _process = receiver
    assert deliver(address, signed(BODY, **forged)) == 403
    assert deliver(address, signed(BODY), body=BODY + b" ") == 403
    assert deliver(address, "") == 403


def test_the_examples_signature_is_the_sites_own(receiver) -> None:
    address, _process = receiver
    header = signing.header(secrets=[SECRET], body=BODY, at=datetime.now(UTC))
    assert deliver(address, header) == 204
