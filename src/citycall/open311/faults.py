"""How this door says what is wrong: one error for each fault, with a status and a sentence."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from citycall.core.errors import DomainError, Faults

# What the standard knows; everything else that a caller can put right is a bad request.
_STATUSES: Final = frozenset({403, 404, 405, 429, 500, 503})
_MOST_SERIOUS: Final = (403, 404, 405, 429, 500, 503, 400)


class Fault(NamedTuple):
    """One error: its HTTP status, and what to change."""

    code: int
    description: str


class ManyFaults(DomainError):
    """Several faults of several kinds at once."""

    code = "faults"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.description for fault in faults))
        self.faults = tuple(faults)


def faults_of(error: DomainError) -> Sequence[Fault]:
    """Every fault that an error tells of."""
    return tuple(_faults(error))


def status_of(faults: Sequence[Fault]) -> int:
    """The HTTP status of an answer that tells of these faults."""
    codes = {fault.code for fault in faults}
    return next((code for code in _MOST_SERIOUS if code in codes), 400)


def _faults(error: DomainError) -> Iterator[Fault]:
    if isinstance(error, ManyFaults):
        yield from error.faults
    elif isinstance(error, Faults):
        for field, sentence in error.faults.items():
            yield Fault(400, f"{field}: {sentence}" if field else sentence)
    else:
        yield Fault(error.status if error.status in _STATUSES else 400, error.message)
