"""What can be said of orders and plans without looking anything up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from citycall.core.errors import Faults
from citycall.service_requests.drafts import LONGEST_WORDS

MOST_LINES = 40
MOST_STROKES, MOST_POINTS = 200, 4_000
LONGEST_LINE = 200


def missing_skills(needed: Collection[str], held: Collection[str]) -> list[str]:
    """The skills that an order needs and a crew does not have, by name."""
    return sorted({*needed} - {*held})


def leads_to(order: int, target: int, firsts: Mapping[int, Collection[int]]) -> bool:
    """Whether ``target`` must be done before ``order``, over any number of others."""
    seen: set[int] = set()
    ahead = [order]
    while ahead:
        here = ahead.pop()
        if here == target:
            return True
        if here not in seen:
            seen.add(here)
            ahead.extend(firsts.get(here, ()))
    return False


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What a crew tells when its work is done."""

    outcome: str = ""
    explanation: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    used: Sequence[Mapping[str, Any]] = ()
    signature: Mapping[str, Any] | None = None


def check_finished(
    told: Finished,
    *,
    checklist: Sequence[Mapping[str, Any]],
    signature_needed: bool,
    has_requests: bool,
) -> Finished:
    """What was told, cleaned; raises ``Faults`` with all that is missing at once."""
    faults: dict[str, str] = {}
    if has_requests and not told.outcome:
        faults["outcome"] = _("Please choose an outcome from the list.")
    explanation = told.explanation.strip()
    if has_requests and not explanation:
        faults["explanation"] = _("Please tell the resident what was done.")
    if len(explanation) > LONGEST_WORDS:
        limit = {"n": LONGEST_WORDS}
        faults["explanation"] = _("Please keep this under %(n)s characters.") % limit
    codes = [str(item["code"]) for item in checklist]
    answers = {code: bool(told.answers[code]) for code in codes if code in told.answers}
    if any(not answers.get(code) for code in codes):
        faults["answers"] = _("Please tick every point of the checklist, or say why it is open.")
    if "answers" in faults and explanation and told.answers.get("open"):
        del faults["answers"]
    signature = clean_signature(told.signature)
    if signature_needed and signature is None:
        faults["signature"] = _("Please have it signed, or type the name of who took it over.")
    if faults:
        raise Faults(faults)
    return Finished(
        outcome=told.outcome,
        explanation=explanation,
        answers=answers,
        used=clean_materials(told.used),
        signature=signature,
    )


def clean_materials(lines: Any) -> list[dict[str, Any]]:
    """Lines of material with a name and an amount above nothing; anything else is left out."""
    cleaned = []
    for line in lines[:MOST_LINES] if isinstance(lines, list | tuple) else ():
        if not isinstance(line, Mapping):
            continue
        name, unit = (_line(line.get(part)) for part in ("name", "unit"))
        amount = _amount(line.get("amount"))
        if name and amount:
            cleaned.append({"name": name, "amount": amount, "unit": unit})
    return cleaned


def clean_signature(told: Any) -> dict[str, Any] | None:
    """A typed name or strokes of a finger; none where there is neither."""
    if not isinstance(told, Mapping):
        return None
    strokes = []
    left = MOST_POINTS
    given = told.get("strokes")
    for stroke in given[:MOST_STROKES] if isinstance(given, list) else ():
        points = [_point(point) for point in stroke[:left]] if isinstance(stroke, list) else []
        good = [point for point in points if point is not None]
        left -= len(good)
        if good:
            strokes.append(good)
    name = _line(told.get("name"))
    return {"name": name, "strokes": strokes} if name or strokes else None


def _line(text: Any) -> str:
    words = text if isinstance(text, str) else ""
    return " ".join(words.replace("\x00", "").split())[:LONGEST_LINE]


def _amount(value: Any) -> float:
    try:
        amount = float(value)
    except (TypeError, ValueError):
        return 0.0
    return round(amount, 3) if 0 < amount < 1_000_000 else 0.0


def _point(point: Any) -> list[int] | None:
    try:
        x, y = (min(max(int(value), 0), 1000) for value in point)
    except (TypeError, ValueError, OverflowError):
        return None
    return [x, y]
