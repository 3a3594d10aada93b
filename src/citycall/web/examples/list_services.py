"""Every service that residents can ask for."""

import json
from urllib.request import urlopen

CITY = "https://311.example.org"

with urlopen(f"{CITY}/open311/v2/services.json", timeout=30) as answer:
    services = json.load(answer)

for service in services:
    print(service["service_code"], "–", service["service_name"])
