"""Other cities' Open311 servers, invented: each with the manners of one kind of software."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring
from zoneinfo import ZoneInfo

from citycall.core.reaching import Reply, Unreached

KEY = "a-key"
MOST = 1_000


@dataclass(frozen=True)
class Manners:
    """What one kind of server does, as its own documentation or its users tell."""

    format: str = "json"
    size: int = MOST
    most: int = MOST
    paged_by: str = ""
    tells_total: bool = False
    links: bool = False
    key_on_reads: bool = False
    key_status: int = 403
    jurisdiction: str = ""
    local: ZoneInfo | None = None
    wrapped: bool = False
    open_only: bool = False
    heeds_status: bool = True
    place_together: bool = False
    tokens: bool = False
    without_ids: bool = False
    whole_numbers: bool = False
    both_addresses: bool = False
    array_root: bool = False
    by_change: bool = False
    feed: bool = False
    list_of_ids: bool = True


MANNERS: Mapping[str, Manners] = {
    "standard": Manners(),
    "citycall": Manners(
        size=50, most=500, paged_by="page", tells_total=True, by_change=True, feed=True
    ),
    "chicago": Manners(
        size=50,
        most=500,
        paged_by="page",
        local=ZoneInfo("America/Chicago"),
        place_together=True,
        tokens=True,
        without_ids=True,
        by_change=True,
    ),
    "san_francisco": Manners(size=50, most=50, paged_by="page", key_on_reads=True),
    "boston": Manners(size=50, most=50, paged_by="page", key_on_reads=True),
    "austin": Manners(size=50, most=50, paged_by="page", key_on_reads=True),
    "bloomington": Manners(
        most=1000, paged_by="page", heeds_status=False, key_status=400, by_change=True
    ),
    "fixmystreet": Manners(wrapped=True, jurisdiction="town.example", feed=True),
    "mark_a_spot": Manners(size=50, most=100, paged_by="limit", both_addresses=True),
    "klarschiff": Manners(format="xml", open_only=True, array_root=True, whole_numbers=True),
    "seeclickfix": Manners(size=20, most=100, paged_by="page", whole_numbers=True),
}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@dataclass
class Server:
    """One server with its requests; ``faults`` says for each call whether and how it fails."""

    manners: Manners
    requests: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    faults: Callable[[int], str] = lambda _call: ""
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    posted: list[list[tuple[str, str]]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

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
        """The same without a network between."""
        reply = self.answer(method, url, content, headers or {})
        if reply is None:
            raise Unreached("RemoteProtocolError", sent=True)
        return reply

    def answer(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Reply | None:
        """What is answered; none where the connection is cut."""
        split = urlsplit(url)
        pairs = parse_qsl((content or b"").decode() if method == "POST" else split.query)
        path = split.path.rpartition("/v2/")[2]
        fault = self.faults(len(self.calls))
        self.calls.append((method, path, dict(pairs)))
        self.headers.append(headers)
        if fault:
            return _failed(fault)
        if not path.endswith("." + self.manners.format):
            return self.failure(404, "This format is not served.")
        parts = path.rpartition(".")[0].split("/")
        return self._answered(method, parts, dict(pairs), pairs)

    def _answered(
        self, method: str, parts: list[str], given: dict[str, str], pairs: list[tuple[str, str]]
    ) -> Reply:
        manners = self.manners
        feed = parts == ["servicerequestupdates"]
        if manners.jurisdiction and given.get("jurisdiction_id") != manners.jurisdiction:
            return self.failure(404, "jurisdiction_id is needed.")
        if (method == "POST" or manners.key_on_reads or feed) and given.get("api_key") != KEY:
            return self.failure(manners.key_status, "The API key is missing or wrong.")
        return self._taken(parts, given, pairs) if method == "POST" else self._told(parts, given)

    def _told(self, parts: list[str], given: dict[str, str]) -> Reply:
        match parts:
            case ["requests"]:
                return self._listed(given)
            case ["requests", one]:
                found = [self.shown(r) for r in self.requests if r["id"] == one]
                return self.success(found) if found else self.failure(404, "No such request.")
            case ["tokens", token]:
                return self.success([{"service_request_id": f"of-{token}", "token": token}])
            case ["servicerequestupdates"] if self.manners.feed:
                return self._news(given)
        return self.failure(404, "Nothing here.")

    def _taken(
        self, parts: list[str], given: dict[str, str], pairs: list[tuple[str, str]]
    ) -> Reply:
        self.posted.append(pairs)
        if parts == ["servicerequestupdates"]:
            return self.success([{"update_id": f"there-{given['update_id']}"}], "updates")
        wanted = {"lat", "long", "address_string"} if self.manners.place_together else set()
        lacking = [f"{name} is needed." for name in sorted({"service_code", *wanted} - set(given))]
        if lacking:
            return self.failure(400, *lacking)
        if self.manners.tokens:
            return self.success([{"token": "t-1"}])
        identity: Any = 71 if self.manners.whole_numbers else "71"
        return self.success([{"service_request_id": identity, "service_notice": "Thank you."}])

    def _listed(self, given: dict[str, str]) -> Reply:
        manners = self.manners
        chosen = [r for r in self.requests if self._fits(r, given)]
        chosen.sort(key=lambda r: (r["requested"], r["id"]), reverse=True)
        if manners.paged_by == "page":
            size = min(int(given.get("page_size", manners.size)), manners.most)
            start = (max(int(given.get("page", 1)), 1) - 1) * size
        elif manners.paged_by == "limit":
            size = min(int(given.get("limit", manners.size)), manners.most)
            start = int(given.get("offset", 0))
        else:
            size, start = manners.size, 0
        headers = {"Total": str(len(chosen))} if manners.tells_total else {}
        return self.success([self.shown(r) for r in chosen[start : start + size]], headers=headers)

    def _fits(self, request: dict[str, Any], given: dict[str, str]) -> bool:
        if "service_request_id" in given:
            ids = given["service_request_id"].split(",")
            return self.manners.list_of_ids and request["id"] in ids
        if "start_date" in given:
            span = moment(given["end_date"]) - moment(given["start_date"])
            assert span <= timedelta(days=90), "more than 90 days were asked for"
        heeds = self.manners.open_only or (self.manners.heeds_status and "status" in given)
        if heeds and request["status"] not in given.get("status", "open").split(","):
            return False
        codes = given["service_code"].split(",") if "service_code" in given else None
        if codes is not None and request["service_code"] not in codes:
            return False
        names = ["start_date", "end_date", "updated_after", "updated_before"]
        last = request["updated"] or request["requested"]
        values = [request["requested"]] * 2 + [last] * 2
        for place, (name, value) in enumerate(zip(names, values, strict=True)):
            if name in given and (place < 2 or self.manners.by_change):
                # Strictly, as some servers do: what lies on the bound is in neither window.
                bound = self._understood(given[name])
                if (value <= bound) if place % 2 == 0 else (value >= bound):
                    return False
        return True

    def _understood(self, text: str) -> datetime:
        """A server that writes no offsets does not read them either."""
        if self.manners.local is None:
            return moment(text)
        return datetime.fromisoformat(text[:19]).replace(tzinfo=self.manners.local).astimezone(UTC)

    def _news(self, given: dict[str, str]) -> Reply:
        start, end = moment(given["start_date"]), moment(given["end_date"])
        found = [u for u in self.updates if start <= moment(u["updated_datetime"]) <= end]
        after, size = int(given.get("after", 0)), self.manners.size
        headers = {}
        if self.manners.links and after + size < len(found):
            query = urlencode({**given, "api_key": "another", "after": after + size})
            headers["Link"] = f'<http://elsewhere.example/updates.json?{query}>; rel="next"'
        # A server may hide some, and then a page has none although more follow.
        shown = [u for u in found[after : after + size] if not u.get("hidden")]
        return self.success(shown, "updates", headers)

    def shown(self, request: dict[str, Any]) -> dict[str, Any]:
        """A request as this kind of server writes it."""
        manners = self.manners
        number = manners.whole_numbers and request["id"].isdigit()
        shown = {
            "service_request_id": int(request["id"]) if number else request["id"],
            **{name: request[name] for name in request if name not in _OWN},
            "requested_datetime": self.date(request["requested"]),
            "updated_datetime": self.date(request["updated"]),
            "expected_datetime": self.date(request.get("expected")),
        }
        if manners.without_ids and request["id"].startswith("no-id"):
            shown["token"] = shown.pop("service_request_id")
        if manners.both_addresses:
            shown["address_string"] = shown["address"]
        return shown

    def date(self, at: datetime | None) -> str | None:
        if at is None:
            return None
        if self.manners.local is None:
            return at.isoformat()
        return at.astimezone(self.manners.local).replace(tzinfo=None).isoformat()

    def success(
        self,
        found: list[dict[str, Any]],
        kind: str = "requests",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        root, item = _ROOTS[kind]
        if self.manners.format == "xml":
            return Reply(200, dict(headers or {}), self._xml(root, item, found))
        plain: Any = {root: found} if self.manners.wrapped else found
        return Reply(200, dict(headers or {}), json.dumps(plain).encode())

    def failure(self, status: int, *sentences: str) -> Reply:
        told = [{"code": status, "description": sentence} for sentence in sentences]
        if self.manners.format == "xml":
            return Reply(status, {}, self._xml("errors", "error", told))
        plain: Any = {"errors": told} if self.manners.wrapped else told
        return Reply(status, {}, json.dumps(plain).encode())

    def _xml(self, root: str, item: str, found: list[dict[str, Any]]) -> bytes:
        tree = Element(root, {"type": "array"} if self.manners.array_root else {})
        for one in found:
            element = SubElement(tree, item)
            for name, value in one.items():
                SubElement(element, name).text = "" if value is None else str(value)
        text: bytes = tostring(tree, encoding="utf-8", xml_declaration=True)
        return text


_OWN = {"id", "requested", "updated", "expected"}
_ROOTS = {
    "requests": ("service_requests", "request"),
    "updates": ("service_request_updates", "request_update"),
}


def _failed(fault: str) -> Reply | None:
    """An answer that fails: a status, or ``cut``, ``page`` (a web page) or ``half`` (of JSON)."""
    if fault == "cut":
        return None
    if fault == "page":
        return Reply(200, {}, b"<!DOCTYPE html><html><body>Maintenance</body></html>")
    if fault == "half":
        return Reply(200, {}, b'[{"service_request_id": "1", "status": "op')
    if fault == "message":
        return Reply(200, {}, b'{"message": "Please come back later."}')
    headers = {"Retry-After": "2"} if fault in {"429", "503"} else {}
    return Reply(int(fault), headers, b"<html><body>Error</body></html>")


def invented(count: int, *, since: datetime, every: timedelta) -> list[dict[str, Any]]:
    """So many requests, one after the other."""
    return [
        {
            "id": str(1000 + number),
            "status": "closed" if number % 3 else "open",
            "status_notes": "Filled." if number % 3 else None,
            "service_code": f"S{number % 4}",
            "service_name": ("Pothole", "Graffiti", "Rats", "Trash")[number % 4],
            "description": f"Number {number}: ‘broken’ & <old>",
            "agency_responsible": None if number % 2 else "Public Works",
            "address": f"{number} Main St",
            "lat": 39.3 + number / 100_000,
            "long": -76.6,
            "media_url": None,
            "requested": since + number * every,
            "updated": since + number * every + timedelta(hours=5),
        }
        for number in range(count)
    ]


@contextmanager
def listening(server: Server) -> Iterator[str]:
    """The server on this computer's own network; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve(None)

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers["Content-Length"])))

        def _serve(self, content: bytes | None) -> None:
            reply = server.answer(self.command, self.path, content, dict(self.headers))
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_args: Any) -> None:
            """Tests are quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_address[1]}/open311/v2"
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
