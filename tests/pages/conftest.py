"""A server that shows the style page, with the settings that it has to itself."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

ROOT = Path(__file__).parent.parent.parent


def _manage(*arguments: str, static: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.pages.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "STYLE_PAGE_STATIC": str(static),
    }
    command = [sys.executable, "-W", "ignore", "-m", "django", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def _wait_until_it_answers(url: str, server: subprocess.Popen[bytes]) -> None:
    for _attempt in range(100):
        if server.poll() is not None:
            raise RuntimeError(f"the style page's server ended with {server.returncode}")
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


@pytest.fixture(autouse=True)
def _plain_static_names() -> Iterator[None]:
    """Let templates name static files that nobody has collected."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={"staticfiles": plain}):
        yield


@pytest.fixture(scope="session")
def style_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running site that holds the style page."""
    static = tmp_path_factory.mktemp("static")
    assert _manage("collectstatic", "--noinput", "-v0", static=static).wait() == 0
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"127.0.0.1:{port}"
    server = _manage("runserver", address, "--noreload", "--nostatic", static=static)
    try:
        _wait_until_it_answers(f"http://{address}/", server)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait()
