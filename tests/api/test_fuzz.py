"""Schemathesis against a live server: no 5xx, and nothing that the document does not say.

``CITYCALL_FUZZ_EXAMPLES`` is how many examples an operation gets (25 by default, 2,000 for a
release); ``CITYCALL_FUZZ_SEED`` other examples than the usual ones (for a release, those of a day);
``CITYCALL_FUZZ_OPERATION`` looks at one operation only; ``CITYCALL_FUZZ_LOG`` is a file in which a
long run can be watched.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from limits import RateLimitItemPerMinute

from citycall.accounts import misses
from citycall.accounts.actions import issue_key
from citycall.analytics.refresh import refresh
from citycall.core import snapshots
from citycall.core.actors import SYSTEM, resident
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.api.conftest import SCOPES

EXAMPLES = os.environ.get("CITYCALL_FUZZ_EXAMPLES", "25")
SEED = os.environ.get("CITYCALL_FUZZ_SEED", "311")
ONLY = os.environ.get("CITYCALL_FUZZ_OPERATION", "")
LOG = os.environ.get("CITYCALL_FUZZ_LOG", "")
CONFIG = Path(__file__).parent / "schemathesis.toml"


@pytest.fixture
def _like_machines(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The middleware of the machines' doors, no limits that a fuzz would meet, and no outside."""
    settings.MIDDLEWARE = settings.MACHINE_MIDDLEWARE
    settings.CITYCALL_CALLS_PER_MINUTE = 100_000_000
    settings.UPLOADS = tmp_path
    settings.ANALYTICS = tmp_path / "analytics"
    monkeypatch.setattr(misses, "LIMIT", RateLimitItemPerMinute(100_000_000))
    usual = socket.getaddrinfo

    def only_here(host: Any, *rest: Any, **more: Any) -> Any:
        if host in {"localhost", "127.0.0.1", "::1", None}:
            return usual(host, *rest, **more)
        raise socket.gaierror(socket.EAI_NONAME, "no names are looked up in tests")

    monkeypatch.setattr(socket, "getaddrinfo", only_here)


@pytest.mark.slow
@pytest.mark.usefixtures("_like_machines")
@pytest.mark.timeout(6 * 60 * 60)
@pytest.mark.django_db(transaction=True)
def test_nothing_breaks_and_nothing_is_undocumented(live_server, tmp_path) -> None:
    snapshots.discard_all()
    small_city.build()
    for _each in range(3):
        submit(small_city.draft(), by=resident(), at=small_city.NOW)
    refresh(at=small_city.NOW, whole=True)
    _key, secret = issue_key(name="Fuzz", scopes=SCOPES, by=SYSTEM, at=small_city.NOW)
    log = Path(LOG) if LOG else tmp_path / "fuzz.txt"
    document = f"{live_server.url}/api/v1/openapi.json"
    # Made at the first asking, which Schemathesis gives no more than ten seconds.
    assert httpx.get(document, timeout=120).status_code == 200
    with log.open("w") as file:
        done = subprocess.run(
            [
                str(Path(sys.executable).parent / "schemathesis"),
                *("--config-file", str(CONFIG)),
                *("run", document),
                *("--checks", "all", "--exclude-checks", "object_level_authorization"),
                *("--max-examples", EXAMPLES),
                *("--seed", SEED),
                *("--phases", "examples,coverage,fuzzing,stateful"),
                *("-H", f"Authorization: Bearer {secret}"),
                *(("--include-operation-id", ONLY) if ONLY else ()),
            ],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            check=False,
        )
    assert done.returncode == 0, log.read_text()[-30_000:]
