"""A mail server for each test that asks for one."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.notifications import mail_server
from tests.notifications.mail_server import MailServer


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """A mail server that the settings point at."""
    mail_server.use(settings)
    with mail_server.running(MailServer()) as running:
        yield running
