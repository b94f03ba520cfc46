"""What the report of an import says: counts, what was recognised, and what may be wrong."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.sources.text.choose import ID, PERSON
from core.text import clean, compact, cut, duration, number, things

if TYPE_CHECKING:
    from core.store.ingest.report import ImportReport

WIDTH: Final = 80
"""Sentences are wrapped at this width; file names are not."""

SHOWN: Final = 3
"""How many kinds of files, names or ids are listed."""

PROPERTIES: Final = 8
"""How many columns that are only properties are listed."""

ROWS: Final = 12
"""Of how many sources the counts are listed."""

_COLUMNS: Final = {
    "read": "read",
    "stored": "stored",
    "repeated": "repeated",
    "rejected": "rejected",
}

_FIRST: Final = ("event", "time", "user", "device", "session", "event_id")
"""The meanings to list first."""

_YEAR: Final = 31_622_400_000
"""The first 366 days since 1970, in ms."""

_MOMENT: Final = re.compile(r"time|date|_at$|At$|created|occurred|stamp|when|day", re.IGNORECASE)
_CURE: Final = {
    "no time": "--map time=COLUMN",
    "time not understood": "--map time=COLUMN",
    "time outside 1900 to 2199": "--map time=COLUMN",
    "no event name": "--map event=COLUMN",
    "event name is not text": "--map event=COLUMN",
}
"""Reason -> the option that may fix it."""


def summary(report: ImportReport, into: Path | None = None) -> list[str]:
    """Return what an import did, line by line.

    Args:
        into: the workspace, to be named.
    """
    reasons = sorted(report.reasons.items(), key=lambda found: -found[1])
    return [
        *_counts(report, into),
        *(f"  {number(count):>8}  {clean(reason)}" for reason, count in reasons),
        *(f"  {number(n):>8}  {clean(what)} left out" for what, n in report.left_out.items()),
        *_sources(report),
        *broken(recognised(report)),
        *broken(_notes(report)),
        *broken(clean(said) for said in report.passed_over),
        *troubles(report),
    ]


def troubles(report: ImportReport) -> list[str]:
    """Return only what somebody has to look at: rejected lines, refused sources, warnings."""
    return [
        *(f"rejected lines are in {clean(near(name))}" for name in report.rejects_files),
        *broken(f"not read: {clean(said, 500)}" for said in report.refused),
        *broken(f"WARNING: {said}" for said in warnings(report)),
    ]


def near(path: str | Path) -> str:
    """Return a path as seen from the current folder, if it is in it."""
    here, found = Path.cwd(), Path(path)
    return str(found.relative_to(here) if found.is_relative_to(here) else path)


def _counts(report: ImportReport, into: Path | None) -> Iterator[str]:
    rate = report.read / report.seconds if report.seconds else 0
    yield _count("read", report.read)
    yield _count("stored", report.stored)
    yield _count("already there", report.repeated)
    yield _count("rejected", report.rejected)
    if report.identified:
        yield _count("about people", report.identified)
    if report.left_out:
        yield _count("left out", sum(report.left_out.values()))
    yield _count("people", report.users)
    if report.linked:
        yield _count("linked", report.linked)
    if report.merged:
        yield _count("merged", report.merged)
    if report.days:
        yield f"days             {' to '.join(dict.fromkeys(report.days))}"
    where = f", into {clean(near(into))}" if into else ""
    yield f"{duration(report.seconds)}, {compact(round(rate))} lines/s{where}"


def _count(what: str, count: int) -> str:
    return f"{what:<14} {number(count):>12}"


def _sources(report: ImportReport) -> Iterator[str]:
    """Yield the counts of every source, if there are several, as a table."""
    if len(report.sources) < 2:
        return
    names = {name: near(name) for name in report.sources}
    widest = min(max(map(len, names.values())), WIDTH - 44)
    yield f"{'':<{widest}}{''.join(f'{head:>11}' for head in _COLUMNS.values())}"
    for name, counts in list(report.sources.items())[:ROWS]:
        numbers = "".join(f"{number(counts[column]):>11}" for column in _COLUMNS)
        yield f"{_end(clean(names[name]), widest):<{widest}}{numbers}"
    if len(names) > ROWS:
        yield f"and {number(len(names) - ROWS)} more; footfall list imports has them all"


def _end(name: str, size: int) -> str:
    """Return the end of a name, as it distinguishes files of a folder."""
    return name if len(name) <= size else f"...{name[3 - size :]}"


def recognised(report: ImportReport) -> Iterator[str]:
    """Yield how each kind of file was recognised, and the meanings of its columns."""
    how = ((name, _how(report, name, columns)) for name, columns in report.understood.items())
    files = _by_what_is_said((name, said) for name, said in how if said)
    for said, names in list(files.items())[:SHOWN]:
        yield f"{_some(names, SHOWN - 2)}: {said}"
    if len(files) > SHOWN:
        yield f"and {len(files) - SHOWN} other kinds of files"


def _how(report: ImportReport, name: str, columns: Mapping[str, str]) -> str:
    """Return what a source was recognised as, and which column is what where that was found out."""
    known = report.recognised.get(name, "")
    if not columns or (known and "message" not in columns):
        return known
    said = ": ".join(filter(None, (known, columns_said(columns))))
    parts = _parts_of_time(columns.get("time", ""), report.names.get(name, ()))
    rest = [e for e in report.names.get(name, ()) if e not in columns.values() and e not in parts]
    if not rest or "properties" in columns:
        return said
    return f"{said}; {'properties' if len(rest) > 1 else 'property'}: {_some(rest, PROPERTIES)}"


def _parts_of_time(time: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the two columns that are a time together; () if one is."""
    pairs = ((each, time.removeprefix(f"{each} ")) for each in names if time not in names)
    return next((pair for pair in pairs if pair[1] in names), ())


