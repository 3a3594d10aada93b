"""What a report of one service is asked, and which answers may be chosen."""

import json
from urllib.request import urlopen

CITY = "https://311.example.org"

with urlopen(f"{CITY}/open311/v2/services/ASKING_SERVICE.json", timeout=30) as answer:
    definition = json.load(answer)

for question in definition["attributes"]:
    needed = "required" if question["required"] else "optional"
    print(f"{question['code']} ({question['datatype']}, {needed}): {question['description']}")
    for value in question["values"] or []:
        print(f"    {value['key']} = {value['name']}")
