"""What stands around the events of a file, and the same file without it.

Programs that pass events on put something around each: a time and a host before a line, an object
around an object, a box around a table. A frame is recognised from the first bytes of a file;
without it the file is read as any other.
"""

from __future__ import annotations

from core.sources.frames import (
    batches,
    cells,
    dumps,
    lines,
    objects,
    records,
    tables,
    telemetry,
    whole,
)
from core.sources.frames.frame import Frame


def frame_of(head: bytes) -> Frame | None:
    """Return what stands around the events of a file with these first bytes, None for nothing."""
    start = head.lstrip(b" \t\r\n")[:1]
    if start in (b"{", b"["):
        if found := telemetry.frame_of(head):
            return found
        return (
            batches.frame_of(head)
            or objects.frame_of(head)
            or lines.frame_of(head)
            or whole.frame_of(head)
        )
    kinds = (dumps, lines, tables, records, cells)
    return next((found for kind in kinds if (found := kind.frame_of(head))), None)
