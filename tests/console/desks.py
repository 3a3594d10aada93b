"""People of the small city's call centre, signed in at the console."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from citycall.accounts.models import User

SignIn = Callable[[str], Client]


def signed_in(name: str) -> Client:
    """Somebody of the cast, by user name."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def page(client: Client, address: str, **query: str) -> str:
    """The text of a page that can be opened."""
    answer: Any = client.get(address, query)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())
