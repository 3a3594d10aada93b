"""All public requests as one compressed table, and how many there are of each service."""

import csv
import gzip
import shutil
from collections import Counter
from pathlib import Path
from urllib.request import urlopen

CITY = "https://311.example.org"
TABLE = Path("requests.csv.gz")

with urlopen(f"{CITY}/open-data/latest/{TABLE}", timeout=60) as answer, TABLE.open("wb") as file:
    shutil.copyfileobj(answer, file)

with gzip.open(TABLE, "rt", encoding="utf-8", newline="") as lines:
    services = Counter(request["service_name"] for request in csv.DictReader(lines))

for name, count in services.most_common(10):
    print(f"{count:>9,}  {name}")
