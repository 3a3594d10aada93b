"""What the assistant learns from: the first words of each request, and its service in the end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

# Words that were too few tell nothing, as "help" does.
FEWEST_LETTERS: Final = 10
# What came long ago says little of what comes next, and costs hours of computing.
MOST: Final = 60_000

# The service that staff have left it with, and the parent's where it was merged: so corrections
# are learned from. What was cancelled was no request of any service.
_LATEST: Final = """
SELECT left(f.words, %(letters)s), coalesce(parent.service_id, r.service_id), r.requested_at
  FROM service_requests_servicerequest r
  JOIN service_requests_report f ON f.number = r.number AND f.service_request_id = r.id
  LEFT JOIN service_requests_servicerequest parent ON parent.id = r.merged_into_id
 WHERE coalesce(parent.service_id, r.service_id) = ANY(%(services)s)
   AND r.status <> 'cancelled' AND length(f.words) >= %(fewest)s
   AND r.requested_at <= %(until)s
 ORDER BY r.requested_at DESC, r.id DESC
 LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Example:
    """What a person said, and the id of the service that it was about in the end.

    ``public`` says whether the words themselves may be learned: those of a private service may
    only say more of words that others have used in public.
    """

    words: str
    service: int
    at: datetime
    public: bool = True


def latest(
    *,
    until: datetime,
    services: Collection[int],
    private: Collection[int],
    letters: int,
    most: int = MOST,
) -> list[Example]:
    """The latest requests of these services that have words, oldest first.

    ``services`` and ``private`` (those whose words nobody may see) are ids; of each text at most
    ``letters`` are read.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _LATEST,
            {
                "services": list(services),
                "letters": letters,
                "fewest": FEWEST_LETTERS,
                "until": until,
                "most": most,
            },
        )
        rows = cursor.fetchall()
    found = (Example(words, service, at, service not in private) for words, service, at in rows)
    return list(found)[::-1]
