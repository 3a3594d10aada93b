"""What a dispatcher waits for: the list of 100,000 open requests, whole, narrowed and sorted.

Asked of the real server as a signed-in person would, one question after the other, beside a page
of the same server that asks the database for nothing but the session (the ratio's base).
"""

import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bench import client, stage
from bench.reads import settle

CALLS = 100
WARM = 8
# So many times as many requests have ended as are open.
HISTORY = 4

# The latest that have ended are opened again, with states, dates, tags and people of all kinds.
OPENED = """
UPDATE service_requests_servicerequest q SET
  status = (ARRAY['new', 'assigned', 'assigned', 'in_progress', 'on_hold'])[1 + q.id % 5],
  outcome_id = NULL, explanation = '', completed_at = NULL, closed_at = NULL, verify_until = NULL,
  verification = CASE WHEN q.id % 97 = 0 THEN 'disputed' ELSE '' END,
  priority = 1 + q.id * 7919 % 5,
  due_at = CASE WHEN q.id % 20 <> 0
    THEN now() + hashint8(q.id) % 5184000 * interval '1 second' END,
  tags = CASE WHEN q.id % 400 = 0 THEN ARRAY['school']
    WHEN q.id % 10 = 0 THEN ARRAY['storm'] ELSE '{}' END,
  returned_at = CASE WHEN q.id % 211 = 0 THEN now() END,
  assignee_id = CASE WHEN q.id % 3 = 0
    THEN (SELECT id FROM accounts_user WHERE username = 'crew') END,
  report_count = CASE WHEN q.id % 50 = 0 THEN 5 ELSE q.report_count END
FROM (
  SELECT id FROM service_requests_servicerequest WHERE status = 'closed'
  ORDER BY requested_at DESC LIMIT %s
) r WHERE q.id = r.id
"""
# All open work with one agency, for one whose list is as long as the city's.
OF_ONE = """
UPDATE service_requests_servicerequest SET agency_id = %s
WHERE status IN ('new', 'assigned', 'in_progress', 'on_hold')
"""


def measure(where: stage.Stage, *, opened: int, calls: int = CALLS) -> dict[str, Any]:
    """Milliseconds of each question asked so often, by who reads the city and by one agency."""
    from citycall.demo import loading

    at = datetime.now(UTC)
    gather = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(
        gather, env={**where.environment, "DJANGO_SETTINGS_MODULE": "citycall.settings"}, check=True
    )
    loading.generate(requests=opened * (1 + HISTORY), seed=311, at=at)
    before = _open(where)
    where.psql(OPENED.replace("%s", str(max(opened - before, 0))))
    settle(where)
    where.psql("VACUUM ANALYZE service_requests_openwords")
    found: dict[str, Any] = {
        "open": _open(where),
        "whole_city": _served(where, "admin", at, calls=calls),
    }
    where.psql(OF_ONE.replace("%s", str(_agency_of("dispatch"))))
    settle(where)
    return {**found, "one_agency": _served(where, "dispatch", at, calls=calls)}


def _open(where: stage.Stage) -> int:
    found = where.psql(
        "SELECT count(*) FROM service_requests_servicerequest "
        "WHERE status IN ('new', 'assigned', 'in_progress', 'on_hold')"
    )
    return int(str(found[0][0]))


def _agency_of(name: str) -> int:
    from citycall.accounts.models import User
    from citycall.accounts.queries import actor_of

    actor = actor_of(User.objects.get(username=name))
    return next(agency for _role, agency in actor.memberships if agency is not None)


def _served(where: stage.Stage, name: str, at: datetime, *, calls: int) -> dict[str, Any]:
    """Percentiles of every question as one person, and the worst of them."""
    port = stage.free_port()
    site = stage.web(where, port=port)
    try:
        session = _session(name)
        times = {
            what: _times(f"/agency?{question}", port=port, session=session, calls=calls)
            for what, question in _questions().items()
        }
        base = _times("/me/sign-in", port=port, session=session, calls=calls)
    finally:
        site.stop()
    told = {what: _percentiles(some) for what, some in times.items()}
    slowest = max((what for what in told if what != "first_page"), key=lambda w: told[w]["p99"])
    return {
        "first_page": told["first_page"],
        "slowest": {slowest: told[slowest]},
        "function_first_page": _in_process(name, at),
        "ratio_of_p50_to_a_plain_page": round(
            told["first_page"]["p50"] / _percentiles(base)["p50"], 2
        ),
        "milliseconds": told,
    }


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1), "least": round(min(times), 1)}


