"""Everything that has changed since a moment, page by page: so a copy is kept up to date."""

import json
from urllib.parse import urlencode
from urllib.request import urlopen

CITY = "https://311.example.org"
SINCE = "2026-11-01T00:00:00Z"

asked = urlencode({"sort": "updated", "updated_since": SINCE, "limit": 100})
address = f"{CITY}/api/v1/service_requests?{asked}"
latest = SINCE

while address:
    with urlopen(address, timeout=30) as answer:
        page = json.load(answer)
    for request in page["items"]:
        # The same request may come again, since it may change again: replace what you have.
        print(request["updated_at"], request["id"], request["status"])
        latest = request["updated_at"]
    address = page["next"]

print("Begin the next time with:", latest)
