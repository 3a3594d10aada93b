"""The OpenAPI 3.1 document: every operation with every status it can answer."""

import copy
from http import HTTPStatus
from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from citycall.api import problems
from citycall.api.deprecation import ending_of
from citycall.api.keys import Key
from citycall.api.telling import EXTRA, Told

SERVER: Final = "/api/v1"
_REF: Final = "#/components/schemas/"

PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "What is wrong, as RFC 9457 says it. Decide upon `code`, show `detail`.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "description": "`urn:citycall:problem:` and the code."},
        "title": {"type": "string", "description": "The HTTP status in words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "faults": {
            "type": "object",
            "description": "Each field at fault, with a sentence.",
            "additionalProperties": {"type": "string"},
        },
    },
}
_HEADERS: Final[dict[str, Any]] = {
    "Idempotency-Key": (
        "Chosen by the caller; the same report sent again with the same key is taken once.",
        {"type": "string", "maxLength": 200},
    ),
    "If-Match": (
        "The ETag of the request as it was when the caller decided. If somebody has changed it "
        "meanwhile the answer is 412.",
        {"type": "string"},
    ),
    "If-None-Match": (
        "An ETag that the caller holds; 304 where the answer is still the same.",
        {"type": "string"},
    ),
}
_ANSWER_HEADERS: Final[dict[int, dict[str, tuple[str, dict[str, Any]]]]] = {
    401: {"WWW-Authenticate": ("How to send a key.", {"type": "string"})},
    429: {"Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1})},
}
_WHY: Final = {
    400: "The call cannot be read, or asks for what cannot be",
    401: "The key is missing or not known",
    403: "The key may not do this",
    404: "There is no such thing, as far as the caller may know",
    409: "The state of the thing does not allow this",
    412: "It was changed meanwhile",
    413: "More was sent than is read",
    415: "The body is not of the media type that is read",
    422: "The call is well formed and something in it is wrong",
    429: "Too many calls",
    500: "Something is broken on our side",
}


def document(api: NinjaAPI) -> dict[str, Any]:
    """The whole document, as plain data."""
    book = OpenAPISchema(api, "")
    told: dict[str, Any] = dict(copy.deepcopy({key: book[key] for key in book}))
    schemas = told["components"]["schemas"]
    told["paths"] = {
        path: {method: _operation(op, schemas) for method, op in methods.items()}
        for path, methods in told["paths"].items()
    }
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    _secure(told["paths"][f"{router.prefix}{path}" or "/"], method, operation)
    schemas["Problem"] = PROBLEM
    told["components"]["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key. Its scopes say what it may do.",
        }
    }
    told["servers"] = [{"url": SERVER}]
    _tidy(told)
    return _sorted(told)


