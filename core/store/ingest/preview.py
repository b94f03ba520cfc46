"""How files would be understood: their first events. Nothing is stored or written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from core.errors import BadInput
from core.records import Alias, Identify, LeftOut, LogRow, Rejected, Row
from core.sources import Source, open_source
from core.sources.choices import Choices
from core.sources.lines import Input
from core.sources.placeholders import is_placeholder
from core.sources.places import Place, find
from core.sources.text.reading import Doubt, Reading, Undecided
from core.store.fresh.remembered import Remembered, recall, remembered
from core.store.ingest.people import ignored_ids
from core.store.workspace import is_part_of, open_reader, read_meta
from core.timeframe import Calendar

LOOKED_AT: Final = 1_000
"""How many lines of a source are read."""

SHOWN: Final = 5
"""How many of its events are shown, and how many sources are read."""

Shown = Row | Identify | Alias | LogRow


@dataclass
class Preview:
    """The start of one source.

    Attributes:
        name: the source's.
        recognised: the format recognised, if it is a vendor's; else "".
        understood: meaning -> column.
        first: its first events, statements or logs, without ids that are nobody.
        read: lines read; `whole` says whether these are all.
        reasons: why lines would be rejected -> how many.
        left_out: what lines would be left out -> how many.
        notes: sentences on how it was read and what to check.
        recalled: the remembered choices it was read with, as options; "" if there are none.
        doubts: what its first lines leave open.
    """

    name: str
    recognised: str = ""
    understood: Mapping[str, str] = field(default_factory=dict)
    first: list[Shown] = field(default_factory=list)
    read: int = 0
    whole: bool = True
    reasons: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    recalled: str = ""
    doubts: Sequence[Doubt] = ()


@dataclass
class Previews:
    """The start of each of the first sources.

    Attributes:
        calendar: the workspace's, in which times are shown.
        more: how many further sources there are.
        passed_over, refused: as in `report.ImportReport`.
        undecided: what the first lines of those refused leave open, if anything.
    """

    calendar: Calendar
    sources: list[Preview] = field(default_factory=list)
    more: int = 0
    passed_over: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    undecided: list[Sequence[Doubt]] = field(default_factory=list)


def preview(
    target: str | Path,
    sources: Sequence[str | Path],
    *,
    mapping: Mapping[str, str] | None = None,
    format: str | None = None,
    zone: str | None = None,
    logs: bool | None = None,
    ids_to_ignore: Iterable[str] = (),
    table: str = "",
    query: str = "",
    reading: Reading | None = None,
    forget_choices: bool = False,
) -> Previews:
    """Return how `importer.import_files` with these arguments would understand its sources.

    An existing workspace is read for its zone and its placeholders; none is created.

    Raises:
        BadInput: the only source would be refused; Undecided if a choice can help.
        CannotOpen: the file at `target` is not a workspace.
    """
    chosen = Choices(mapping or {}, format or "", logs, table, query, reading or Reading())
    chosen.check()
    settings = _settings(target, zone)
    if chosen or forget_choices:
        settings.remembered = []
    settings.ignored |= set(ids_to_ignore)
    found = find(sources, lambda file: is_part_of(0 if file == "-" else file, target))
    seen = Previews(
        settings.calendar, more=max(len(found.places) - SHOWN, 0), passed_over=found.left_out
    )
    refused = list(found.refused)
    for place in found.places[:SHOWN]:
        try:
            seen.sources.append(_begun(place, chosen, settings))
        except BadInput as error:
            refused.append(error)
            seen.undecided += [error.doubts] if isinstance(error, Undecided) else []
    if len(refused) == 1 and len(found.places) + len(found.refused) == 1:
        raise refused[0]
    seen.refused = [str(error) for error in refused]
    return seen


@dataclass
class _Settings:
    """What a workspace, which may not exist yet, says about sources."""

    calendar: Calendar
    ignored: set[str] = field(default_factory=set)
    remembered: list[Remembered] = field(default_factory=list)


def _settings(target: str | Path, zone: str | None) -> _Settings:
    if not Path(target).exists():
        return _Settings(Calendar(zone or "UTC"))
    with closing(open_reader(target)) as connection:
        meta = read_meta(connection)
        known = remembered(connection)
    return _Settings(Calendar(meta.get("zone", "UTC")), set(ignored_ids(meta)), known)


def _begun(place: Place, chosen: Choices, settings: _Settings) -> Preview:
    with closing(Input(place)) as opened:
        found = recall(settings.remembered, opened, place)
        chosen = found.choices if found else chosen
        source = open_source(
            chosen.place(place),
            chosen.mapping,
            chosen.format or None,
            chosen.logs,
            settings.calendar,
            reading=chosen.reading,
            opened=opened,
            most=LOOKED_AT,
        )
        with closing(source.input):
            try:
                seen = _looked_at(source, settings.ignored)
            except BadInput as error:
                doubts = source.input.notes.doubts
                raise Undecided(error.message, error.hint, doubts) if doubts else error from error
    seen.recalled = chosen.options() if found else ""
    return seen


def _looked_at(source: Source, ignored: Collection[str]) -> Preview:
    seen = Preview(source.input.name)
    names: tuple[str, ...] = ()
    for record in islice(source.records, LOOKED_AT):
        seen.read += 1
        if isinstance(record, Rejected):
            seen.reasons[record.reason] = seen.reasons.get(record.reason, 0) + 1
            names = names or record.names
        elif isinstance(record, LeftOut):
            seen.left_out[record.what] = seen.left_out.get(record.what, 0) + 1
        elif len(seen.first) < SHOWN:
            seen.first.append(_somebody(record, ignored))
    if names and not seen.first:
        raise source.maker.lacking(seen.name, names)
    seen.notes, seen.doubts = source.notes, source.input.notes.doubts
    seen.whole = seen.read < LOOKED_AT
    seen.recognised, seen.understood = source.maker.recognised, source.maker.understood
    return seen


def _somebody(record: Shown, ignored: Collection[str]) -> Shown:
    """Return a record without ids that are nobody."""
    if not isinstance(record, (Row, Identify)):
        return record
    user, device = (
        None if key and is_placeholder(key, ignored) else key
        for key in (record.user, record.device)
    )
    return record._replace(user=user, device=device)
