"""A forward proxy that leads clients with a city's address built in to a server of one's own.

``python -m tests.open311.city_proxy http://127.0.0.1:8311`` prints the environment that clients
need and serves until it is stopped.
"""

import http.client
import ssl
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import trustme

CITIES = (
    "311api.cityofchicago.org",
    "mayors24.cityofboston.gov",
    "311.boston.gov",
    "bloomington.in.gov",
)
_HOP_BY_HOP = {"connection", "proxy-connection", "keep-alive", "transfer-encoding", "host", "te"}


@dataclass
class CityProxy:
    """A running proxy; ``asked`` are the addresses that clients asked for, as they asked."""

    server: ThreadingHTTPServer
    authority: Path
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        host, port = self.server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes a client use it, and believe its certificates."""
        names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        return {
            **dict.fromkeys(names, self.address),
            "NO_PROXY": "",
            "no_proxy": "",
            "REQUESTS_CA_BUNDLE": str(self.authority),
        }


@contextmanager
def city_proxy(base: str, *, folder: Path, port: int = 0) -> Iterator[CityProxy]:
    """Serve: whatever is asked of a city's host is asked of ``base``, path and query kept."""
    authority = trustme.CA()
    bundle = folder / "authority.pem"
    authority.cert_pem.write_to_path(bundle)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*CITIES).configure_cert(context)

    class Handler(_Handler):
        target = urlsplit(base)
        tls = context

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    proxy = CityProxy(server, bundle)
    Handler.asked = proxy.asked
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """One client's connection; after CONNECT it speaks TLS as the city's host would."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    target = urlsplit("http://127.0.0.1")
    tls: ssl.SSLContext
    asked: list[str]
    tunnel = ""

    def do_CONNECT(self) -> None:
        host = self.path.partition(":")[0]
        if host not in CITIES:
            self.send_error(403)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        self.rfile.close()
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.tunnel = f"https://{host}"
        self.close_connection = False

    def do_GET(self) -> None:
        asked = urlsplit(f"{self.tunnel}{self.path}")
        if asked.hostname not in CITIES:
            self.send_error(403)
            return
        self.asked.append(asked.geturl())
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        status, headers, answer = self._forward(f"{asked.path}?{asked.query}", body)
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET  # noqa: N815

    def _forward(self, path: str, body: bytes | None) -> tuple[int, list[tuple[str, str]], bytes]:
        kind = http.client.HTTPSConnection if self.target.scheme == "https" else None
        upstream = (kind or http.client.HTTPConnection)(self.target.netloc, timeout=30)
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP
        }
        try:
            upstream.request(self.command, path, body, headers)
            reply = upstream.getresponse()
            return reply.status, reply.getheaders(), reply.read()
        finally:
            upstream.close()

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            if self.tunnel:
                self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def main() -> None:
    base = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder, city_proxy(base, folder=Path(folder)) as proxy:
        for name, value in proxy.environment.items():
            print(f"export {name}={value}", flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
