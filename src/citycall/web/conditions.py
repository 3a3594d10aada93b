"""What a page is told of a question's conditions and stops, so that it can react at once.

The page only hurries ahead: the server asks the catalog again when the form is sent.
"""

import json

from citycall.catalog.specs import Question
from citycall.web.telling import mark


def for_page(question: Question) -> str:
    """The conditions as JSON: question, and the values or whether any answer fulfils it."""
    return json.dumps(
        [
            {"question": c.question, "values": c.values, "answered": c.answered}
            for c in question.only_if
        ]
    )


def stops_for_page(question: Question) -> list[dict[str, str]]:
    """The stops with the keys that call for them, as JSON in ``keys``, and what marks them read."""
    return [
        {
            "keys": json.dumps(stop.when),
            "kind": stop.kind.value,
            "text": stop.text,
            "mark": mark(stop),
        }
        for stop in question.stops
    ]
