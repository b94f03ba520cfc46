"""How a process that helps this one is started and ended."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path


def start(script: str | Path, *, group: int | None = None) -> subprocess.Popen[bytes]:
    """Start a script, which has only the standard library and is talked to through its pipes.

    Args:
        group: the group of processes that it joins, 0 for one of its own; None for that of this
            process.

    Raises:
        OSError: it cannot be started.
    """
    program = [sys.executable, "-I", "-S", str(script)]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(program, stdin=pipe, stdout=pipe, stderr=nowhere, process_group=group)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, whatever it does."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        assert stream
        with suppress(OSError):  # what was not sent any more
            stream.close()
