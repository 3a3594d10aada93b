"""The two forms of a definition: the specs' lists of coded things, the file's named entries.

A file says ``questions: {depth: {...}}`` and ``choices: {yes: Yes}`` where a spec has lists of
objects with a ``code`` or ``key``, because a person reads, and mistypes, the first more easily.
"""

from collections.abc import Callable
from typing import Any

# Lists whose entries are a name and a text, and the two fields of each.
_PAIRS = {
    "choices": ("key", "name"),
    "pause_reasons": ("code", "name"),
    "hold_reasons": ("code", "name"),
}


def to_file(definition: dict[str, Any]) -> dict[str, Any]:
    """A service's definition (as dumped from its spec) in the form of the file."""
    return _convert(definition, _named_questions, _named_pairs)


def from_file(written: Any) -> Any:
    """What is written of a service in the form of the spec; what fits neither stays as it is."""
    return _convert(written, _listed_questions, _listed_pairs) if _is_map(written) else written


def with_code(code: str, written: Any) -> Any:
    """What is written under a code, with the code as a field of its own."""
    return {**written, "code": code} if _is_map(written) else written


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _convert(
    value: dict[str, Any],
    questions: Callable[[Any], Any],
    pairs: Callable[[Any, str, str], Any],
) -> dict[str, Any]:
    found = dict(value)
    for name, (code, text) in _PAIRS.items():
        if name in found:
            found[name] = pairs(found[name], code, text)
    if "questions" in found:
        found["questions"] = questions(found["questions"])
    return found


def _named_questions(questions: list[dict[str, Any]]) -> dict[str, Any]:
    named = {}
    for question in questions:
        shown = _convert(question, lambda inner: inner, _named_pairs)
        named[shown.pop("code")] = shown
    return named


def _named_pairs(entries: list[dict[str, str]], code: str, text: str) -> dict[str, str]:
    return {entry[code]: entry[text] for entry in entries}


def _listed_questions(questions: Any) -> Any:
    if not _is_map(questions):
        return questions
    return [with_code(code, _question(written)) for code, written in questions.items()]


def _question(written: Any) -> Any:
    if not _is_map(written):
        return written
    return _convert(written, lambda inner: inner, _listed_pairs)


def _listed_pairs(entries: Any, code: str, text: str) -> Any:
    if not _is_map(entries):
        return entries
    return [{code: name, text: shown} for name, shown in entries.items()]
