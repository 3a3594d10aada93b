"""A kept connection that died is noticed before it is used."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import close_old_connections, connection

from citycall.settings import database_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _leave_no_dead_connection(transactional_db: None) -> Iterator[None]:
    yield
    connection.close()


def kill_server_process() -> None:
    """End the server's side of the test's connection, as a restart of the database would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    settings = connection.get_connection_params()
    wanted = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{n: settings[n] for n in wanted if n in settings}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_living_connection_is_usable() -> None:
    connection.ensure_connection()
    assert connection.is_usable()


def test_a_dead_connection_is_not_usable() -> None:
    kill_server_process()
    assert not connection.is_usable()


def test_the_next_request_gets_a_new_connection() -> None:
    kill_server_process()
    close_old_connections()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_options_of_the_address_prevail_over_ours() -> None:
    url = "postgresql://citycall@db.example/citycall?options=-c%20jit%3Don"
    options = str(database_of(url)["OPTIONS"]["options"]).split()
    assert options.index("jit=off") < options.index("jit=on")
    assert "max_parallel_workers_per_gather=0" in options
