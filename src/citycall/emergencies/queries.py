"""What a door tells first of texts that speak of danger."""

from collections.abc import Collection

from citycall.emergencies.dangers import Caution, caution
from citycall.emergencies.rules import heard


def caution_for(*texts: str, read: Collection[str] = ()) -> Caution | None:
    """What has to be told before anything else; none where no text speaks of danger.

    ``read`` are the codes of dangers of which it was said already that there is none.
    """
    return next((caution(each) for each in heard(*texts) if each.value not in read), None)


def warning_for(*texts: str) -> str:
    """The same as one text, for programs that have nobody in front of them; empty for none."""
    told = caution_for(*texts)
    return told.text if told is not None else ""
