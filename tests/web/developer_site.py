"""A city with something for programs to read, and the examples of its developers' page."""

import subprocess
import sys
from pathlib import Path

from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts.actions import issue_key
from citycall.accounts.models import ApiKey
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.exchange.open_data.actions import make_edition
from citycall.exchange.policies import WEBHOOKS_SCOPE
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.policies import SUBMIT_SCOPE
from citycall.web import worked_examples
from citycall.web.worked_examples import Language
from tests.city import City, draft
from tests.web import town

KEY = "cck_of_the_tests_1234567890"


def open_doors(settings: Settings) -> None:
    """Show the key of the sandbox, and whom to ask for another."""
    settings.CITYCALL_SANDBOX_KEY = KEY
    settings.CITYCALL_CONTACT = "api@city.example"


def give_key() -> ApiKey:
    """Issue the key of the sandbox."""
    scopes = [SUBMIT_SCOPE, WEBHOOKS_SCOPE]
    key, _secret = issue_key(name="Sandbox", scopes=scopes, by=SYSTEM, at=clock.now(), secret=KEY)
    return key


def build(live_server: LiveServer, settings: Settings, *, exports: Path) -> City:
    """The town with a key, three requests, an edition of them, and its own address."""
    open_doors(settings)
    settings.PUBLIC_URL = live_server.url
    city = town.build()
    town.draw_boundary()
    give_key()
    for number in range(3):
        words = f"A hole, number {number}."
        submit(draft(words=words), by=city.resident, at=clock.now())
    settings.EXPORTS = exports
    make_edition(by=SYSTEM, at=clock.now())
    return city


def file_of(code: str, language: Language, folder: Path) -> Path:
    """The example as somebody downloads it."""
    example = next(each for each in worked_examples.EXAMPLES if each.code == code)
    values = worked_examples.sample(at=clock.now()).values
    path = folder / example.file_name(language)
    path.write_text(worked_examples.source(example, language, values))
    return path


def run(
    path: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a downloaded example to its end, with nothing of this process around it."""
    program = ["sh"] if path.suffix == ".sh" else [sys.executable, "-I"]
    return subprocess.run(
        [*program, str(path), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=path.parent,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **(environment or {})},
    )
