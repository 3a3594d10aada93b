"""Records and their fields in what was parsed, in whatever wrapping and type they come."""

import math
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

Record = Mapping[str, Any]

# No list of Open311 is wrapped more often than this.
_WRAPPINGS = 4
_MARKUP = re.compile(r"<[^>]*>")
_LONGEST_FAULT = 500
_MOST_FAULTS = 20
_FAULT_NAMES = ("description", "message", "detail", "error", "title")


def records(plain: Any, names: Collection[str]) -> list[Record]:
    """The records of a list: bare, under one of ``names``, or a single one without any list."""
    for _wrapping in range(_WRAPPINGS):
        if not isinstance(plain, dict):
            break
        inside = _unwrapped(plain, names)
        if inside is None:
            return [_small(plain)] if plain else []
        plain = inside
    if isinstance(plain, dict):
        return [_small(plain)]
    if isinstance(plain, list):
        return [_small(one) for one in _flat(plain, names) if isinstance(one, dict)]
    return []


def _unwrapped(plain: dict[str, Any], names: Collection[str]) -> Any:
    """What is inside of a wrapping, none where this is no wrapping; an empty one is a list."""
    found = next((key for key in plain if key.lower() in names), None)
    if found is None and len(plain) == 1:
        found = next((key for key, value in plain.items() if isinstance(value, list | dict)), None)
    if found is None:
        return None
    return plain[found] or []


def _flat(plain: list[Any], names: Collection[str]) -> Iterator[Any]:
    """The items; those that are wrapped one by one, unwrapped."""
    for one in plain:
        if isinstance(one, dict) and len(one) == 1 and next(iter(one)).lower() in names:
            yield next(iter(one.values()))
        else:
            yield one


def _small(plain: dict[str, Any]) -> Record:
    return {key.lower(): value for key, value in plain.items()}


def text(record: Record, *names: str) -> str:
    """The first of these fields that says anything, as text; numbers too, nothing as ``""``."""
    return next((told for name in names if (told := as_text(record.get(name)))), "")


def as_text(value: Any) -> str:
    """A plain value as trimmed text that a database can hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        # Python refuses to write whole numbers of thousands of digits; no id is one.
        return str(value) if value.bit_length() < 1_000 else ""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "replace").decode().strip()


def number(record: Record, *names: str) -> float | None:
    """The first of these fields that is a number."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            try:
                told = float(value)
            except (ValueError, OverflowError):
                continue
            if math.isfinite(told):
                return told
    return None


def flag(record: Record, name: str, *, otherwise: bool) -> bool:
    """A field that is true or false, in any spelling."""
    told = text(record, name).lower()
    if told in {"true", "1", "yes"}:
        return True
    return otherwise if told not in {"false", "0", "no"} else False


def texts(value: Any, names: Collection[str]) -> list[str]:
    """Texts that come alone, as a list, or each under one of ``names``."""
    if isinstance(value, dict):
        inside = (value[key] for key in value if key.lower() in names)
        return [told for one in inside for told in texts(one, names)]
    if isinstance(value, list):
        return [told for one in value for told in texts(one, names)]
    return [told] if (told := as_text(value)) else []


def faults(plain: Any) -> list[str]:
    """The sentences of an answer that says what is wrong, none where it says nothing readable."""
    if isinstance(plain, dict) and len(plain) > 1 and "errors" not in plain:
        plain = [plain]
    found = [
        sentence
        for record in records(plain, {"errors", "error"})
        if (sentence := _sentence(record))
    ] or texts(plain, {"errors", *_FAULT_NAMES})
    return [_MARKUP.sub(" ", sentence)[:_LONGEST_FAULT] for sentence in found[:_MOST_FAULTS]]


def _sentence(record: Record) -> str:
    return next((told for name in _FAULT_NAMES if (told := text(record, name))), "")
