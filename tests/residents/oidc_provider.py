"""A small OpenID Connect provider on loopback, which can be told to misbehave.

It checks what a provider has to: client, secret, code used once, return address and PKCE.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

CLIENT, SECRET = "city call", "a secret: with/signs"

Query = dict[str, str]


@dataclass
class Provider:
    """What the provider tells of a person, and how it departs from what is right."""

    port: int = 0
    subject: str = "sam-1"
    about: dict[str, Any] = field(
        default_factory=lambda: {
            "email": "sam@example.org",
            "email_verified": True,
            "name": "Sam Reyes",
        }
    )
    in_token: bool = True
    claims: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    answer: Query = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: RSAKey | ECKey | OctKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"})
    )
    published: KeySet | None = None
    algorithm: str = "RS256"
    token: str = ""
    codes: dict[str, Query] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "authorization_response_iss_parameter_supported": True,
            **self.discovery,
        }

    def authorize(self, asked: Query) -> str:
        """Where the browser is sent after the person agreed."""
        if asked["client_id"] != CLIENT or asked["code_challenge_method"] != "S256":
            raise ValueError(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer, **self.answer}
        told = {name: value for name, value in answer.items() if value}
        return f"{asked['redirect_uri']}?{urlencode(told)}"

    def exchange(self, form: Query, authorization: str) -> dict[str, Any] | None:
        """The tokens for a code, or nothing for who has no right to them."""
        expected = base64.b64encode(b"city+call:a+secret%3A+with%2Fsigns").decode()
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or authorization != f"Basic {expected}":
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (challenge, form["redirect_uri"]) != (asked["code_challenge"], asked["redirect_uri"]):
            return None
        return {
            "access_token": "access",
            "token_type": "Bearer",
            "id_token": self.token or self.signed(asked),
        }

    def signed(self, asked: Query) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "sub": self.subject,
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
            **(self.about if self.in_token else {}),
            **self.claims,
        }
        told = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        return jwt.encode(header, told, self.key, algorithms=[self.algorithm])

    def keys(self) -> dict[str, Any]:
        published = self.published or KeySet([self.key])
        return dict(published.as_dict(private=False))


@contextmanager
def running() -> Iterator[Provider]:
    """The provider on a free port."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: given[0] for name, given in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self.tell(provider.described())
            elif parts.path == "/keys":
                self.tell(provider.keys())
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
            elif self.headers["Authorization"] == "Bearer access":
                self.tell({"sub": provider.subject, **provider.about, **provider.userinfo})
            else:
                self.tell({"error": "invalid_token"}, status=401)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: given[0] for name, given in parse_qs(sent).items()}
            tokens = provider.exchange(form, self.headers.get("Authorization", ""))
            self.tell(tokens or {"error": "invalid_grant"}, status=200 if tokens else 400)

        def tell(self, told: dict[str, Any], *, status: int = 200) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
