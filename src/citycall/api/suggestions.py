"""Which service a person's own words mean."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from citycall.api.conditions import conditional
from citycall.api.keys import ANYBODY
from citycall.api.parameters import Words
from citycall.api.telling import told
from citycall.assistant.queries import suggest

router = Router(tags=["Catalog"], auth=ANYBODY)
# What people say of their problem is kept by nobody between them and the city.
_CACHE: Final = "private, max-age=60"


class SuggestionsAsked(BaseModel):
    """What a person says."""

    words: Words = Field(description="What the problem is, in the person's own words.")


class SuggestedServiceOut(BaseModel):
    """A service that may be meant."""

    code: str
    name: str


class SuggestionsOut(BaseModel):
    """What the words may mean, best first, and how sure that is.

    `sure`: ask whether the first service is meant. `unsure`: offer the groups instead; the
    services are those whose names fit. `by_name`: history says nothing, names fit. `nothing`:
    offer the whole list.
    """

    certainty: str
    services: list[SuggestedServiceOut]
    groups: list[str] = Field(description="Names of groups that it may be in, when not sure.")


@router.get(
    "/suggestions",
    **told(
        "suggest_services",
        "Which services words may mean",
        gives=SuggestionsOut,
        conditional=True,
        example={
            "certainty": "sure",
            "services": [{"code": "pothole", "name": "Pothole"}],
            "groups": [],
        },
    ),
)
def suggestions(request: HttpRequest, asked: Query[SuggestionsAsked]) -> HttpResponse:
    """Services as the history of the city tells, or by their names; groups where it is not sure."""

    def make() -> Any:
        found = suggest(asked.words)
        return {
            "certainty": found.certainty.value,
            "services": [{"code": e.code, "name": e.name} for e in found.services],
            "groups": [group.name for group in found.groups],
        }

    return conditional(request, make, cache=_CACHE)
