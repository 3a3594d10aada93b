"""citycall import-open311: what it is told, what it says, and how it ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import LazySettings

from citycall.command_line.open311 import import_open311
from citycall.core.reaching import BadAddress
from citycall.exchange.open311.profiles import UnknownProfile
from citycall.service_requests.models import ServiceRequest
from tests.exchange.open311.servers import KEY, MANNERS, Server, invented, listening

pytestmark = pytest.mark.django_db

SINCE = datetime(2024, 1, 1, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_home(settings: LazySettings, tmp_path: Path) -> None:
    settings.UPLOADS = tmp_path / "home" / "uploads"
    settings.TIME_ZONE = "America/New_York"
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]


def run(server: Server, *options: str) -> Result:
    with listening(server) as url:
        arguments = [url, "--source", "there", "--until", "2024-02-01", *options]
        return CliRunner().invoke(import_open311, arguments)


def some(name: str) -> Server:
    return Server(MANNERS[name], invented(100, since=SINCE, every=timedelta(hours=6)))


def test_it_imports_and_reports() -> None:
    result = run(some("standard"), "--since", "2024-01-01")
    assert result.exit_code == 0
    assert "100 rows: 100 imported" in result.output
    assert ServiceRequest.objects.filter(source="there").count() == 100


def test_a_day_begins_at_midnight_there(tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    key.write_text(f"{KEY}\n")
    # The first was made at midnight in New York, which is an hour before midnight in Chicago.
    for name, count in (("boston", 100), ("chicago", 99)):
        options = ["--profile", name, "--source", f"of-{name}", "--key-file", str(key)]
        result = run(some(name), *options, "--since", "2024-01-01")
        assert f"{count} imported" in result.output


def test_refused_requests_make_another_exit_code() -> None:
    server = some("standard")
    server.requests[0]["service_name"] = server.requests[0]["service_code"] = ""
    result = run(server, "--since", "2024-01-01")
    assert result.exit_code == 3
    assert "1 rejected" in result.output


def test_a_server_that_needs_a_jurisdiction_is_not_asked_without() -> None:
    server = some("fixmystreet")
    result = run(server, "--profile", "fixmystreet")
    assert result.exit_code == 2
    assert "--jurisdiction" in result.output
    assert server.calls == []
    told = run(server, "--profile", "fixmystreet", "--jurisdiction", "town.example")
    assert "100 imported" in told.output


def test_an_unknown_profile_and_a_wrong_zone_are_told() -> None:
    assert isinstance(run(some("standard"), "--profile", "x").exception, UnknownProfile)
    result = run(some("standard"), "--time-zone", "Mars/Olympus")
    assert result.exit_code == 2
    assert "not the name of a time zone" in result.output


def test_an_address_that_is_not_to_be_called_is_told(settings: LazySettings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = []
    assert isinstance(run(some("standard")).exception, BadAddress)
