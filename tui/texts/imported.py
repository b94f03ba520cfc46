"""What the report of an import says: counts, what was recognised, and what may be wrong."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.sources.text.choose import ID, PERSON
from core.text import clean, compact, cut, duration, number

if TYPE_CHECKING:
    from core.store.ingest.report import ImportReport

WIDTH: Final = 80
"""Sentences are wrapped at this width; file names are not."""

SHOWN: Final = 3
"""How many kinds of files, names or ids are listed."""

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


def summary(report: ImportReport) -> list[str]:
    """Return what an import did, line by line."""
    reasons = sorted(report.reasons.items(), key=lambda found: -found[1])
    return [
        *_counts(report),
        *(f"  {number(count):>8}  {clean(reason)}" for reason, count in reasons),
        *(f"  {number(n):>8}  {clean(what)} left out" for what, n in report.left_out.items()),
        *_broken(_recognised(report)),
        *_broken(_notes(report)),
        *(f"rejected lines are in {clean(name)}" for name in report.rejects_files),
        *_broken(clean(said) for said in report.passed_over),
        *_broken(f"not read: {clean(said)}" for said in report.refused),
        *_broken(f"WARNING: {said}" for said in warnings(report)),
    ]


@dataclass(frozen=True)
class Short:
    """What an import did in a few lines, for somebody who is about to see the board.

    Attributes:
        lines: the workspace with its events, people and days, then what was recognised, what was
            not used, and the warnings.
        warnings: how many warnings there are among them.
        is_empty: whether nothing was stored, nor had been.
    """

    lines: tuple[str, ...]
    warnings: int
    is_empty: bool


def short(report: ImportReport, path: Path, *, is_new: bool) -> Short:
    """Return what an import into a workspace did, in a few lines.

    Args:
        is_new: whether the import created the workspace.
    """
    warned = list(warnings(report))
    unread = [f"not read: {clean(said)}" for said in report.refused]
    lines = [
        *_broken([f"{clean(_near(path))}: {_added(report, is_new)}", *_recognised(report)]),
        *_broken(_unused(report)),
        *_broken([*unread, *(f"WARNING: {said}" for said in warned)]),
    ]
    is_empty = is_new and not report.stored + report.repeated
    return Short(tuple(lines), len(warned) + len(unread), is_empty)


def _added(report: ImportReport, is_new: bool) -> str:
    """Return "1,204 events of 92 people, 2026-03-01 to 2026-04-02", or what of it is new."""
    what = "log" if _are_logs(report) else "event"
    if not report.stored and (report.repeated or not is_new):
        return "nothing new"
    if not report.stored:
        about = _things(report.identified, "statement") + " about people, and "
        return f"{about if report.identified else ''}no events"
    said = _things(report.stored, what if is_new else f"new {what}")
    if what == "event":
        said += f" of {_things(report.users, 'person', 'people')}" if is_new else ""
    if report.repeated:
        said += (
            f" ({number(report.repeated)} more {'were' if report.repeated > 1 else 'was'} there)"
        )
    return f"{said}, {' to '.join(dict.fromkeys(report.days or ()))}" if report.days else said


def _near(path: Path) -> str:
    """Return a path as seen from the current folder, if it is in it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _are_logs(report: ImportReport) -> bool:
    found = [columns for columns in report.understood.values() if columns]
    return bool(found) and all("message" in columns for columns in found)


def _unused(report: ImportReport) -> Iterator[str]:
    if report.rejected:
        where = ", ".join(map(clean, report.rejects_files))
        yield f"{_things(report.rejected, 'line')} rejected{': see ' if where else ''}{where}"
    if report.left_out:
        counts = (f"{clean(what)} ({number(n)})" for what, n in report.left_out.items())
        yield f"left out: {', '.join(counts)}"


def _counts(report: ImportReport) -> Iterator[str]:
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
    yield f"{duration(report.seconds)}, {compact(round(rate))} lines/s"


def _count(what: str, count: int) -> str:
    return f"{what:<14} {number(count):>12}"


def _recognised(report: ImportReport) -> Iterator[str]:
    """Yield how each kind of file was recognised, and the meanings of its columns."""
    files: dict[str, list[str]] = {}
    for name, columns in report.understood.items():
        said = report.recognised.get(name) or columns_said(columns)
        if said:
            files.setdefault(said, []).append(name.rsplit("/", 1)[-1])
    for said, names in list(files.items())[:SHOWN]:
        yield f"{_some(names, SHOWN - 2)}: {said}"
    if len(files) > SHOWN:
        yield f"and {len(files) - SHOWN} other kinds of files"


