"""The document that programs are written against: valid, whole, and changed on purpose only."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from citycall.api import reference
from citycall.api.door import api

CONTRACT = Path(__file__).parent / "contract.json"
METHODS = {"get", "post", "patch", "delete", "put"}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(reference.document(api)))
    return made


def operations(told: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", op)
        for path, methods in told["paths"].items()
        for method, op in methods.items()
    ]


def test_the_contract_is_what_it_was(told) -> None:
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_CONTRACT"):
        CONTRACT.write_text(text)
    assert text == CONTRACT.read_text(), "UPDATE_CONTRACT=1 writes it anew, if this is meant."


def test_the_document_is_openapi_3_1(told) -> None:
    from schemathesis.core.result import Ok
    from schemathesis.openapi import from_dict

    assert told["openapi"] == "3.1.0"
    found = list(from_dict(told).get_all_operations())
    assert all(isinstance(each, Ok) for each in found)
    assert len(found) == len(operations(told))


def test_every_operation_has_a_summary_and_words_and_a_name_of_its_own(told) -> None:
    ops = operations(told)
    assert [name for name, op in ops if not op["summary"] or not op.get("description")] == []
    names = [op["operationId"] for _name, op in ops]
    assert len(names) == len(set(names))


def test_every_failure_is_a_problem_document(told) -> None:
    for name, op in operations(told):
        for status, answer in op["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (name, status)


def test_every_operation_with_a_key_names_its_scopes(told) -> None:
    open_ways = [name for name, op in operations(told) if {} in op["security"]]
    assert all(name.startswith("get ") for name in open_ways)
    for name, op in operations(told):
        if name not in open_ways:
            assert op["security"][0]["key"], name


def test_every_reference_within_the_document_leads_somewhere(told) -> None:
    names = {
        text.removeprefix("#/components/schemas/")
        for text in _strings(told)
        if text.startswith("#/components/schemas/")
    }
    assert names <= set(told["components"]["schemas"])


def test_examples_are_what_their_schemas_say(told) -> None:
    seen = 0
    for name, op in operations(told):
        contents = [*op.get("requestBody", {}).get("content", {}).values()]
        for answer in op["responses"].values():
            contents += answer.get("content", {}).values()
        for content in contents:
            if "example" in content:
                seen += 1
                schema = {**content["schema"], "components": told["components"]}
                faults = list(Draft202012Validator(schema).iter_errors(content["example"]))
                assert faults == [], name
    assert seen > 10


def _strings(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [text for part in parts for text in _strings(part)]


def test_the_fuzz_knows_that_a_made_up_number_is_refused(told) -> None:
    expectations = tomllib.loads((Path(__file__).parent / "schemathesis.toml").read_text())
    told_of = {
        name
        for each in expectations["operations"]
        if "400" in each["checks"]["positive_data_acceptance"]["expected-statuses"]
        for name in each.get("include-operation-id", [])
    }
    by_number = {
        op["operationId"]
        for name, op in operations(told)
        if "/service_requests/{name}" in name and "Steps" not in op.get("tags", [])
    }
    assert by_number <= told_of
