"""Receive webhooks: believe only what is signed with your secret, was sent just now, and is new.

Give the webhook the address of this server. Run: SECRET=whsec_… python receive_webhook.py 8080
"""

import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = os.environ["SECRET"].encode()
TOLERANCE_SECONDS = 300
LARGEST = 1_000_000
# Keep these in your database: a call whose answer was lost is sent again.
received: set[str] = set()


def is_ours(signature: str, body: bytes) -> bool:
    """Whether exactly these bytes were signed with the secret, a moment ago."""
    parts = [part.partition("=") for part in signature.split(",")]
    moment = next((value for name, _, value in parts if name == "t"), "")
    if not moment.isdecimal() or abs(time.time() - int(moment)) > TOLERANCE_SECONDS:
        return False
    expected = hmac.new(SECRET, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    # While a secret is being exchanged there are two signatures, one with each.
    given = [value for name, _, value in parts if name == "v1"]
    return any(hmac.compare_digest(value.encode(), expected.encode()) for value in given)


class Receiver(BaseHTTPRequestHandler):
    """Answers each call at once; do what takes long afterwards."""

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers["Content-Length"] or 0), LARGEST))
        if not is_ours(self.headers["CityCall-Signature"] or "", body):
            self.answer(403)
            return
        delivery = self.headers["CityCall-Delivery"] or ""
        if delivery not in received:
            received.add(delivery)
            told = json.loads(body)
            request = told.get("service_request") or {}
            print(told["kind"], request.get("id"), request.get("status"), flush=True)
        self.answer(204)

    def answer(self, status: int) -> None:
        """Say whether the call was taken; one that was not is sent again later."""
        self.send_response(status)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("", int(sys.argv[1])), Receiver).serve_forever()
