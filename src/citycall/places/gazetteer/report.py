"""What a build did, in lines for a person; and the file of the rows that it refused."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from citycall.places.gazetteer.built import Refused, grouped


@dataclass(slots=True, kw_only=True)
class LayerResult:
    """What came of one layer's rows.

    ``read`` rows counted and ``left_out`` did not; ``known_already`` listed corners are in the
    network. The others were stored (``created``, ``changed``, ``unchanged``) or ``refused``;
    ``removed`` are stored things that the layer no longer has.
    """

    code: str
    holds: str
    read: int = 0
    left_out: int = 0
    known_already: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    refused: Sequence[Refused] = ()

    def lines(self) -> Iterator[str]:
        """Counts, then each reason for refusals with its first rows."""
        yield _(
            "%(code)s (%(holds)s): %(read)s read, %(created)s created, %(changed)s changed, "
            "%(unchanged)s unchanged, %(removed)s removed, %(refused)s refused"
        ) % {
            "code": self.code,
            "holds": self.holds,
            "read": f"{self.read:,}",
            "created": f"{self.created:,}",
            "changed": f"{self.changed:,}",
            "unchanged": f"{self.unchanged:,}",
            "removed": f"{self.removed:,}",
            "refused": f"{len(self.refused):,}",
        }
        if self.left_out:
            yield _("  %(n)s rows left out by the manifest") % {"n": f"{self.left_out:,}"}
        if self.known_already:
            yield _("  %(n)s listed corners are in the network already") % {
                "n": f"{self.known_already:,}"
            }
        for reason, count, first in grouped(self.refused):
            examples = ", ".join(_shown(row) for row in first)
            yield _("  refused %(n)s: %(reason)s (%(examples)s)") % {
                "n": f"{count:,}",
                "reason": reason,
                "examples": examples,
            }


def _shown(row: Refused) -> str:
    name = row.name or row.code
    return _("row %(n)s %(name)s") % {"n": row.number, "name": name} if name else f"#{row.number}"


@dataclass(slots=True, kw_only=True)
class BuildReport:
    """What a whole build did.

    ``other_layers`` were stored by other means and left alone; ``warnings`` count the overlaps
    and gaps of each layer of areas, which ``citycall places load-areas`` tells one by one.
    """

    layers: list[LayerResult] = field(default_factory=list)
    other_layers: Sequence[str] = ()
    warnings: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def changed_nothing(self) -> bool:
        """Whether the gazetteer was already as the layers say."""
        return not any(one.created or one.changed or one.removed for one in self.layers)

    @property
    def refused(self) -> list[Refused]:
        """All refused rows, in the layers' order."""
        return [row for layer in self.layers for row in layer.refused]

    def layer(self, code: str) -> LayerResult:
        """What came of a layer; of areas that are places too, what came of the places."""
        return [layer for layer in self.layers if layer.code == code][-1]

    def lines(self) -> list[str]:
        """The report in plain text, a line each."""
        found = [line for layer in self.layers for line in layer.lines()]
        sentence = _("%(code)s: %(n)s overlaps or gaps between its areas")
        found += [sentence % {"code": code, "n": n} for code, n in self.warnings.items()]
        if self.other_layers:
            names = ", ".join(name or _("(no layer)") for name in self.other_layers)
            found.append(_("not in this manifest, and left as they are: %(n)s") % {"n": names})
        found.append(_("built in %(n)s s") % {"n": f"{self.seconds:.1f}"})
        return found


def write_refused(refused: Sequence[Refused], path: Path) -> None:
    """All refused rows as CSV: layer, row, code, name, reason."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["layer", "row", "code", "name", "reason"])
        for row in refused:
            writer.writerow([row.layer, row.number, row.code, row.name, row.reason])
