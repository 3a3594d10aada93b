"""Open data: which files there are, and what their columns mean."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field

from citycall.api.conditions import conditional
from citycall.api.cursors import Listed
from citycall.api.keys import ANYBODY
from citycall.api.telling import told
from citycall.exchange.open_data import queries
from citycall.exchange.open_data.queries import Edition

router = Router(tags=["Open data"], auth=ANYBODY)


class FileOut(BaseModel):
    """A file of an edition."""

    format: str
    name: str
    url: str
    size: int = Field(description="Bytes.")
    sha256: str
    media_type: str


class EditionOut(BaseModel):
    """One edition: the public facts of every request up to `data_until`."""

    edition: str
    made_at: datetime
    data_until: datetime
    rows: int
    files: list[FileOut]


class ColumnOut(BaseModel):
    """A column of every file of the open data."""

    name: str
    kind: str
    description: str
    unit: str


@router.get(
    "/open-data",
    **told(
        "list_open_data",
        "The editions of the open data",
        gives=Listed[EditionOut],
        conditional=True,
    ),
)
def editions(request: HttpRequest) -> HttpResponse:
    """Latest first. A new one is made each night, and is kept for a week."""
    return conditional(request, lambda: {"items": [_told(each) for each in queries.editions()]})


@router.get(
    "/open-data/columns",
    **told(
        "list_open_data_columns",
        "The data dictionary",
        gives=Listed[ColumnOut],
        conditional=True,
    ),
)
def columns(request: HttpRequest) -> HttpResponse:
    """What each column of an edition made now would mean."""

    def make() -> Any:
        return {
            "items": [
                {
                    "name": column.name,
                    "kind": column.kind.value,
                    "description": str(column.description),
                    "unit": str(column.unit),
                }
                for column in queries.columns()
            ]
        }

    return conditional(request, make)


def _told(edition: Edition) -> dict[str, Any]:
    return {
        "edition": edition.name,
        "made_at": edition.made_at,
        "data_until": edition.data_until,
        "rows": edition.rows,
        "files": [
            {
                "format": file.format,
                "name": file.name,
                "url": f"{settings.PUBLIC_URL}/open-data/{edition.name}/{file.name}",
                "size": file.size,
                "sha256": file.sha256,
                "media_type": file.media_type,
            }
            for file in edition.files
        ],
    }