def columns_said(understood: Mapping[str, str]) -> str:
    """Return which column has which meaning, as in "event, time = date, user = customer_id"."""
    order = sorted(understood, key=lambda m: _FIRST.index(m) if m in _FIRST else len(_FIRST))
    names = {meaning: clean(understood[meaning], 40) for meaning in order}
    return ", ".join(m if m == name else f"{m} = {name}" for m, name in names.items())


def _notes(report: ImportReport) -> Iterator[str]:
    """Yield what is worth knowing but no cause for concern."""
    if not (report.read or report.known or report.resumed):
        names = [name.rsplit("/", 1)[-1] for name in report.sources]
        verb = "has" if len(names) == 1 else "have"
        yield f"note: {_some(names, SHOWN)} {verb} no lines to import"
    if report.nobody:
        verb = "has a placeholder" if report.nobody == 1 else "have a placeholder"
        yield (
            f"note: {things(report.nobody, 'event')} {verb} as an id ({_placeholders(report)}): "
            "nobody, so the device is counted instead, if there is one"
        )
    if report.refused_links:
        what = things(report.refused_links, "link or alias", "links and aliases")
        verb = "was" if report.refused_links == 1 else "were"
        yield f"note: {what} through a placeholder ({_placeholders(report)}) {verb} refused"
    if report.alike:
        verb = "resembles" if report.alike == 1 else "resemble"
        yield (
            f"note: {things(report.alike, 'new event')} {verb} a stored one: same person, name "
            "and time, and further fields"
        )
    if report.loose_ids:
        yield (
            "note: the ids of the events stand for several events each, so an event is "
            "identified by its id, person and time"
        )
    yield from _gone_on(report)
    for options, names in _by_what_is_said(report.recalled.items()).items():
        yield f"note: {_where(report, names)}{recalled_said(options)}"
    for said, names in _by_what_is_said(_read_as(report)).items():
        yield f"note: {_where(report, names)}{clean(said, 300)}"
    yield from (f"note: {said}" for said in report.strays.sentences())


def _gone_on(report: ImportReport) -> Iterator[str]:
    """Yield which files were not read again, and which from where an import was stopped."""
    files = [(name.rsplit("/", 1)[-1], found) for name, found in report.known.items()]
    for name, (id_, when) in files[:SHOWN]:
        yield (
            f"note: {clean(name)} is known and was not read again: import {id_} of {when} "
            "had the same content; --again reads it"
        )
    if len(files) > SHOWN:
        left = things(len(files) - SHOWN, "more file is", "more files are")
        yield f"note: {left} known and not read again"
    for name, earlier in report.resumed.items():
        yield (
            f"note: {clean(name.rsplit('/', 1)[-1])} was read from line "
            f"{number(earlier.position.lines + 1)} on, where import {earlier.id} was stopped"
        )


