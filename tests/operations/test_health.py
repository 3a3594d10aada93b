"""Whether the system is well, asked every few seconds and so at little cost."""

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from citycall.operations import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_found_migrated", set())


def lose_a_migration() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'feedback'")


def test_a_database_that_lacks_a_migration_cannot_serve(client: Client) -> None:
    lose_a_migration()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["migrated"] is False


def test_a_no_is_looked_at_again(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name, applied FROM django_migrations WHERE app = 'feedback'")
        rows = cursor.fetchall()
        lose_a_migration()
        assert client.get("/healthz").status_code == 503
        cursor.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", rows
        )
    assert client.get("/healthz").status_code == 200


def test_a_yes_is_remembered(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert client.get("/healthz").json()["migrated"] is True
    with django_assert_num_queries(1):
        assert client.get("/healthz").json()["migrated"] is True
