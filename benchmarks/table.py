"""The table of a run, row by row as it is measured, and its lines at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.measure import Timing, mean_ratio

NARROW, WIDE = 10, 32


class Table:
    """Lines of text or of markdown: times in ms, by the clock and of the processors together.

    Args:
        programs: the names of the programs, ours first.
    """

    def __init__(self, programs: Sequence[str], *, markdown: bool) -> None:
        self._programs = programs
        self._markdown = markdown

    def head(self) -> list[str]:
        """Return the lines before the rows."""
        names = ["question"]
        for number, program in enumerate(self._programs):
            names += [program, "CPU", *(("ratio", "CPU") if number else ())]
        names.append("target")
        rules = ["---", *("---:" for _ in names[1:])]
        return [self._line(names), *([self._line(rules)] if self._markdown else ())]

    def row(self, timing: Timing) -> str:
        """Return the line of a question."""
        cells = [timing.name]
        for number, program in enumerate(self._programs):
            taken, ratio = timing.taken.get(program), timing.ratio(program)
            cells += [_figure(value, 1) for value in taken or (None, None)]
            if number:
                cells += [_figure(value, 2) for value in ratio or (None, None)]
        cells.append(f"{timing.target}" if timing.target else "")
        return self._line(cells)

    def means(self, timings: Sequence[Timing]) -> Iterator[str]:
        """Yield the geometric means of the ratios to each peer, also without typed SQL."""
        others = [timing for timing in timings if not timing.name.startswith("sql")]
        for peer in self._programs[1:]:
            for what, chosen in (("", timings), (" without typed SQL", others)):
                mean = mean_ratio(chosen, peer)
                count = sum(timing.ratio(peer) is not None for timing in chosen)
                if mean is not None and (not what or chosen != list(timings)):
                    yield (
                        f"geometric mean of {count}{what}, footfall / {peer}: "
                        f"{mean.wall:.2f} by the clock, {mean.cpu:.2f} by processor"
                    )

    def _line(self, cells: Iterable[str]) -> str:
        first, *others = cells
        if self._markdown:
            return f"| {' | '.join((first, *others))} |"
        return f"{first:<{WIDE}}" + "".join(f"{cell:>{NARROW}}" for cell in others)


def _figure(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:.{places}f}"
