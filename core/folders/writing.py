"""Writing a file so that nobody ever reads a part of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def write_whole(target: Path, text: str) -> None:
    """Write a text to a file, which has it once it is complete; until then it stays as it was.

    What is no ordinary file, or lies in a folder that cannot be written, is written in its place.

    Raises:
        OSError: it cannot be written.
        ValueError: its name is none.
    """
    found, there = Path(os.path.realpath(target)), target.exists()
    if (there and not target.is_file()) or not os.access(found.parent, os.W_OK):
        target.write_text(text, "utf-8")
        return
    part = found.with_name(f".{found.name}.{os.getpid()}")
    try:
        part.write_bytes(text.encode())
        if there:
            shutil.copymode(found, part)
        os.replace(part, found)
    finally:
        part.unlink(missing_ok=True)
