"""How far an import is, in a line."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from core.text import clean, compact, cut, duration, number, things

if TYPE_CHECKING:
    from core.store.ingest.report import Progress

BAR = 24
KNOWN_FROM = 0.02
STEADY_FROM = 1.0
"""The share that is read, and the seconds that have passed, before a time that is left is told."""

ROUNDED = ((600, 60), (120, 15), (20, 5), (0, 1))
"""(seconds that are left at least, the step they are rounded up to), longest first."""

STORING = "storing the last of it"
"""What is still done for a source that is read to its end."""


def converting_text(seconds: float) -> str:
    """Return what is said while a workspace of an earlier version is being converted."""
    return f"Converting the workspace to this version of footfall ... {seconds:.0f} s"


def bar_text(at: Progress) -> str:
    """Return "events.csv [=====>    ] 41%  120,000 lines  212K/s  3s left"."""
    if not at.total_bytes:
        return line_text(at)
    done = share_read(at)
    filled = int(done * BAR)
    bar = ("=" * filled + ">" * (filled < BAR)).ljust(BAR)
    pace = lines_text(at) if is_read(at) else pace_text(at)
    return f"{name_text(at)} [{bar}] {done:4.0%}  {pace}  {left_text(at)}"


def line_text(at: Progress) -> str:
    """Return the same without a bar, for a source of unknown length."""
    if is_read(at):
        return f"{name_text(at)}  {lines_text(at)}  {left_text(at)}"
    return f"{name_text(at)}  {pace_text(at)}"


def is_read(at: Progress) -> bool:
    """Whether the source is read to its end, so that only what follows takes time."""
    return bool(at.doing) or share_read(at) >= 1


def lines_text(at: Progress) -> str:
    """Return "120,000 lines, 3 rejected"."""
    rejected = f", {number(at.rejected)} rejected" if at.rejected else ""
    return f"{things(at.read, 'line')}{rejected}"


def pace_text(at: Progress) -> str:
    """Return "120,000 lines, 3 rejected  212K/s"."""
    rate = at.read / at.seconds if at.seconds else 0
    return f"{lines_text(at)}  {compact(round(rate))}/s"


def left_text(at: Progress) -> str:
    """Return "3s left", a dash for the time as long as nobody can tell; what is still done once all
    is read: "storing the last of it".
    """
    if is_read(at):
        return at.doing or STORING
    done = share_read(at)
    if done < KNOWN_FROM or at.seconds < STEADY_FROM:
        return "– left"
    return f"{duration(_rounded(at.seconds / done * (1 - done)))} left"


def _rounded(seconds: float) -> int:
    """Return a time as coarse as it is known: it would swing from one look to the next."""
    step = next(step for least, step in ROUNDED if seconds >= least)
    return max(ceil(seconds / step) * step, 1)


def share_read(at: Progress) -> float:
    """Return how much of the source is read, from 0 to 1; 0 as long as its length is unknown."""
    return min(at.read_bytes / at.total_bytes, 1.0) if at.total_bytes else 0.0


def name_text(at: Progress, cells: int = 24) -> str:
    """Return the name of the source without its folder, in so many cells."""
    return cut(clean(at.source.rsplit("/", 1)[-1]), cells)
