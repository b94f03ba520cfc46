"""Where a cursor can be on a flow: its nodes, and the bands between two steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from core.answers import Cell, Flow, FlowEdge, FlowStep

Cursor = tuple[int, int] | None


class Way(NamedTuple):
    """A band: the rows of the nodes at its left and right end, and its paths."""

    left: int
    right: int
    edge: FlowEdge


@dataclass(frozen=True)
class Stop:
    """What is under a cursor: a node, or the band at a row of those behind a column.

    Attributes:
        column, row: of the node, or the column left of the band and its rank there.
    """

    column: int
    row: int
    is_band: bool


def columns(answer: Flow) -> list[FlowStep]:
    """Return the steps that have nodes, in the order they are drawn."""
    found = [step for step in answer.steps if step.nodes]
    return found[::-1] if answer.backward else found


def ways(answer: Flow) -> list[list[Way]]:
    """Return the bands between each two columns, from the top down."""
    steps = columns(answer)
    rows = [{node.event: row for row, node in enumerate(step.nodes)} for step in steps]
    later = steps[:-1] if answer.backward else steps[1:]
    gaps = {step.step: at for at, step in enumerate(later)}
    found: list[list[Way]] = [[] for _ in later]
    for edge in answer.edges:
        at = gaps.get(edge.step)
        left, right = (edge.event, edge.after) if answer.backward else (edge.after, edge.event)
        if at is not None and left in rows[at] and right in rows[at + 1]:
            found[at].append(Way(rows[at][left], rows[at + 1][right], edge))
    return [sorted(here, key=lambda way: way[:2]) for here in found]


def cells(answer: Flow) -> list[list[Cell]]:
    """Return the cells of a cursor: a column of nodes per step, one of bands between two.

    Columns with fewer repeat their last cell; one without bands has the nodes at its left.
    """
    steps, between = columns(answer), ways(answer)
    found: list[list[Cell]] = []
    for at, step in enumerate(steps):
        found.append([answer.node_cell(step.step, node) for node in step.nodes])
        if at < len(between):
            found.append([answer.edge_cell(way.edge) for way in between[at]] or found[-1])
    most = max(map(len, found), default=0)
    return [[column[min(row, len(column) - 1)] for column in found] for row in range(most)]


def stop_at(answer: Flow, cursor: Cursor) -> Stop | None:
    """Return what is under a cursor of `cells`."""
    steps, between = columns(answer), ways(answer)
    if cursor is None or not steps:
        return None
    row, place = max(cursor[0], 0), min(max(cursor[1], 0), 2 * len(steps) - 2)
    column = place // 2
    if place % 2 and between[column]:
        return Stop(column, min(row, len(between[column]) - 1), True)
    return Stop(column, min(row, len(steps[column].nodes) - 1), False)


def beside(answer: Flow, cursor: tuple[int, int], down: int, right: int) -> tuple[int, int]:
    """Return the cursor some cells away; across it follows the paths.

    From a node it goes to the thickest of its bands on that side, from there to the node at its
    end. A node without a band leads to the next column.
    """
    stop = stop_at(answer, cursor)
    if stop is None:
        return cursor
    steps, between = columns(answer), ways(answer)
    place = 2 * stop.column + stop.is_band
    if not right:
        count = len(between[stop.column]) if stop.is_band else len(steps[stop.column].nodes)
        return min(max(stop.row + down, 0), count - 1), place
    way = 1 if right > 0 else -1
    if stop.is_band:
        found = between[stop.column][stop.row]
        return (found.right if way > 0 else found.left), place + way
    gap = stop.column if way > 0 else stop.column - 1
    if not 0 <= gap < len(between):
        return stop.row, place
    end = 0 if way > 0 else 1
    own = [row for row, band in enumerate(between[gap]) if band[end] == stop.row]
    if own:
        return max(own, key=lambda row: between[gap][row].edge.count), place + way
    return min(stop.row, len(steps[stop.column + way].nodes) - 1), place + 2 * way
