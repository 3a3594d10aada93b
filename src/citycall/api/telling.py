"""What the reference says of an operation, beside what its types say: one call per operation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

EXTRA: Final = "x-told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What ``reference`` puts into the OpenAPI document.

    ``problems`` are the statuses that it answers with besides those that follow from its shape.
    ``items`` are the models whose fields can be chosen. ``headers`` are the names of request
    headers that it reads. ``example`` and ``sends`` are an answer and a body.
    """

    problems: Sequence[int] = ()
    conditional: bool = False
    items: Sequence[str] = ()
    headers: Sequence[str] = ()
    example: Any = None
    sends: Any = None
    media_type: str = "application/json"


def told(
    operation_id: str,
    summary: str,
    *,
    gives: Any = None,
    status: int = 200,
    also: Mapping[int, Any] | None = None,
    items: Sequence[type[BaseModel]] = (),
    **more: Any,
) -> dict[str, Any]:
    """Keyword arguments for a router's decorator: names, answer and what the reference tells."""
    facts = Told(items=[model.__name__ for model in items], **more)
    return {
        "operation_id": operation_id,
        "summary": summary,
        "response": {status: gives, **(also or {})},
        "openapi_extra": {EXTRA: facts},
    }
