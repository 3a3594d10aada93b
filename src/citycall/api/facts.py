"""The facts behind the measures, whole tables as Parquet, for those who may have all of them."""

from typing import Annotated

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router
from pydantic import BaseModel, Field, WithJsonSchema

from citycall.analytics.analysts import asking
from citycall.analytics.analysts.dictionary import TABLES
from citycall.analytics.analysts.edition import given
from citycall.analytics.policies import FACTS_SCOPE
from citycall.analytics.store import store
from citycall.api.conditions import PRIVATE, conditional
from citycall.api.cursors import Listed
from citycall.api.keys import Key, actor_of
from citycall.api.telling import told
from citycall.core import clock
from citycall.pages.sending import send

router = Router(tags=["Measures"], auth=Key(FACTS_SCOPE))
PARQUET = "application/vnd.apache.parquet"
TableName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(TABLES)})]


class FactColumnOut(BaseModel):
    """A column of a table."""

    name: str
    kind: str = Field(description="DuckDB's name of the kind of its values.")
    description: str


class FactTableOut(BaseModel):
    """A table, as it is now."""

    name: str
    description: str
    rows: int
    size: int = Field(description="Bytes of the Parquet file.")
    columns: list[FactColumnOut]


@router.get(
    "/facts",
    **told(
        "list_facts",
        "The tables of the facts",
        gives=Listed[FactTableOut],
        conditional=True,
        problems=[503],
    ),
)
def tables(request: HttpRequest) -> HttpResponseBase:
    """Every table with what its columns mean; they are fetched as Parquet."""
    facts = store().facts()
    files = asking.tables(facts, by=actor_of(request)).tables
    columns = given(facts)

    def make() -> object:
        return {
            "items": [
                {
                    "name": name,
                    "description": str(table.meaning),
                    "rows": files[name].rows,
                    "size": files[name].size,
                    "columns": [
                        {"name": each.name, "kind": each.kind, "description": str(each.meaning)}
                        for each in columns[name]
                    ],
                }
                for name, table in TABLES.items()
            ]
        }

    return conditional(request, make, cache=PRIVATE)


@router.get(
    "/facts/{table}.parquet",
    **told(
        "get_facts",
        "A table of the facts as Parquet",
        gives=bytes,
        conditional=True,
        media_type=PARQUET,
        problems=[503],
    ),
)
def table(request: HttpRequest, table: TableName) -> HttpResponseBase:
    """The whole table as of the latest refresh.

    Answers to Range, so that readers of Parquet fetch only the columns that they need.
    """
    facts = store().facts()
    file, edition = asking.take(facts, table, by=actor_of(request), at=clock.now())
    return send(
        request,
        file.path,
        size=file.size,
        digest=f"{file.name}-{edition.key}",
        changed_at=facts.about.as_of,
        media_type=PARQUET,
        name=f"{file.name}.parquet",
        kept_for=PRIVATE,
    )