def _session(name: str) -> str:
    """The cookie of somebody who has signed in."""
    from django.conf import settings
    from django.test import Client

    from citycall.accounts.models import User

    visitor = Client()
    visitor.force_login(User.objects.get(username=name))
    cookie = visitor.cookies[settings.SESSION_COOKIE_NAME]
    return f"{cookie.key}={cookie.value}"


def _questions() -> Mapping[str, str]:
    """One question for each way to narrow and to sort: some find many, some few, some nothing."""
    from citycall.catalog.queries import catalog
    from citycall.places.queries import areas

    book, index = catalog(), areas()
    longitude, latitude = index.middle or (0.0, 0.0)
    places = [index.of_layer(layer)[0] for layer in index.layers]
    services = book.services
    point = f"lon={longitude:.5f}&lat={latitude:.5f}"
    return {
        "first_page": "show=open",
        **{
            f"pile_{code}": f"show={code}"
            for code in (
                *("disputed", "late", "today", "returned", "unassigned", "soon", "new", "mine"),
                "team",
            )
        },
        "service": f"service={services[0].code}",
        "services": f"service={services[3].code}&service={services[9].code}",
        "team": f"team={book.teams[0].code}",
        "agency": f"agency={book.agencies[0].code}",
        **{f"area_{a.layer}": f"area={quote(f'{a.layer}:{a.code}')}" for a in places[:3]},
        "state": "state=on_hold",
        "priority": "priority=1",
        "age": "min_days=30",
        "age_young": "max_days=1",
        "due_none": "due=none",
        "reports": "reports=4",
        "reports_none": "reports=100000",
        "assignee": "assignee=none",
        "tag_few": "tag=school",
        "tag_many": "tag=storm",
        "tag_none": "tag=nothing",
        "words_many": "words=street",
        "words_few": "words=harbor+gran",
        "words_none": "words=zeppelin",
        "near": f"show=near&{point}",
        "near_all": f"show=near&{point}&within=5000",
        "several": "priority=1&state=on_hold&reports=3&min_days=5&assignee=none",
        "sort_due_last": "sort=-due",
        "sort_age": "sort=age",
        "sort_latest": "sort=-age",
        "sort_priority": "sort=priority",
        "sort_reports": "sort=reports",
        "everything": "show=all",
    }


def _times(address: str, *, port: int, session: str, calls: int) -> list[float]:
    """Milliseconds from asking to the last byte; raises for an answer that is not well."""
    head = (
        f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n"
        f"Cookie: {session}\r\n\r\n"
    )
    asked = head.encode()
    line = client.Connection(port)
    times: list[float] = []
    for turn in itertools.count():
        begun = time.perf_counter()
        status, _body = line.exchange(asked)
        if status != 200:
            raise ConnectionError(f"{status}: {address}")
        if turn >= WARM:
            times.append((time.perf_counter() - begun) * 1000)
        if len(times) == calls:
            break
    line.socket.close()
    return times


def _in_process(name: str, at: datetime) -> dict[str, float]:
    """The same first page as a call of the function alone, without server and template."""
    from citycall.accounts.models import User
    from citycall.accounts.queries import actor_of
    from citycall.workbench import queue
    from citycall.workbench.filters import Asked

    actor = actor_of(User.objects.get(username=name))
    times = []
    for turn in range(WARM + CALLS):
        begun = time.perf_counter()
        queue.page(actor, Asked(), at=at)
        if turn >= WARM:
            times.append((time.perf_counter() - begun) * 1000)
    return _percentiles(times)
