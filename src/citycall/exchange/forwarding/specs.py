"""A partner as administrators write it."""

from collections.abc import Iterator
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints, model_validator

from citycall.agencies.documents import Code, Document, Fault, Line, LongCode, Name, raise_any
from citycall.exchange.open311.profiles import PROFILES

Address = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
TheirCode = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PartnerSpec(Document):
    """Another body's Open311 server: ``url`` is the address before ``/services.json``.

    ``services`` maps our service codes to theirs. ``profile`` is the name of its dialect. A
    partner that is retired gets nothing more and is asked nothing more.
    """

    code: Code
    name: Name
    url: Address
    jurisdiction_id: Line = ""
    profile: Line = "standard"
    services: dict[LongCode, TheirCode] = Field(default_factory=dict, max_length=1000)
    poll_every_seconds: int = Field(60, ge=1, le=86_400)
    retired: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> "PartnerSpec":
        raise_any(list(self._faults()))
        return self

    def _faults(self) -> Iterator[Fault]:
        profile = PROFILES.get(self.profile)
        if profile is None:
            sentence = _("This must be one of: %(known)s.") % {"known": ", ".join(PROFILES)}
            yield Fault(("profile",), sentence)
        elif profile.jurisdiction_needed and not self.jurisdiction_id:
            yield Fault(("jurisdiction_id",), _("Servers of this kind need a jurisdiction."))
        if not self.services:
            yield Fault(("services",), _("Please name at least one service to pass on."))
