"""A real telephone exchange on this computer: kamailio, and SIPp as callers and as desks.

Debian's packages: kamailio, kamailio-extra-modules, kamailio-json-modules,
kamailio-utils-modules, sip-tester.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent / "sip"
PROGRAMS: Final = ("kamailio", "sipp")
FOREVER_MS: Final = 3 * 60 * 60 * 1000
DESK: Final = "desk"


def missing() -> list[str]:
    """The programs that are not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def free_udp_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_tcp_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who calls: from which number, and how long they talk."""

    number: str
    talk_ms: int


@dataclass(kw_only=True)
class Exchange:
    """Kamailio with its queue, and the desks' telephones.

    ``tell`` is where its events go, with this key. Unless ``free_at_once``, a desk gets no call
    until it says that it is ``free``.
    """

    folder: Path
    tell: str
    key: str
    desks: int
    free_at_once: bool = True
    ringing_ms: int = 200
    sip_port: int = field(default_factory=free_udp_port)
    desk_port: int = field(default_factory=free_udp_port)
    control_port: int = field(default_factory=free_tcp_port)
    _children: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    _kamailio: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start the exchange, and wait until it answers."""
        config = self._write(
            "kamailio.cfg",
            {
                "SIP_PORT": self.sip_port,
                "CONTROL_PORT": self.control_port,
                "DESK_PORT": self.desk_port,
                "DESKS": self.desks,
                "DESK_PREFIX": DESK,
                "FREE_AT_ONCE": int(self.free_at_once),
                "TELL": self.tell,
                "KEY": self.key,
            },
        )
        run = self.folder / "run"
        run.mkdir(exist_ok=True)
        with (self.folder / "kamailio.log").open("ab") as log:
            self._kamailio = subprocess.Popen(
                ["kamailio", "-f", str(config), "-DD", "-Y", str(run), "-m", "128"],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def start_desks(self) -> None:
        """Plug in the telephones."""
        scenario = self._write("desk.xml", {"RINGING": self.ringing_ms})
        self._sipp("-sf", str(scenario), "-p", str(self.desk_port))

    def call(
        self,
        callers: Sequence[Caller],
        *,
        a_second: float,
        patience_ms: int = FOREVER_MS,
        call_back: bool = False,
        name: str = "callers",
    ) -> "subprocess.Popen[bytes]":
        """Let them call, so many a second; the process ends when the last has hung up."""
        header = "X-Call-Back: 1\n" if call_back else ""
        words = {"PATIENCE": patience_ms, "CALL_BACK": header}
        scenario = self._write("caller.xml", words, name=f"{name}.xml")
        data = self.folder / f"{name}.csv"
        lines = [f"{caller.number};{caller.talk_ms}" for caller in callers]
        data.write_text("\n".join(["SEQUENTIAL", *lines]) + "\n")
        period_ms = max(1, round(1_000 / a_second))
        return self._sipp(
            *(f"127.0.0.1:{self.sip_port}", "-sf", str(scenario), "-inf", str(data)),
            *("-p", str(free_udp_port()), "-m", str(len(callers)), "-l", "100000"),
            *("-r", "1", "-rp", str(period_ms)),
        )

    def free(self, desk: str) -> None:
        """This desk takes the next call."""
        self._ask(f"/free/{desk}")

    def state(self) -> Mapping[str, int]:
        """How many callers wait, desks are free, events are not told yet."""
        found: dict[str, int] = json.loads(self._ask("/state"))
        return found

    def wait_until_told(self, *, seconds: float) -> None:
        """Wait until every event is taken; raises ``TimeoutError``."""
        deadline = time.monotonic() + seconds
        while self.state()["unsent"]:
            if time.monotonic() > deadline:
                raise TimeoutError("events are not taken")
            time.sleep(0.05)

    def kill(self) -> None:
        """``kill -9`` of the exchange; the telephones stay."""
        if self._kamailio is None:
            return
        os.killpg(self._kamailio.pid, signal.SIGKILL)
        self._kamailio.wait()
        self._kamailio = None

    def stop(self) -> None:
        """End everything."""
        self.kill()
        for child in self._children:
            child.kill()
            child.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            try:
                self.state()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(f"kamailio did not start: see {self.folder / 'kamailio.log'}")

    def _ask(self, path: str) -> bytes:
        address = f"http://127.0.0.1:{self.control_port}{path}"
        with urllib.request.urlopen(address, timeout=5) as answer:
            found: bytes = answer.read()
            return found

    def _write(self, source: str, words: Mapping[str, Any], *, name: str = "") -> Path:
        text = (HERE / source).read_text()
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        path = self.folder / (name or source)
        path.write_text(text)
        return path

    def _sipp(self, *arguments: str) -> "subprocess.Popen[bytes]":
        command = ["sipp", *arguments, "-i", "127.0.0.1", "-nostdin", "-timeout_error"]
        child = subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._children.append(child)
        return child


@contextmanager
def exchange(**settings: Any) -> Iterator[Exchange]:
    """An exchange with its desks' telephones, ended at the end."""
    made = Exchange(**settings)
    try:
        made.start()
        made.start_desks()
        yield made
    finally:
        made.stop()
