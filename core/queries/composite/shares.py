"""The shares of people in an answer: who did something, of those who could."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from core.answers import FLOW_REST, Cell, Flow, Grid, Series, Steps, Table
from core.columns import OTHER
from core.timeframe import UNITS


class Share(NamedTuple):
    """Some of some people.

    Attributes:
        name: what they did, in words.
        cell: the address of `part` in the answer.
        whole: of how many; None means everybody in the group with an event in the range.
        plain: whether only `part` is shown, without a share.
    """

    name: str
    cell: Cell
    part: int
    whole: int | None
    plain: bool = False


def shares_of(answer: Any) -> list[Share]:
    """Return the shares in an answer of a kind that has a line in READERS."""
    return list(READERS[answer.shape](answer))


def _steps(answer: Steps) -> Iterator[Share]:
    for group in answer.groups:
        if group.group == (OTHER,):
            continue
        base = answer.address(group)
        before = "".join(f"{value}: " for value in group.group)
        for step in group.steps:
            cell = base.model_copy(update={"step": step.step, "outcome": "reached"})
            whole = None if step.step == 1 else group.steps[0].count
            yield Share(f"{before}{step.step} {step.named}", cell, step.count, whole)


def _returns(answer: Grid) -> Iterator[Share]:
    lines = answer.lines[: 1 + len(answer.groups)]
    for group, row in lines:
        before = "".join(f"{value}: " for value in group)
        yield Share(f"{before}started", Cell(group=group), row.size, None, plain=True)
        for period, count in enumerate(row.counts):
            if count is None:
                continue
            whole = row.sizes[period] if row.sizes else row.size
            cell = Cell(group=group, period=period, outcome="returned")
            yield Share(f"{before}{_period(answer, period)}", cell, count, whole)


def _period(answer: Grid, period: int) -> str:
    if answer.brackets:
        return f"days {answer.bracket(period)}"
    return f"{UNITS.get(answer.granularity, 'period')} {period}"


def _lines(answer: Series) -> Iterator[Share]:
    for line in answer.lines:
        cell = Cell(group=line.group, series=line.series or None)
        yield Share(line.name or answer.title, cell, int(line.total or 0), None)


def _rows(answer: Table) -> Iterator[Share]:
    names = [column.name for column in answer.columns]
    people = names.index(answer.people_column or "")
    for key, row in zip(answer.keys, answer.rows, strict=True):
        yield Share(str(row[0]), Cell(row=key), int(row[people]), None)


def _nodes(answer: Flow) -> Iterator[Share]:
    yield Share(f"1 {answer.start}", Cell(), answer.people, None)
    for step in answer.steps[1:]:
        for node in step.nodes:
            if node.event != FLOW_REST[0]:
                cell = answer.node_cell(step.step, node)
                yield Share(f"{step.step} {node.event}", cell, node.people, answer.people)
    if answer.reached is not None:
        cell = Cell(outcome="reached")
        yield Share(f"reached {answer.target}", cell, answer.reached.people, answer.people)


READERS: Final[Mapping[str, Callable[[Any], Iterator[Share]]]] = {
    "steps": _steps,
    "grid": _returns,
    "series": _lines,
    "table": _rows,
    "flow": _nodes,
}
"""Shape -> reader of its shares."""
