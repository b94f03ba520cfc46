"""What an import did, in a few lines above the board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.text import clean, number, things
from tui.texts.imported import broken, near, recognised, warnings

if TYPE_CHECKING:
    from core.store.ingest.report import ImportReport


@dataclass(frozen=True)
class Short:
    """What an import did in a few lines, for somebody who is about to see the board.

    Attributes:
        lines: the workspace with its events, people and days, then what was recognised, what was
            not used, and the warnings.
        added: the first of them without the path of the workspace.
        warnings: how many warnings there are among them.
        is_empty: whether nothing was stored, nor had been.
    """

    lines: tuple[str, ...]
    added: str
    warnings: int
    is_empty: bool


def short(report: ImportReport, path: Path, *, is_new: bool) -> Short:
    """Return what an import into a workspace did, in a few lines.

    Args:
        is_new: whether the import created the workspace.
    """
    warned = list(warnings(report))
    unread = [f"not read: {clean(said, 500)}" for said in report.refused]
    added = _added(report, is_new)
    lines = [
        *broken([f"{clean(near(path))}: {added}", *recognised(report)]),
        *broken(_unused(report)),
        *broken([*unread, *(f"WARNING: {said}" for said in warned)]),
    ]
    is_empty = is_new and not report.stored + report.repeated
    return Short(tuple(lines), added, len(warned) + len(unread), is_empty)


def _added(report: ImportReport, is_new: bool) -> str:
    """Return "1,204 events of 92 people, 2026-03-01 to 2026-04-02", or what of it is new."""
    what = "log" if _are_logs(report) else "event"
    if not report.stored and (report.repeated or not is_new):
        return "nothing new"
    if not report.stored:
        about = things(report.identified, "statement") + " about people, and "
        return f"{about if report.identified else ''}no events"
    said = things(report.stored, what if is_new else f"new {what}")
    if what == "event":
        said += f" of {things(report.users, 'person', 'people')}" if is_new else ""
    if report.repeated:
        said += (
            f" ({number(report.repeated)} more {'were' if report.repeated > 1 else 'was'} there)"
        )
    return f"{said}, {' to '.join(dict.fromkeys(report.days or ()))}" if report.days else said


def _are_logs(report: ImportReport) -> bool:
    found = [columns for columns in report.understood.values() if columns]
    return bool(found) and all("message" in columns for columns in found)


def _unused(report: ImportReport) -> Iterator[str]:
    if report.rejected:
        where = ", ".join(clean(near(name)) for name in report.rejects_files)
        yield f"{things(report.rejected, 'line')} rejected{': see ' if where else ''}{where}"
    if report.left_out:
        counts = (f"{clean(what)} ({number(n)})" for what, n in report.left_out.items())
        yield f"left out: {', '.join(counts)}"
