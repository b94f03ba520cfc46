"""How long commands take to start: `python -m benchmarks.startup [RUNS]`.

Every figure is the CPU time, user and system, of a fresh process; one run of each comes first to
compile bytecode. Commands take turns, so that a busy machine slows all of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

QUESTION = "signup last 90d by country where country = US"
PARSE = (
    "from tui.services.startup import collect_rarely, without_plugins\n"
    "collect_rarely()\n"
    "without_plugins()\n"
    "from core.language.questions import parse\n"
    f"parse({QUESTION!r})"
)
"""What a command does to parse a question, and nothing more."""


def commands(db: str) -> dict[str, list[str]]:
    """Return what is measured, with its arguments for Python."""
    command = ["-m", "tui.cli"]
    return {
        "`footfall --version`": [*command, "--version"],
        "`footfall --help`": [*command, "--help"],
        "a question parsed as by a command": ["-c", PARSE],
        "`footfall run dau --json`": [*command, "run", "dau", "--json", "--db", db],
        "`footfall run dau`": [*command, "run", "dau", "--db", db],
        "`footfall demo --print`, a whole board": [*command, "demo", "--print", db],
    }


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


def main(runs: int = 21) -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        measured = commands(str(Path(folder) / "sample.db"))
        cpu_ms(measured["`footfall demo --print`, a whole board"])  # makes the sample
        times: dict[str, list[float]] = {name: [] for name in measured}
        for _ in range(runs + 1):
            for name, arguments in measured.items():
                times[name].append(cpu_ms(arguments))
    print("| what | median ms | minimum ms |\n| --- | ---: | ---: |")
    for name, (_, *found) in times.items():
        print(f"| {name} | {median(found):.0f} | {min(found):.0f} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