def columns_said(understood: Mapping[str, str]) -> str:
    """Return which column has which meaning, as in "event, time = date, user = customer_id"."""
    order = sorted(understood, key=lambda m: _FIRST.index(m) if m in _FIRST else len(_FIRST))
    names = {meaning: clean(understood[meaning], 40) for meaning in order}
    return ", ".join(m if m == name else f"{m} = {name}" for m, name in names.items())


def _notes(report: ImportReport) -> Iterator[str]:
    """Yield what is worth knowing but no cause for concern."""
    if report.nobody:
        verb = "has a placeholder" if report.nobody == 1 else "have a placeholder"
        yield (
            f"note: {_things(report.nobody, 'event')} {verb} as an id ({_placeholders(report)}): "
            "nobody, so the device is counted instead, if there is one"
        )
    if report.refused_links:
        what = _things(report.refused_links, "link or alias", "links and aliases")
        verb = "was" if report.refused_links == 1 else "were"
        yield f"note: {what} through a placeholder ({_placeholders(report)}) {verb} refused"
    if report.alike:
        verb = "resembles" if report.alike == 1 else "resemble"
        yield (
            f"note: {_things(report.alike, 'new event')} {verb} a stored one: same person, name "
            "and time, and further fields"
        )
    if report.loose_ids:
        yield (
            "note: the ids of the events stand for several events each, so an event is "
            "identified by its id, person and time"
        )
    for options, names in _recalled(report).items():
        where = f"{_some(names, SHOWN - 2)}: " if len(report.understood) > 1 else ""
        yield f"note: {where}{recalled_said(options)}"
    for said, names in _read_as(report).items():
        where = f"{_some(names, SHOWN - 2)}: " if len(report.understood) > 1 else ""
        yield f"note: {where}{clean(said, 300)}"
    yield from (f"note: {said}" for said in report.strays.sentences())


def recalled_said(options: str) -> str:
    """Return that remembered choices were used, and how to do without them."""
    return (
        f"read with {clean(options, 200)}, as files of this kind were before; other options "
        "replace this, --forget-choices forgets it"
    )


def _recalled(report: ImportReport) -> dict[str, list[str]]:
    """Return options -> the names of the files that were read with them, as remembered."""
    found: dict[str, list[str]] = {}
    for name, options in report.recalled.items():
        found.setdefault(options, []).append(name.rsplit("/", 1)[-1])
    return found


def _read_as(report: ImportReport) -> dict[str, list[str]]:
    """Return sentence on how files were read -> the names of those files.

    That a column has rounded ids is left out where a warning says it of the same ids.
    """
    found: dict[str, list[str]] = {}
    warned = tuple(f" rounded, such as {text};" for text in report.rounded)
    for name, sentences in report.notes.items():
        for said in sentences:
            if any(ids in said for ids in warned):
                continue
            found.setdefault(said, []).append(name.rsplit("/", 1)[-1])
    return found


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
            f"{clean(joint.sentence())}. If it is nobody, import into a new workspace with "
            f"--ids-to-ignore {clean(joint.key, 40)}"
        )


def _no_people(report: ImportReport) -> str:
    said = "no column identifies the person, so every event is nobody's."
    names = _candidates(report, PERSON) or _candidates(report, ID)
    if not names:
        return f"{said} If one does, import into a new workspace with --map user=COLUMN"
    verb = "may" if len(names) == 1 else "may, one of them"
    return (
        f"{said} {', '.join(names)} {verb}: import into a new workspace with --map user={names[0]}"
    )


def _in_1970(report: ImportReport) -> str:
    taken = {columns.get("time") for columns in report.understood.values()}
    names = [name for name in _candidates(report, _MOMENT) if name not in taken]
    column = names[0] if names else "COLUMN"
    used = ", ".join(clean(name, 40) for name in sorted(filter(None, taken))[:SHOWN])
    return (
        f"all events are in 1970, so {used or 'the time'} is probably not a time. Import into a "
        f"new workspace with --map time={column}"
    )


def _rejected(report: ImportReport) -> str:
    reason, _ = max(report.reasons.items(), key=lambda found: found[1], default=("", 0))
    cure = _CURE.get(reason)
    verb = "was" if report.rejected == 1 else "were"
    said = f"{number(report.rejected)} of {number(report.read)} lines {verb} rejected"
    said += f", mostly for: {clean(reason)}." if reason else "."
    return f"{said} If another column has it: {cure}" if cure else said


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


def _things(count: int, one: str, many: str = "") -> str:
    return f"1 {one}" if count == 1 else f"{number(count)} {many or one + 's'}"


def _broken(sentences: Iterable[str]) -> Iterator[str]:
    for said in sentences:
        yield from textwrap.wrap(
            said, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