def _operation(op: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    told: Told = op.pop(EXTRA, Told())
    answers: dict[str, Any] = {str(status): answer for status, answer in op["responses"].items()}
    good = next(status for status in answers if status.startswith("2"))
    for status, answer in answers.items():
        if "content" in answer:
            content = answer["content"].pop("application/json")
            answer["content"][told.media_type] = content
            if told.items and status == good:
                content["schema"] = _selectable(content["schema"], told, schemas)
            if told.example is not None and status == good:
                content["example"] = told.example
    if told.conditional:
        answers[good]["headers"] = {"ETag": _header("Stands for this answer.", {"type": "string"})}
        answers["304"] = {"description": "The answer that the caller holds is still right"}
    names = [*told.headers, *(["If-None-Match"] if told.conditional else [])]
    op["parameters"] = [*op.get("parameters", []), *(_parameter(name) for name in names)]
    if "requestBody" in op and told.sends is not None:
        for content in op["requestBody"]["content"].values():
            content["example"] = told.sends
    for number in _statuses(op, told):
        answers[str(number)] = _problem(number)
    op["responses"] = answers
    return op


def _statuses(op: dict[str, Any], told: Told) -> set[int]:
    found = {401, 422, 429, 500, *told.problems}
    if any(each["in"] == "path" for each in op["parameters"]):
        found |= {404}
    if any(each["name"] in {"after", "near", "bbox"} for each in op["parameters"]):
        found |= {400}
    if "requestBody" in op:
        found |= {400, 413, 415}
    return found


def _secure(methods: dict[str, Any], method: str, operation: Operation) -> None:
    op = methods[method.lower()]
    key = next((auth for auth in operation.auth_callbacks if isinstance(auth, Key)), None)
    op.pop("security", None)
    if key is None:
        op["security"] = []
        op["responses"].pop("401", None)
        op["responses"].pop("429", None)
    elif key.required:
        op["security"] = [{"key": list(key.scopes)}]
        op["responses"]["403"] = _problem(403)
    else:
        op["security"] = [{}, {"key": []}]
    ending = ending_of(operation.view_func)
    if ending is not None:
        op["deprecated"] = True
        until = f"Deprecated: answers until {ending.sunset:%Y-%m-%d}. Use {ending.instead}."
        op["description"] = f"{op.get('description', '')}\n\n{until}".strip()


def _problem(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": _WHY.get(status, HTTPStatus(status).phrase),
        "content": {problems.CONTENT_TYPE: {"schema": {"$ref": f"{_REF}Problem"}}},
    }
    headers = _ANSWER_HEADERS.get(status)
    if headers:
        answer["headers"] = {name: _header(*told) for name, told in headers.items()}
    return answer


def _header(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "required": True, "schema": schema}


def _parameter(name: str) -> dict[str, Any]:
    words, schema = _HEADERS[name]
    return {"in": "header", "name": name, "required": False, "description": words, "schema": schema}


def _selectable(schema: dict[str, Any], told: Told, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer whose items may have been narrowed by ``fields``."""
    wholes = [{"$ref": f"{_REF}{item}"} for item in told.items]
    parts = [{"$ref": f"{_REF}{_part_of(item, schemas)}"} for item in told.items]
    either = {"anyOf": [*wholes, *parts]}
    if "anyOf" in schema or schema in wholes:
        return either
    name = schema["$ref"].removeprefix(_REF)
    page = copy.deepcopy(schemas[name])
    page["properties"]["items"]["items"] = either
    schemas[name] = page
    return schema


def _part_of(name: str, schemas: dict[str, Any]) -> str:
    """A schema like this one whose fields need not be there, nor those of what it holds."""
    part = f"{name}Part"
    if part in schemas:
        return part
    schemas[part] = {}
    made = copy.deepcopy(schemas[name])
    made.pop("required", None)
    made["title"] = part
    made["description"] = f"Those fields of {name} that were chosen with `fields`."
    _point_to_parts(made.get("properties", {}), schemas)
    schemas[part] = made
    return part


def _point_to_parts(node: Any, schemas: dict[str, Any]) -> None:
    if isinstance(node, list):
        for each in node:
            _point_to_parts(each, schemas)
    elif isinstance(node, dict):
        name = str(node.get("$ref", "")).removeprefix(_REF)
        if name in schemas and "properties" in schemas[name]:
            node["$ref"] = f"{_REF}{_part_of(name, schemas)}"
        for each in list(node.values()):
            _point_to_parts(each, schemas)


def _tidy(node: Any) -> None:
    """Take out what the generator adds and nobody reads: titles of fields, defaults of null."""
    if isinstance(node, list):
        for each in node:
            _tidy(each)
        return
    if not isinstance(node, dict):
        return
    if "default" in node and node["default"] is None:
        del node["default"]
    fields = node.get("properties")
    if isinstance(fields, dict):
        for each in fields.values():
            if isinstance(each, dict) and isinstance(each.get("title"), str):
                del each["title"]
    schema = node.get("schema")
    if isinstance(schema, dict) and "in" in node:
        schema.pop("title", None)
        schema.pop("description", None)
    for each in node.values():
        _tidy(each)


def _sorted(told: dict[str, Any]) -> dict[str, Any]:
    """The same, in an order that does not change from run to run."""
    told["paths"] = dict(sorted(told["paths"].items()))
    for methods in told["paths"].values():
        for op in methods.values():
            op["responses"] = dict(sorted(op["responses"].items()))
    told["components"]["schemas"] = dict(sorted(told["components"]["schemas"].items()))
    return told
