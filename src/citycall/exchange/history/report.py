"""What an import did, for a person to read; and the file of the rows that it refused."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from citycall.exchange.history.catalog import Made
from citycall.exchange.history.faults import ODDITIES, REFUSALS, Oddity, Refusal, Refused
from citycall.exchange.history.geography import Agreement


@dataclass(slots=True, kw_only=True)
class HistoryReport:
    """The count of every row, and how well what was reckoned here agrees with the source.

    Each of ``rows`` is one of ``imported`` (new here), ``changed``, ``unchanged`` or
    ``rejected``; ``oddities`` count rows that were taken although something was odd in them.
    """

    file: str
    mapping: str
    rows: int
    imported: int
    changed: int
    unchanged: int
    rejected: Counter[Refusal]
    oddities: Counter[Oddity]
    merged: int
    agreements: Sequence[Agreement]
    made: Made
    layers: Sequence[str]
    notes: Sequence[str]
    seconds: float = 0.0
    rejects_file: Path | None = None

    @property
    def accounted(self) -> int:
        """The rows whose fate is known; fewer than ``rows`` only if something is broken."""
        return self.imported + self.changed + self.unchanged + self.rejected.total()

    @property
    def rows_per_second(self) -> float:
        """Speed, all reading, checking and loading included."""
        return self.rows / self.seconds if self.seconds else 0.0

    def lines(self) -> list[str]:
        """The report in plain text, a line each."""
        return list(self._lines())

    def _lines(self) -> Iterator[str]:
        yield _("%(file)s, read as “%(mapping)s”") % {"file": self.file, "mapping": self.mapping}
        yield _(
            "%(rows)s rows: %(imported)s imported, %(changed)s changed, %(unchanged)s unchanged, "
            "%(rejected)s rejected"
        ) % {
            "rows": f"{self.rows:,}",
            "imported": f"{self.imported:,}",
            "changed": f"{self.changed:,}",
            "unchanged": f"{self.unchanged:,}",
            "rejected": f"{self.rejected.total():,}",
        }
        for refusal, count in self.rejected.most_common():
            yield _counted(_("rejected: %(why)s"), REFUSALS[refusal], count)
        if self.rejects_file is not None:
            yield _("  the rejected rows are listed in %(file)s") % {"file": self.rejects_file}
        for oddity, count in self.oddities.most_common():
            yield _counted(_("odd: %(why)s"), ODDITIES[oddity], count)
        if self.merged:
            yield _("%(n)s duplicates merged into the requests that they repeat") % {
                "n": f"{self.merged:,}"
            }
        made = self.made
        if made.agencies or made.teams or made.services:
            yield _(
                "new in the catalog: %(agencies)s agencies, %(teams)s teams, %(services)s services"
            ) % {"agencies": made.agencies, "teams": made.teams, "services": made.services}
        for layer in self.layers:
            yield _("loaded beside it: %(layer)s") % {"layer": layer}
        yield from self.notes
        yield from (agreement.line() for agreement in self.agreements if agreement.of)
        yield _("%(seconds).1f seconds, %(speed)s rows a second") % {
            "seconds": self.seconds,
            "speed": f"{self.rows_per_second:,.0f}",
        }


def _counted(line: str, why: object, count: int) -> str:
    return f"  {count:,} " + line % {"why": why}


def write_rejects(
    refused: Sequence[Refused], *, folder: Path, source: str, at: datetime
) -> Path | None:
    """List refused rows as CSV, in the order of the file; none where there are none."""
    if not refused:
        return None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{source}-{at:%Y%m%dT%H%M%SZ}-rejected.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["row", "id", "reason", "explanation", "detail"])
        for row in sorted(refused, key=lambda row: row.number):
            why = REFUSALS[row.reason]
            rows.writerow([row.number or "", row.source_id, row.reason.value, why, row.detail])
    return path
