"""How long commands take to start: `python -m benchmarks.startup [RUNS [WORKSPACE]]`.

Every figure is the CPU time, user and system, of a fresh process; one run of each comes first to
compile bytecode. Commands take turns, so that a busy machine slows all of them.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path
from statistics import median

QUESTION = "signup last 90d by country where country = US"
PARSE = (
    "from tui.services.startup import start_quickly\n"
    "start_quickly()\n"
    "from core.language.questions import parse\n"
    f"parse({QUESTION!r})"
)
"""What a command does to parse a question, and nothing more."""


BARE = "Python alone"
COMMAND = ["-c", "from tui.cli import main; main()"]
"""What the script `footfall` does."""


def commands(db: str) -> dict[str, list[str]]:
    """Return what is measured, with its arguments for Python."""
    return {
        BARE: ["-c", "pass"],
        "`footfall --version`": [*COMMAND, "--version"],
        "`footfall --help`": [*COMMAND, "--help"],
        "a question parsed as by a command": ["-c", PARSE],
        "`footfall run dau --json`": [*COMMAND, "run", "dau", "--json", "--db", db],
        "`footfall run dau`": [*COMMAND, "run", "dau", "--db", db],
        "`footfall demo --print`, a whole board": [*COMMAND, "demo", "--print", db],
    }


EMPTY_APP = "from textual.app import App\nApp().run()"
QUIET = 0.7
"""Seconds without output after which a screen has been painted."""


def painted_ms(arguments: list[str], columns: int = 80, rows: int = 24) -> float:
    """Run Python in a terminal until it has painted its screen; return its CPU time in ms."""
    pid, terminal = pty.fork()
    if not pid:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
        os.execv(sys.executable, [sys.executable, *arguments])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    painted = 0
    while select.select([terminal], [], [], QUIET if painted > MOST_OF_SETUP else 20)[0]:
        painted += len(os.read(terminal, 1 << 16))
    os.kill(pid, signal.SIGKILL)
    _, _, used = os.wait4(pid, 0)
    os.close(terminal)
    return (used.ru_utime + used.ru_stime) * 1000


MOST_OF_SETUP = 400
"""Bytes that are sent before anything is painted, at most."""


def cpu_ms(arguments: list[str]) -> float:
    """Run Python once; return its CPU time in ms."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        [sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}.")
    return (used.ru_utime + used.ru_stime) * 1000


EMPTY = "an empty Textual application, painted"


def main(runs: int = 21, workspace: str = "") -> None:
    """Measure, and print a table.

    Args:
        runs: how often each is run.
        workspace: another one whose first board is painted too.
    """
    with tempfile.TemporaryDirectory() as folder:
        db = str(Path(folder) / "sample.db")
        measured = commands(db)
        cpu_ms(measured["`footfall demo --print`, a whole board"])  # makes the sample
        screens = {
            EMPTY: ["-c", EMPTY_APP],
            "`footfall DB`, the sample's board painted": [*COMMAND, db],
        }
        if workspace:
            screens[f"`footfall {workspace}`, painted"] = [*COMMAND, workspace]
        os.environ["FOOTFALL_STATE_DIR"] = folder
        times: dict[str, list[float]] = {name: [] for name in (*measured, *screens)}
        for _ in range(runs + 1):
            for name, arguments in measured.items():
                times[name].append(cpu_ms(arguments))
            for name, arguments in screens.items():
                times[name].append(painted_ms(arguments))
    print("| what | median ms | minimum ms |\n| --- | ---: | ---: |")
    for name, (_, *found) in times.items():
        print(f"| {name} | {median(found):.0f} | {min(found):.0f} |")
    print()
    for names, base in ((measured, BARE), (screens, EMPTY)):
        for name in names:
            if name != base:
                times_base = median(times[name][1:]) / median(times[base][1:])
                print(f"{name}: {times_base:.1f} times {base}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:3])
