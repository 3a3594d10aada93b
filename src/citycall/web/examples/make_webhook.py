"""Have your server told when a request is completed or closed, and send it a first, empty call.

Run: python make_webhook.py https://your-server.example/citycall
"""

import json
import sys
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

CITY = "https://311.example.org"
KEY = "YOUR_KEY"


def post(path: str, told: dict[str, Any] | None = None) -> Any:
    """What the city answers."""
    body = json.dumps(told).encode() if told else b""
    headers = {"Authorization": f"Bearer {KEY}"}
    if told:
        headers["Content-Type"] = "application/json"
    request = Request(f"{CITY}/api/v1{path}", data=body, headers=headers, method="POST")
    try:
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise SystemExit(error.read().decode()) from error


webhook = post(
    "/webhooks", {"name": "Example", "url": sys.argv[1], "kinds": ["completed", "closed"]}
)
print("Keep the secret, it is shown this once:", webhook["secret"])
print("The first call:", post(f"/webhooks/{webhook['id']}/test"))
