"""Where a request stands; asked again, an unchanged answer is not sent again."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

CITY = "https://311.example.org"
ADDRESS = f"{CITY}/api/v1/service_requests/REQUEST_ID"

with urlopen(ADDRESS, timeout=30) as answer:
    etag = answer.headers["ETag"]
    request = json.load(answer)

print(request["service"]["name"], "–", request["status"])
print("Whose work it is:", request["agency"]["name"])
print("Due:", request["due_at"] or "no time is promised")

try:
    urlopen(Request(ADDRESS, headers={"If-None-Match": etag}), timeout=30).close()
    print("Something has changed.")
except HTTPError as error:
    if error.code != 304:
        raise
    print("Asked again: nothing has changed.")
