"""Parts of pages that are made once for all readers: never older than what they are made of."""

import re

import pytest
from django.conf import settings
from django.test import Client

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core import phrases
from citycall.core.actors import SYSTEM
from citycall.pages.static_files import StaticFiles
from tests.city import NOW
from tests.web import town

pytestmark = pytest.mark.django_db
PAGES = ("/", "/report", "/services")


@pytest.fixture(autouse=True)
def built(transactional_db: None) -> None:
    town.build()


def rename(name: str) -> None:
    save_service(spec=ServiceSpec.model_validate({**town.LAMP, "name": name}), by=SYSTEM, at=NOW)


@pytest.mark.parametrize("address", PAGES)
def test_a_service_that_was_renamed_is_called_by_its_new_name(client: Client, address: str) -> None:
    assert "Street light out" in client.get(address).content.decode()
    rename("Dark street light")
    told = client.get(address).content.decode()
    assert "Dark street light" in told
    assert "Street light out" not in told


@pytest.mark.parametrize("address", PAGES)
def test_each_language_has_its_own_list(client: Client, address: str) -> None:
    assert "Street light out" in client.get(address).content.decode()
    phrases.write({"Street light out": "Farola apagada"}, language="es", by=SYSTEM, at=NOW)
    assert "Farola apagada" in client.get(address, {"language": "es"}).content.decode()
    assert "Street light out" in client.get(address, {"language": "en"}).content.decode()


def test_the_filters_show_what_was_chosen(client: Client) -> None:
    def chosen(show: str) -> list[str]:
        page = client.get("/nearby", {"lon": "-76.6", "lat": "39.3", "show": show})
        return re.findall(r'<option value="(\w+)" selected', page.content.decode())

    assert "week" in chosen("week")
    assert "month" in chosen("month")
    assert "week" in chosen("week")


def test_the_filters_show_what_is_wrong_with_them(client: Client) -> None:
    fine = {"lon": "-76.6", "lat": "39.3", "show": "months", "first": "2026-01", "last": "2026-03"}
    assert client.get("/nearby", fine).status_code == 200
    wrong = client.get("/nearby", {**fine, "first": "soon"})
    assert wrong.status_code == 400
    assert "Give the month as year and month: 2026-03." in wrong.content.decode()


def test_an_address_of_a_static_file_is_the_storages_own(tmp_path, monkeypatch) -> None:
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    storage.hashed_files = {"web/web.css": "web/web.0123456789ab.css"}
    monkeypatch.setattr(settings, "DEBUG", False)
    for _turn in range(2):
        assert storage.url("web/web.css") == "/static/web/web.0123456789ab.css"
