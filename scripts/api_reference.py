"""Write the JSON API's reference from its contract; with ``--check`` only compare.

``tests/api/contract.json`` is the OpenAPI document, which a test holds equal to what the site
serves. From it are made ``docs/reference/json-api.md`` and what ``/developers/reference`` shows.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CONTRACT = ROOT / "tests" / "api" / "contract.json"
DOCS = ROOT / "docs" / "reference" / "json-api.md"
PAGE = ROOT / "src/citycall/web/api_reference.json"
COMMAND = "python scripts/api_reference.py"
_WHOLES = {"Listed": "list", "Page": "page"}
METHODS = ("get", "post", "put", "patch", "delete")
HEAD = f"""# JSON API

Made from the contract by `{COMMAND}`; do not edit. How to begin is told in
[use the API](../how-to/use-the-api.md), and the same as this page on every site under
`/developers/reference`.

Every address stands behind `/api/v1`. Times are ISO 8601 with their offset, positions degrees in
WGS 84. A page has `items`, and `next` with the address of the next page, null on the last one; a
list has `items` only. Operations that answer 304 take `If-None-Match` with the `ETag` that you
hold. Every failure is a problem document (RFC 9457): decide upon its `code`, show its `detail`.
"""


@dataclass(frozen=True)
class Row:
    """A parameter, a field or an answer: its name, its sort, and what it is for."""

    name: str
    kind: str
    words: str


@dataclass(frozen=True)
class Operation:
    """One operation as both pages tell it."""

    tag: str
    method: str
    path: str
    summary: str
    description: str
    key: str
    deprecated: bool
    parameters: tuple[Row, ...]
    body: tuple[Row, ...]
    answers: tuple[Row, ...]
    failures: str
    example: str

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.method} {self.path}".lower()).strip("-")


def operations(contract: Mapping[str, Any]) -> Iterator[Operation]:
    """Every operation, by tag in the order in which tags first come, then by address."""
    found = [
        _operation(contract, path, method, told)
        for path, methods in contract["paths"].items()
        for method, told in methods.items()
        if method in METHODS
    ]
    tags = list(dict.fromkeys(operation.tag for operation in found))
    yield from sorted(found, key=lambda each: tags.index(each.tag))


def _operation(
    contract: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any]
) -> Operation:
    return Operation(
        tag=next(iter(told.get("tags", [])), "Other"),
        method=method.upper(),
        path=path.removeprefix("/api/v1") or "/",
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        key=_key(told.get("security", [])),
        deprecated=bool(told.get("deprecated")),
        parameters=tuple(
            _parameter(contract, each)
            for each in told.get("parameters", [])
            if each["name"] != "If-None-Match"
        ),
        body=tuple(_body(contract, told)),
        answers=tuple(_answers(contract, told)),
        failures=", ".join(status for status in told.get("responses", {}) if _fails(status)),
        example=_example(told),
    )


def _key(security: list[Mapping[str, list[str]]]) -> str:
    needed = [scopes for each in security for scopes in each.values()]
    if not needed:
        return "No key."
    if any(not each for each in security):
        return "A key may be sent."
    scopes = " or ".join(f"`{scope}`" for scope in needed[0])
    return f"Needs a key that may {scopes}." if scopes else "Needs a key."


def _parameter(contract: Mapping[str, Any], told: Mapping[str, Any]) -> Row:
    needed = "" if told.get("required") else ", optional"
    where = "" if told["in"] == "query" else f" ({told['in']})"
    schema = _resolved(contract, told.get("schema", {}))
    words = told.get("description") or schema.get("description", "")
    return Row(told["name"], f"{_kind(contract, schema)}{where}{needed}", _line(words))


def _body(contract: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Row]:
    for content in told.get("requestBody", {}).get("content", {}).values():
        yield from _fields(contract, content.get("schema", {}))


def _fields(contract: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Row]:
    schema = _resolved(contract, schema)
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        needed = "" if name in required else ", optional"
        words = field.get("description") or ""
        yield Row(name, f"{_kind(contract, field)}{needed}", _line(words))


def _answers(contract: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Row]:
    for status, answer in told.get("responses", {}).items():
        if not _fails(status):
            kinds = [
                _kind(contract, content.get("schema", {}))
                for content in answer.get("content", {}).values()
            ]
            yield Row(status, ", ".join(kinds), _line(answer.get("description", "")))


def _fails(status: str) -> bool:
    return status[:1] in {"4", "5"}


def _example(told: Mapping[str, Any]) -> str:
    for status, answer in told.get("responses", {}).items():
        for content in answer.get("content", {}).values():
            if str(status).startswith("2") and "example" in content:
                return json.dumps(content["example"], indent=2, ensure_ascii=False)
    return ""


def _resolved(contract: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, where it only points to one or may be null besides."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        found: Mapping[str, Any] = contract["components"]["schemas"][name]
        return found
    others = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
    return _resolved(contract, others[0]) if len(others) == 1 else schema


def _kind(contract: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The sort of value, in a word or a few."""
    if "$ref" in schema:
        return _name(schema["$ref"])
    if "anyOf" in schema:
        parts = dict.fromkeys(_kind(contract, each) for each in schema["anyOf"])
        # What can be narrowed by `fields` is told once.
        return " or ".join(part for part in parts if not part.endswith("Part"))
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(contract, schema.get('items', {}))}"
    kind = schema.get("type", "any value")
    kind = " or ".join(kind) if isinstance(kind, list) else kind
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)


