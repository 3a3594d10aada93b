"""The US Census Bureau's geocoder: house numbers along TIGER's streets, addresses only."""

from collections.abc import Iterator
from typing import Any

from citycall.places.models import LocationKind
from citycall.places.outside import findings
from citycall.places.outside.findings import Find, Question
from citycall.places.outside.shapes import Identifier, Shape, Spot, Text


class _Line(Shape):
    tigerLineId: Identifier = ""  # noqa: N815 (named so by the Bureau)
    side: Text = ""


class _Match(Shape):
    matchedAddress: Text  # noqa: N815 (named so by the Bureau)
    coordinates: Spot
    tigerLine: _Line = _Line()  # noqa: N815 (named so by the Bureau)


class Census:
    """See https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html."""

    attribution = "U.S. Census Bureau"
    path = "/locations/onelineaddress"

    def parameters(self, question: Question) -> dict[str, str]:
        """The address with the city after it, for it takes no bounds."""
        words = question.words
        if question.area and question.area.lower() not in words.lower():
            words = f"{words}, {question.area}"
        return {"address": words, "benchmark": "Public_AR_Current", "format": "json"}

    def finds(self, answer: Any) -> Iterator[Find]:
        """Its addresses, whose numbers are interpolated along a block."""
        matches = findings.member(findings.member(answer, "result"), "addressMatches")
        for match in findings.records(matches, _Match):
            line = match.tigerLine
            yield Find(
                kind=LocationKind.ADDRESS,
                code=f"{line.tigerLineId}{line.side}:{match.matchedAddress[:60]}",
                label=match.matchedAddress,
                longitude=match.coordinates.x,
                latitude=match.coordinates.y,
                accuracy_m=findings.ALONG_THE_BLOCK_M,
            )