def recalled_said(options: str) -> str:
    """Return that remembered choices were used, and how to do without them."""
    return (
        f"read with {clean(options, 200)}, as files of this kind were before; other options "
        "replace this, --forget-choices forgets it"
    )


def _by_what_is_said(sources: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return what is said of sources -> the names of the files of which it is, without folders."""
    files: dict[str, list[str]] = {}
    for name, said in sources:
        files.setdefault(said, []).append(name.rsplit("/", 1)[-1])
    return files


def _where(report: ImportReport, names: Sequence[str]) -> str:
    """Return files as the beginning of a note on them, "" if only one was imported."""
    return f"{_some(names, SHOWN - 2)}: " if len(report.understood) > 1 else ""


def _read_as(report: ImportReport) -> Iterator[tuple[str, str]]:
    """Yield sources, each with a sentence on how it was read.

    That a column has rounded ids is left out where a warning says it of the same ids.
    """
    warned = tuple(f" rounded, such as {text};" for text in report.rounded)
    for name, sentences in report.notes.items():
        for said in sentences:
            if report.rounded and "that a spreadsheet rounded" in said:
                continue  # there is a warning about it
            if any(ids in said for ids in warned):
                continue
            yield name, said


def warnings(report: ImportReport) -> Iterator[str]:
    """Yield what is probably wrong with an import, and how to fix it."""
    events = report.stored + report.repeated
    if events and report.unowned == events and not report.nobody:
        yield _no_people(report)
    first, last = report.first_ts, report.last_ts
    if first is not None and last is not None and 0 <= first <= last < _YEAR:
        yield _in_1970(report)
    if report.rejected * 3 >= report.read > 0:
        yield _rejected(report)
    if report.rounded:
        yield (
            f"ids like {_some(sorted(report.rounded))} were rounded by a spreadsheet, so several "
            "people may share one. Export them as text, not as numbers."
        )
    for joint in report.joints:
        yield (
            f"{clean(joint.sentence())}. If it is nobody, undo this (footfall undo --last) and "
            f"import again with --ids-to-ignore {clean(joint.key, 40)}"
        )


def _no_people(report: ImportReport) -> str:
    said = "no column identifies the person, so every event is nobody's."
    names = _candidates(report, PERSON) or _candidates(report, ID)
    if not names:
        return f"{said} If one does, import it again with --map user=COLUMN --replace"
    verb = "may" if len(names) == 1 else "may, one of them"
    return f"{said} {', '.join(names)} {verb}: import it again with --map user={names[0]} --replace"


def _in_1970(report: ImportReport) -> str:
    taken = {columns.get("time") for columns in report.understood.values()}
    names = [name for name in _candidates(report, _MOMENT) if name not in taken]
    column = names[0] if names else "COLUMN"
    used = ", ".join(clean(name, 40) for name in sorted(filter(None, taken))[:SHOWN])
    return (
        f"all events are in 1970, so {used or 'the time'} is probably not a time. Import it "
        f"again with --map time={column} --replace"
    )


def _rejected(report: ImportReport) -> str:
    reason, _ = max(report.reasons.items(), key=lambda found: found[1], default=("", 0))
    cure = _CURE.get(reason)
    verb = "was" if report.rejected == 1 else "were"
    said = f"{number(report.rejected)} of {number(report.read)} lines {verb} rejected"
    said += f", mostly for: {clean(reason)}." if reason else "."
    return f"{said} If another column has it: {cure} --replace" if cure else said


def _candidates(report: ImportReport, pattern: re.Pattern[str]) -> list[str]:
    """Return names of columns that match, except those that already have another meaning."""
    found: dict[str, None] = {}
    for source, names in report.names.items():
        taken = set(report.understood.get(source, {}).values())
        found.update((clean(n, 40), None) for n in names if pattern.search(n) and n not in taken)
    return list(found)[:SHOWN]


def _placeholders(report: ImportReport) -> str:
    return _some(sorted(report.placeholders))


def _some(names: Sequence[str], shown: int = SHOWN) -> str:
    listed = ", ".join(cut(clean(name), 40) or '""' for name in names[:shown])
    left = len(names) - shown
    return f"{listed} and {left} more" if left > 0 else listed


def broken(sentences: Iterable[str]) -> Iterator[str]:
    for said in sentences:
        yield from textwrap.wrap(
            said, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
