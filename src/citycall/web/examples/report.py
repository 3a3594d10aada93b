"""Report a problem, once: it is sent until an answer comes, always with the same key."""

import json
import time
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen
from uuid import uuid4

CITY = "https://311.example.org"
KEY = "YOUR_KEY"

report = {
    "service": "SERVICE_CODE",
    "location": {"longitude": -76.6100, "latitude": 39.2900},
    "words": "Sent by an example of the page for developers.",
}
# Keep it with the report until you have the answer: who sends again with it reports only once.
submission = str(uuid4())


def send() -> dict[str, object]:
    """The city's answer; raises ``HTTPError`` when the report is refused."""
    request = Request(
        f"{CITY}/api/v1/service_requests",
        data=json.dumps(report).encode(),
        headers={
            "Authorization": f"Bearer {KEY}",
            "Content-Type": "application/json",
            "Idempotency-Key": submission,
        },
    )
    with urlopen(request, timeout=30) as answer:
        receipt: dict[str, object] = json.load(answer)
        return receipt


for seconds in (1, 5, 25, 0):
    try:
        receipt = send()
        break
    except HTTPError as error:
        if error.code < 500:
            raise SystemExit(error.read().decode()) from error
    except URLError as error:
        print("No answer yet:", error.reason)
    time.sleep(seconds)
else:
    raise SystemExit("The city cannot be reached. Try again later, with the same submission.")

print("Confirmation number:", receipt["number"])
print("Follow it at:", receipt["url"])
print("Received before:", send()["again"])
