"""The explorer in a pseudo-terminal: keys go in as bytes, and every byte it sends is counted."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from codecs import getincrementaldecoder
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.worlds.terminal.glass import Glass

FRAME = re.compile("\x1b\\[\\?2026h.*?\x1b\\[\\?2026l", re.DOTALL)
"""What a program paints at once, where its terminal says that it does so."""

ENTER = "\r"
ESCAPE = "\x1b"
UP, DOWN, RIGHT, LEFT, HOME = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H"


@dataclass(frozen=True)
class Sent:
    """What the explorer sent for an action.

    Attributes:
        bytes: how many bytes.
        cells: how many cells were written, the same cell counted each time.
        frames: how many bytes each of its frames took.
    """

    bytes: int
    cells: int
    frames: tuple[int, ...]


class Terminal:
    """A program in a pseudo-terminal, and the screen it draws.

    Args:
        arguments: the command line of `footfall`.
        state: the folder of its remembered state.
        size: columns and rows.
        errors: the file that standard error goes to; None for the terminal.
    """

    def __init__(
        self,
        arguments: list[str],
        state: Path,
        *,
        size: tuple[int, int] = (80, 24),
        errors: Path | None = None,
    ) -> None:
        columns, rows = size
        self.glass = Glass(columns, rows)
        self._bytes = 0
        self._text = ""
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._pid, self._file = pty.fork()
        if not self._pid:
            if errors is not None:
                os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT), 2)
            environment = {
                **{k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "SSH_CONNECTION")},
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LC_ALL": "C.UTF-8",
                "COLUMNS": str(columns),
                "LINES": str(rows),
                "FOOTFALL_STATE_DIR": str(state),
                "FOOTFALL_CONFIG": str(state / "config.toml"),
            }
            os.execve(sys.executable, [sys.executable, "-m", "tui.cli", *arguments], environment)
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._file)

    @property
    def screen(self) -> str:
        """What the terminal shows, no spaces at line ends."""
        return self.glass.text

    @property
    def sent(self) -> str:
        """What was sent since the last action."""
        return self._text

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows keys by itself, and waits for whole lines."""
        return bool(termios.tcgetattr(self._file)[3] & (termios.ECHO | termios.ICANON))

    def send(self, *keys: str, every: float | None = None) -> None:
        """Type keys, in one burst or with so many seconds between them."""
        if every is None:
            os.write(self._file, "".join(keys).encode())
            return
        for key in keys:
            os.write(self._file, key.encode())
            self._read_for(every)

    def ask_to_end(self) -> None:
        """Ask the program to end, as `kill` does."""
        os.kill(self._pid, signal.SIGTERM)

    def act(self, *keys: str, quiet: float = 0.25) -> Sent:
        """Type keys in one burst, wait for what they send and then for nothing; return it."""
        before, self._text = (self._bytes, self.glass.cells), ""
        self.send(*keys)
        self._read(10)
        self.settle(quiet)
        frames = tuple(len(frame.encode()) for frame in FRAME.findall(self._text))
        return Sent(self._bytes - before[0], self.glass.cells - before[1], frames)

    def idle(self, seconds: float) -> int:
        """Do nothing for so many seconds; return how many bytes are sent meanwhile."""
        before = self._bytes
        self._read_for(seconds)
        return self._bytes - before

    def settle(self, quiet: float = 0.25) -> None:
        """Read until nothing is sent for so many seconds and the program waits for something."""
        while self._read(quiet) or self._works():
            pass

    def _works(self) -> bool:
        """Whether the program is at work, or would be if the machine had time for it."""
        for state in Path(f"/proc/{self._pid}/task").glob("*/stat"):
            with suppress(OSError):
                if state.read_text().rpartition(")")[2].split()[0] == "R":
                    return True
        return False

    def until(self, *texts: str, seconds: float = 20) -> str:
        """Read until the screen says all of some texts; return the screen.

        Raises:
            AssertionError: it never did.
        """
        end = time.monotonic() + seconds
        while not all(text in self.screen for text in texts):
            if time.monotonic() > end:
                raise AssertionError(f"never said {texts!r}:\n{self.screen}")
            self._read(0.05)
        return self.screen

    def _read_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def _read(self, seconds: float) -> bool:
        """Read what there is within some seconds; False if there is nothing."""
        if not select.select([self._file], [], [], seconds)[0]:
            return False
        try:
            found = os.read(self._file, 1 << 16)
        except OSError:
            return False
        self._bytes += len(found)
        text = self._decoder.decode(found)
        self.glass.write(text)
        self._text += text
        if "\x1b[?2026$p" in text:
            os.write(self._file, b"\x1b[?2026;2$y")  # this terminal paints frames whole
        return True


__all__ = ["DOWN", "ENTER", "ESCAPE", "HOME", "LEFT", "RIGHT", "UP", "Sent", "Terminal"]