def _name(reference: str) -> str:
    """The name of a shape: "page of X" for what the framework calls ``Page_X_``."""
    name = reference.rpartition("/")[2]
    whole, _underscore, item = name.rstrip("_").partition("_")
    return f"{_WHOLES[whole]} of {item}" if item and whole in _WHOLES else name


def _line(words: str) -> str:
    return " ".join(words.split())


def shapes(contract: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    """Every named shape with fields: its name, what it is, and them."""
    for name, schema in contract.get("components", {}).get("schemas", {}).items():
        told = _name(name) == name and not name.endswith("Part")
        if told and schema.get("properties"):
            words = _line(schema.get("description", ""))
            yield name, words, tuple(_fields(contract, schema))


def markdown(contract: Mapping[str, Any]) -> str:
    """The page of the documentation."""
    parts = [HEAD]
    tag = ""
    for operation in operations(contract):
        if operation.tag != tag:
            tag = operation.tag
            parts.append(f"## {tag}\n")
        parts.append(_markdown_of(operation))
    parts.append("## Shapes\n")
    for name, words, rows in shapes(contract):
        parts.append(f"### {name}\n")
        parts += [f"{words}\n"] if words else []
        parts.append(_table(("field", "kind", ""), rows))
    return "\n".join(parts)


def _markdown_of(operation: Operation) -> str:
    parts = [f"### {operation.method} `{operation.path}`\n"]
    ended = "**Deprecated.** " if operation.deprecated else ""
    parts.append(f"{ended}{operation.summary}. {operation.key}\n")
    parts += [f"{operation.description}\n"] if operation.description else []
    for heading, rows in _tables(operation):
        parts.append(_table((heading, "kind", ""), rows))
    parts.append(f"Fails with {operation.failures}.\n")
    parts += [f"```json\n{operation.example}\n```\n"] if operation.example else []
    return "\n".join(parts)


def _tables(operation: Operation) -> list[tuple[str, tuple[Row, ...]]]:
    tables = [
        ("parameter", operation.parameters),
        ("body", operation.body),
        ("answer", operation.answers),
    ]
    return [(heading, rows) for heading, rows in tables if rows]


def _table(heads: tuple[str, str, str], rows: tuple[Row, ...]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|"]
    for row in rows:
        cells = (f"`{row.name}`", _escaped(row.kind), _escaped(row.words))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def page(contract: Mapping[str, Any]) -> str:
    """What the site's own page shows, an operation or a shape in each line."""
    told = {
        "operations": [_operation_told(each) for each in operations(contract)],
        "shapes": [
            {"anchor": _anchor(name), "name": name, "words": words, "rows": _rows(rows)}
            for name, words, rows in shapes(contract)
        ],
    }
    parts = [f"{_json(name)}: [\n{_lines(items)}\n]" for name, items in told.items()]
    return f"{{\n{_lined(parts)}\n}}\n"


def _operation_told(operation: Operation) -> dict[str, Any]:
    return {
        "group": _anchor(operation.tag),
        "tag": operation.tag,
        "anchor": operation.anchor,
        "method": operation.method,
        "path": operation.path,
        "summary": operation.summary,
        "key": operation.key,
        "deprecated": operation.deprecated,
        "paragraphs": [_line(each) for each in operation.description.split("\n\n") if each],
        "parameters": _rows(operation.parameters),
        "body": _rows(operation.body),
        "answers": _rows(operation.answers),
        "failures": operation.failures,
        "example": operation.example,
    }


def _rows(rows: tuple[Row, ...]) -> list[list[str]]:
    return [[row.name, row.kind, row.words] for row in rows]


def _lines(items: list[dict[str, Any]]) -> str:
    return _lined([_json(item) for item in items])


def _lined(parts: list[str]) -> str:
    return ",\n".join(parts)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _anchor(text: str) -> str:
    return "of-" + re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def main() -> int:
    """Write both files, or say which is out of date."""
    contract = json.loads(CONTRACT.read_text())
    made = {DOCS: markdown(contract), PAGE: page(contract)}
    if "--check" not in sys.argv:
        for path, text in made.items():
            path.write_text(text)
        return 0
    old = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    for path in old:
        print(f"{path.relative_to(ROOT)} is out of date: run {COMMAND}")  # noqa: T201
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
