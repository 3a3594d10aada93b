"""Taking a catalog file in: everything or nothing, with a report of what came of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.agencies.documents import Path
from citycall.agencies.queries import DIRECTORY
from citycall.catalog.policies import PERMISSIONS
from citycall.catalog.queries import DEFINITIONS
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults
from citycall.core.permissions import require
from citycall.exchange.catalog_file import reading
from citycall.exchange.catalog_file.faults import CatalogFileError
from citycall.exchange.catalog_file.reading import CatalogText, Written
from citycall.exchange.catalog_file.sections import SECTIONS, SERVICES

# The fields that name an entry of another section. No section names one that stands after it,
# so in every row of faults that follow from each other the first is told.
_NAMING: Mapping[str | int, str] = {
    "calendar": "calendars",
    "agency": "agencies",
    "team": "teams",
    "outcomes": "outcomes",
    "service": SERVICES,
}


class Entry(NamedTuple):
    """One thing of the catalog: its section in the file, and its code."""

    section: str
    code: str


@dataclass(frozen=True, slots=True)
class CatalogReport:
    """What came of an import. ``missing`` are offered in the city but not in the file.

    With ``retire_missing`` they are ``retired`` (routing rules: removed), otherwise left alone.
    """

    added: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    unchanged: tuple[Entry, ...]
    missing: tuple[Entry, ...]
    retired: tuple[Entry, ...]

    @property
    def changed_nothing(self) -> bool:
        """Whether the city was already as the file says."""
        return not (self.added or self.changed or self.retired)

    def lines(self) -> list[str]:
        """The report in words: how many of each, and the names of all but the unchanged."""
        found = [
            _("Added: %(n)s") % {"n": len(self.added)},
            *_named(self.added),
            _("Changed: %(n)s") % {"n": len(self.changed)},
            *_named(self.changed),
            _("Unchanged: %(n)s") % {"n": len(self.unchanged)},
        ]
        if self.missing:
            sentence = (
                _("Not in the file, and retired: %(n)s")
                if self.retired
                else _("Not in the file, and left as they are: %(n)s")
            )
            found += [sentence % {"n": len(self.missing)}, *_named(self.missing)]
        return found


def _named(entries: Iterable[Entry]) -> list[str]:
    return [f"  {entry.section} {entry.code}" for entry in entries]


@dataclass(frozen=True, slots=True)
class _Step:
    """One change still to be made, and where in the file its faults belong."""

    entry: Entry
    path: Path
    run: Callable[[], object]


def import_catalog(
    text: str | bytes, *, file_name: str, by: Actor, at: datetime, retire_missing: bool = False
) -> CatalogReport:
    """Make the catalog say what the file says, in one transaction; each change can be undone.

    Raises ``CatalogFileError`` with every fault of the file, having changed nothing, and
    ``NotAllowed``. The areas that targets and routing rules name must be loaded before.
    """
    require(PERMISSIONS, "import_catalog", by=by)
    found = reading.read(text, file_name=file_name)
    try:
        with transaction.atomic():
            return _load(found, by=by, at=at, retire_missing=retire_missing)
    except CatalogFileError:
        # Pictures that were looked at meanwhile show what has been rolled back.
        DIRECTORY.forget()
        DEFINITIONS.forget()
        raise


def _load(found: CatalogText, *, by: Actor, at: datetime, retire_missing: bool) -> CatalogReport:
    steps: list[_Step] = []
    sorted_out: dict[str, list[Entry]] = {"added": [], "changed": [], "unchanged": []}
    missing: list[Entry] = []
    for name, section in SECTIONS.items():
        stored = section.stored()
        for written in (entry for entry in found.entries if entry.section == name):
            entry = Entry(name, written.code)
            before = stored.pop(written.code, None)
            same = written.spec is not None and before == written.spec
            kind = "unchanged" if same else "added" if before is None else "changed"
            sorted_out[kind].append(entry)
            if written.spec is not None and not same:
                steps.append(_saving(written, by=by, at=at))
        gone = {code: spec for code, spec in stored.items() if not getattr(spec, "retired", False)}
        missing += [Entry(name, code) for code in gone]
        if retire_missing:
            steps += [
                _Step(Entry(name, code), (name,), _bound(section.retire, spec, by, at))
                for code, spec in gone.items()
            ]
    _take(found, steps)
    return CatalogReport(
        added=tuple(sorted_out["added"]),
        changed=tuple(sorted_out["changed"]),
        unchanged=tuple(sorted_out["unchanged"]),
        missing=tuple(missing),
        retired=tuple(missing) if retire_missing else (),
    )


def _saving(written: Written, *, by: Actor, at: datetime) -> _Step:
    section = SECTIONS[written.section]
    entry = Entry(written.section, written.code)
    return _Step(entry, written.path, _bound(section.save, written.spec, by, at))


def _bound(verb: Callable[..., object], *given: object) -> Callable[[], object]:
    return lambda: verb(*given)


def _take(found: CatalogText, steps: list[_Step]) -> None:
    """Make all changes; raises ``CatalogFileError`` unless every one could be made.

    What is refused is tried again after the others, since the order of a file is not that in
    which things can be retired or one service can take another's part.
    """
    refused: list[tuple[_Step, DomainError]] = []
    while steps:
        refused = []
        for step in steps:
            try:
                with transaction.atomic():
                    step.run()
            except DomainError as error:
                refused.append((step, error))
        if len(refused) == len(steps):
            break
        steps = [step for step, _why in refused]
    found.faulty.update(step.entry for step, _why in refused)
    for step, why in refused:
        _blame(found, step, why)
    if found.faults:
        raise CatalogFileError(found.faults)


def _blame(found: CatalogText, step: _Step, error: DomainError) -> None:
    if step.path == (step.entry.section,):
        sentence = _("“%(code)s” is not in the file and cannot be retired: %(why)s")
        found.blame(step.path, sentence % {"code": step.entry.code, "why": error.message})
        return
    faults = error.faults if isinstance(error, Faults) else {error.field: error.message}
    for field, sentence in faults.items():
        path = step.path + _inside(field)
        if not _names_faulty(found, path):
            found.blame(path, sentence)


def _inside(field: str) -> Path:
    steps = field.split(".") if field else []
    return tuple(int(step) if step.isdecimal() else step for step in steps)


def _names_faulty(found: CatalogText, path: Path) -> bool:
    """Whether what is named at the path stands in the file with a fault, told there, of its own."""
    section = next((_NAMING[step] for step in path[::-1] if step in _NAMING), "")
    return (section, found.value_at(path)) in found.faulty
