"""The kinds of event around the facts: who asked them what, and who took them along."""

from enum import StrEnum

# All facts together; of which version it was stands in the event.
SUBJECT = "facts"
SUBJECT_ID = 0


class Kind(StrEnum):
    """Names are stable: history is read by them."""

    ASKED = "facts_asked"
    TAKEN = "facts_taken"
