"""A partner's Open311 server that stands in for the network: it keeps what it gets, and fails
when it is told to.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from citycall.core.reaching import Reply, Unreached
from tests.city import NOW

Fault = Callable[["PartnerServer", str, str], Reply | None]


def cut_before(server: "PartnerServer", method: str, path: str) -> None:
    """The connection is refused."""
    raise Unreached("no connection", sent=False)


def answers(status: int, body: str = "", **headers: str) -> Fault:
    """Nothing is done, and this is answered."""

    def fault(server: "PartnerServer", method: str, path: str) -> Reply:
        return Reply(status, headers, body.encode())

    return fault


def cut_after(server: "PartnerServer", method: str, path: str) -> None:
    """What was asked is done, and the answer gets lost."""
    server.lose_answer = True


@dataclass
class PartnerServer:
    """Its requests and updates, the calls that came, and the faults of the next calls."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    definitions: dict[str, Any] = field(default_factory=dict)
    clock: datetime = NOW
    tokens: bool = False
    knows_keys: bool = True
    lose_answer: bool = False

    def reach(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        seconds: float = 10.0,
        most_bytes: int = 1_000_000,
    ) -> Reply:
        """What is given to the client in the network's place."""
        parts = urlsplit(url)
        path = parts.path.rsplit("/v2/", 1)[1].removesuffix(".json")
        self.calls.append(f"{method} {path}")
        self.lose_answer = False
        if self.faults:
            reply = self.faults.pop(0)(self, method, path)
            if reply is not None:
                return reply
        text = content.decode() if content else parts.query
        asked = {name: values[-1] for name, values in parse_qs(text).items()}
        status, body = self._answer(method, path, asked)
        if self.lose_answer:
            raise Unreached("connection lost", sent=True)
        date = format_datetime(self.clock.astimezone(UTC), usegmt=True)
        return Reply(status, {"Date": date}, json.dumps(body).encode())

    def _answer(self, method: str, path: str, asked: dict[str, str]) -> tuple[int, Any]:
        if method == "POST" and path == "requests":
            return self._create(asked)
        if method == "POST":
            self.told.append(asked)
            return 200, [{"update_id": f"u{len(self.told)}"}]
        if path == "servicerequestupdates":
            start, end = (_moment(asked[name]) for name in ("start_date", "end_date"))
            found = [u for u in self.updates if start <= _moment(u["updated_datetime"]) <= end]
            return 200, found
        if path.startswith("services/"):
            return self._definition(path.removeprefix("services/"))
        return 200, self._listed(path, asked)

    def _listed(self, path: str, asked: dict[str, str]) -> list[dict[str, Any]]:
        if path.startswith("tokens/"):
            token = path.removeprefix("tokens/")
            names = ("token", "service_request_id")
            ready = [r for r in self.requests if r["token"] == token and r.get("ready")]
            return [{name: r[name] for name in names} for r in ready]
        if path == "requests" and "service_request_id" not in asked:
            return self.requests
        ids = asked.get("service_request_id", path.removeprefix("requests/")).split(",")
        return [r for r in self.requests if r["service_request_id"] in ids]

    def _definition(self, code: str) -> tuple[int, Any]:
        if code in self.definitions:
            return 200, {"service_code": code, "attributes": self.definitions[code]}
        return 404, [{"code": 404, "description": "none"}]

    def _create(self, asked: dict[str, str]) -> tuple[int, Any]:
        key = asked.get("client_request_id", "")
        row = next((r for r in self.requests if self.knows_keys and key and r["key"] == key), None)
        if row is None:
            row = {
                "service_request_id": str(900 + len(self.requests)),
                "status": "open",
                "service_code": asked["service_code"],
                "description": asked.get("description"),
                "requested_datetime": self.clock.isoformat(),
                "updated_datetime": self.clock.isoformat(),
                "lat": float(asked["lat"]) if "lat" in asked else None,
                "long": float(asked["long"]) if "long" in asked else None,
                "key": key,
                "token": f"t{len(self.requests)}",
                "asked": asked,
            }
            self.requests.append(row)
        name = "token" if self.tokens else "service_request_id"
        return 200, [{name: row[name]}]

    def tell(
        self,
        request: str,
        status: str,
        words: str = "",
        *,
        after: timedelta = timedelta(0),
        update_id: str = "",
        outcome: str = "",
    ) -> dict[str, Any]:
        """Something happened there."""
        row = {
            "update_id": update_id or f"n{len(self.updates)}",
            "service_request_id": request,
            "status": status,
            "updated_datetime": (self.clock + after).isoformat(),
            "description": words or None,
            "external_status_code": outcome or None,
        }
        self.updates.append(row)
        return row


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
