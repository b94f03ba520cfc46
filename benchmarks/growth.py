"""python -m benchmarks.growth FILE...: how times grow with events, from what `--save` wrote.

Prints a table of CPU times in markdown and, below it, a chart of how much more the largest run
takes than the smallest one.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from benchmarks.questions import BY_SETS

CELLS = 40
"""How long the longest bar is."""


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
def main(files: tuple[Path, ...]) -> None:
    """Print the table and the chart."""
    runs = [json.loads(file.read_text("utf-8")) for file in files]
    click.echo("\n".join(lines(sorted(runs, key=lambda run: run["events"]))))


def lines(runs: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the table and the chart of runs, fewest events first.

    Only questions are shown that every run has asked of the same programs.
    """
    shown = [name for name in runs[0]["taken"] if _everywhere(runs, name)]
    programs = list(runs[0]["peaks"])
    heads = [f"{program}, {run['events']:,}" for program in programs for run in runs]
    yield f"| question | {' | '.join(heads)} |"
    yield f"| --- |{' ---: |' * len(heads)}"
    for name in shown:
        cells = [_cpu(run, name, program) for program in programs for run in runs]
        yield f"| {name} | {' | '.join('-' if c is None else f'{c:.1f}' for c in cells)} |"
    yield ""
    yield "```text"
    yield from chart(runs, shown, programs)
    yield "```"


def chart(
    runs: Sequence[dict[str, Any]], shown: Sequence[str], programs: Sequence[str]
) -> Iterator[str]:
    """Yield the bars: geometric means of the growth of CPU times from the first run to the last."""
    first, last = runs[0], runs[-1]
    found = []
    for kind, chosen in (
        ("from stored sets", [name for name in shown if name in BY_SETS]),
        ("all others", [name for name in shown if name not in BY_SETS]),
    ):
        for program in programs:
            grown = list(_growth(first, last, chosen, program))
            if grown:
                found.append((kind, program, statistics.geometric_mean(grown), len(grown)))
    yield f"CPU time at {last['events']:,} events / at {first['events']:,}, geometric means"
    most = max((factor for _, _, factor, _ in found), default=1.0)
    for kind, program, factor, count in found:
        bar = "█" * max(round(factor / most * CELLS), 1)
        yield f"{f'{kind} ({count})':<24}{program:<12}{bar} {factor:.1f}"


def _growth(
    first: dict[str, Any], last: dict[str, Any], names: Sequence[str], program: str
) -> Iterator[float]:
    for name in names:
        before, after = _cpu(first, name, program), _cpu(last, name, program)
        if before and after:
            yield after / before


def _everywhere(runs: Sequence[dict[str, Any]], name: str) -> bool:
    taken = [run["taken"].get(name, {}) for run in runs]
    return all(found and found.keys() == taken[0].keys() for found in taken)


def _cpu(run: dict[str, Any], name: str, program: str) -> float | None:
    taken = run["taken"][name].get(program)
    return None if taken is None else float(taken[1])


if __name__ == "__main__":
    main()
