"""One field for a number, however it was written down."""

import pytest
from django.test import Client

from citycall.core import numbers
from tests.city import City

NUMBER = numbers.compose(year=26, serial=483920175)
SHOWN = numbers.show(NUMBER)


@pytest.mark.parametrize(
    "typed",
    [SHOWN, f"{NUMBER}", f" {NUMBER} ", SHOWN.replace("-", " "), SHOWN.replace("0", "O")],
)
def test_every_way_of_writing_leads_there(client: Client, city: City, typed: str) -> None:
    assert client.get("/track", {"number": typed})["Location"] == f"/r/{SHOWN}"


@pytest.mark.parametrize("typed", ["", "12", "hello", SHOWN[:-1] + "x", "9" * 500])
def test_what_is_no_number_is_kept_and_told(client: Client, city: City, typed: str) -> None:
    answer = client.get("/track", {"number": typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Please check what you entered" in page
    assert f'value="{typed[:80]}"' in page or not typed
