"""The dangers that words may speak of, and what a person in one is told to do first."""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext as _


class Danger(StrEnum):
    """What sort of danger it is; where words speak of several, the first is told."""

    SUICIDE = "suicide"
    GAS = "gas"
    WIRE = "wire"
    FIRE = "fire"
    CRIME = "crime"
    OVERDOSE = "overdose"
    INJURY = "injury"
    WATER = "water"
    TRAPPED = "trapped"
    COLLAPSE = "collapse"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """What is shown before anything else: the sentence, and the number to call."""

    danger: Danger
    text: str
    number: str


def caution(danger: Danger) -> Caution:
    """The warning of a danger in the reader's language."""
    crisis = danger is Danger.SUICIDE and settings.CITYCALL_CRISIS_NUMBER
    number = settings.CITYCALL_CRISIS_NUMBER if crisis else settings.CITYCALL_EMERGENCY_NUMBER
    named = {"emergency": settings.CITYCALL_EMERGENCY_NUMBER, "number": number}
    return Caution(danger=danger, text=_sentence(danger) % named, number=number)


def _sentence(danger: Danger) -> str:
    sentences = {
        Danger.SUICIDE: _(
            "If you or somebody else may take their life, call %(number)s now. Somebody listens, "
            "day and night, free of charge. If it is happening now, call %(emergency)s."
        ),
        Danger.GAS: _(
            "If you smell gas, or a carbon monoxide alarm sounds, go outside at once. Touch no "
            "switch and light nothing. Call %(emergency)s from outside now."
        ),
        Danger.FIRE: _("If something is burning, get everybody out and call %(emergency)s now."),
        Danger.WIRE: _(
            "If a power line is down or sparks fly, stay at least 30 feet (10 meters) away from "
            "everything it touches and call %(emergency)s now."
        ),
        Danger.CRIME: _(
            "If a crime is happening, or somebody threatens you or others, go where you are safe "
            "and call %(emergency)s now."
        ),
        Danger.OVERDOSE: _(
            "If somebody may have taken an overdose, call %(emergency)s now and stay with them."
        ),
        Danger.INJURY: _(
            "If somebody is hurt, unconscious or cannot breathe, call %(emergency)s now."
        ),
        Danger.WATER: _("If somebody is in danger in the water, call %(emergency)s now."),
        Danger.TRAPPED: _("If somebody is trapped, call %(emergency)s now."),
        Danger.COLLAPSE: _(
            "If something has exploded or collapsed, or may do so, keep away from it and call "
            "%(emergency)s now."
        ),
        Danger.EMERGENCY: _("If anyone is in danger, call %(emergency)s now."),
    }
    return sentences[danger]
