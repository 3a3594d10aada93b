"""The receivers in the guide run as they are printed, and take what is genuine only."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import playwright
import pytest

from citycall.core import clock
from citycall.exchange.webhooks import signing

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "receive-webhooks.md"
NODE = Path(playwright.__file__).parent / "driver" / "node"
RUN = {"python": [sys.executable, "-c"], "javascript": [str(NODE), "-e"]}
BODY = b'{"kind":"closed","service_request":{"id":"7"}}'

Post = Callable[..., int]


@pytest.fixture(params=sorted(RUN))
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    """Post to the guide's receiver; returns the status of its answer."""
    printed = re.findall(rf"```{request.param}\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*RUN[request.param], printed[0]],
        env={**os.environ, "PORT": str(port), "WEBHOOK_SECRETS": "whsec_new whsec_old"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def send(signature: str, *, body: bytes = BODY) -> int:
        headers = {signing.SIGNATURE: signature, signing.DELIVERY: "one"}
        return httpx.post(f"http://127.0.0.1:{port}/", content=body, headers=headers).status_code

    try:
        _wait_for(port)
        yield send
    finally:
        process.terminate()
        heard, _problems = process.communicate(timeout=10)
    assert heard.strip() in {"", "closed 7"}


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize("secret", ["whsec_new", "whsec_old"])
def test_a_genuine_delivery_is_taken_once(post: Post, secret: str) -> None:
    signature = signing.header(secrets=[secret], body=BODY, at=clock.now())
    assert [post(signature), post(signature)] == [204, 204]


def test_one_good_signature_of_two_is_enough(post: Post) -> None:
    signature = signing.header(secrets=["whsec_other", "whsec_new"], body=BODY, at=clock.now())
    assert post(signature) == 204


def test_everything_else_is_refused(post: Post) -> None:
    now = clock.now()
    good = signing.header(secrets=["whsec_new"], body=BODY, at=now)
    old = signing.header(secrets=["whsec_new"], body=BODY, at=now - timedelta(minutes=6))
    forged = signing.header(secrets=["whsec_guess"], body=BODY, at=now)
    assert post(good, body=BODY + b" ") == 401
    for signature in (old, forged, f"t=1,{good}", "", "t=,v1=", "t=1", "v1=aa", "nonsense"):
        assert post(signature) == 401
