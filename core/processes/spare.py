"""Processes that read sources, started before anything that reads or stores events is loaded.

Loading that takes as long as such a process takes to be ready.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from os.path import getsize, isfile
from pathlib import Path
from typing import IO, Any, Final

from core.processes.starting import end, start

APART_FROM: Final = 8_000_000
"""From this many bytes of text on, a file is read by another process: it has read the first ones by
the time this one has loaded what it stores with.
"""

_PACKED: Final = (".gz", ".tgz", ".zst", ".xz", ".bz2", ".zip")
_PACKED_TO: Final = 5
"""How many times larger a compressed file's text is at least, as a rule."""

PROJECT: Final = str(Path(__file__).parents[2])
"""The folder of the packages, which an editable install finds by a hook and not by `sys.path`."""

PIPE: Final = 1 << 20
"""How many bytes the pipe between the two holds, if the system lets it."""

_CHILD: Final = Path(__file__).parents[1] / "sources" / "flow" / "child.py"


def has_big(sources: Iterable[str | Path], size: int = APART_FROM) -> bool:
    """Whether some source is a file with about so many bytes of text or more."""
    return any(isfile(source) and text_size(source) >= size for source in sources)


def text_size(file: str | Path) -> int:
    """Return about how many bytes of text a file has, by its name and size; OSError if there is
    none.
    """
    size = getsize(file)
    return size * _PACKED_TO if str(file).lower().endswith(_PACKED) else size


class Spare:
    """Processes to read sources; the first one starts, and loads its modules, before it is needed.

    Args:
        wanted: whether it is likely to be needed.
    """

    def __init__(self, wanted: bool) -> None:
        self._ready = _started() if wanted else None

    def take(self) -> subprocess.Popen[bytes] | None:
        """Return a process that waits for a request; None if none can be started."""
        ready, self._ready = self._ready, None
        return ready or _started()

    def close(self) -> None:
        """End the process that nobody took."""
        ready, self._ready = self._ready, None
        if ready is not None:
            end(ready)


def _started() -> subprocess.Popen[bytes] | None:
    try:
        process = start(_CHILD)
    except OSError:
        return None
    try:
        _widen(process.stdout)
        ask(process, [*sys.path, PROJECT])
    except OSError:
        end(process)
        return None
    return process


def _widen(stream: IO[bytes] | None) -> None:
    """Let a pipe hold more where the system can: fewer, longer reads disturb this process less."""
    assert stream
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, PIPE)


def ask(process: subprocess.Popen[bytes], what: Any) -> None:
    """Send something to a process; OSError if it has ended."""
    assert process.stdin
    pickle.dump(what, process.stdin, pickle.HIGHEST_PROTOCOL)
    process.stdin.flush()
