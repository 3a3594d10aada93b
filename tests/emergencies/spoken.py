"""The written sets of what people say, for tests and for measuring."""

from pathlib import Path

from ruamel.yaml import YAML

Spoken = dict[str, dict[str, list[str]]]


def read(name: str) -> Spoken:
    """``first_set``, ``second_set`` or ``third_set``: by language, danger and calm."""
    told: Spoken = YAML(typ="safe", pure=True).load(Path(__file__).with_name(f"{name}.yaml"))
    return told


def all_of(name: str, kind: str) -> list[str]:
    """Everything of a kind, in all languages."""
    return [text for spoken in read(name).values() for text in spoken[kind]]
