"""Open requests in a box on the map, latest first: west, south, east, north."""

import json
from urllib.parse import urlencode
from urllib.request import urlopen

CITY = "https://311.example.org"

asked = urlencode({"bbox": "-76.6300,39.2700,-76.5900,39.3100", "open": "true", "limit": 10})
with urlopen(f"{CITY}/api/v1/service_requests?{asked}", timeout=30) as answer:
    page = json.load(answer)

for request in page["items"]:
    print(request["id"], request["service"]["name"], request["longitude"], request["latitude"])
