"""Flows as a matrix: a row per event, a column per step, and who of all paths is there."""

from __future__ import annotations

from core.answers import FLOW_REST, Cell, Flow, FlowNode
from core.draw.flows.ways import Cursor
from core.draw.flows.words import nothing, whole
from core.draw.grids.heat import SHADES, level_of
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, safe
from core.draw.table import scrolled
from core.text import fit, number, percent, width

CELL, WIDEST = 10, 26
"""Cells of a step, at least and at most."""

HIDDEN = "in other"
"""What a step says of an event that it does not show by name."""


def matrix(answer: Flow, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw the share of all paths that are at each event at each step, shaded by it."""
    if not answer.steps:
        return [(Span(nothing(answer), "dim"),)]
    rows = events(answer)
    found = {(step.step, node.event): node for step in answer.steps for node in step.nodes}
    label = min(max(width(safe(name)) for name in rows), max(size - 2 - 2 * CELL, 6))
    most = max((size - 2 - label) // CELL, 1)
    cell = min(max((size - 2 - label) // min(most, len(answer.steps)), CELL), WIDEST)
    first = min(max((cursor[1] if cursor else 0) - most + 1, 0), max(len(answer.steps) - most, 0))
    steps = range(first + 1, min(first + most, len(answer.steps)) + 1)
    notes = wrapped(_notes(answer, rows, found, cursor), size) if height >= 6 else []
    room = max(height - 1 - len(notes), 1)
    shown, said = scrolled(len(rows), room, cursor and cursor[0])
    heads = "".join(f"step {step}".rjust(cell) for step in steps)
    lines: list[Line] = [(Span(f"{' ' * (1 + label)}{heads}", "dim"),)]
    for at in shown:
        here = cursor[1] + 1 if cursor is not None and cursor[0] == at else 0
        name = Span(fit(safe(rows[at]), label), "cursor" if here else "")
        line = [Span(look.pick("›", ">") if here else " ", "cursor"), name]
        line += [
            _cell(answer, step, rows[at], found.get((step, rows[at])), look, cell, here == step)
            for step in steps
        ]
        lines.append(tuple(line))
    return [*lines, *said, *notes]


def events(answer: Flow) -> list[str]:
    """Return the events with a row, in the order in which steps name them, then the rest."""
    named = dict.fromkeys(
        node.event for step in answer.steps for node in step.nodes if node.event not in FLOW_REST
    )
    rest = {node.event for step in answer.steps for node in step.nodes} - set(named)
    return [*named, *(name for name in FLOW_REST if name in rest)]


def cells(answer: Flow) -> list[list[Cell]]:
    """Return the addresses of the matrix, row by row."""
    other = FLOW_REST[0]
    return [
        [
            Cell(step=step.step, row=name, besides=answer.named(step.step) if name == other else ())
            for step in answer.steps
        ]
        for name in events(answer)
    ]


def _cell(
    answer: Flow,
    step: int,
    name: str,
    node: FlowNode | None,
    look: Look,
    size: int,
    here: bool,
) -> Span:
    share = node.of_start if node else None
    if share is None:
        there = {each.event for each in answer.steps[step - 1].nodes}
        hidden = FLOW_REST[0] in there and name not in FLOW_REST
        text = HIDDEN if hidden else look.pick("–", "-")
        return Span((f"[{text}]" if here else text).rjust(size), "cursor" if here else "dim")
    text = percent(share)
    if here:
        return Span(f"[{text}]".rjust(size), "cursor")
    level = level_of(share)
    mark = SHADES[level] if look.letters and level else ""
    return Span(f"{mark}{text}".rjust(size), f"heat{level}")


def _notes(
    answer: Flow, rows: list[str], nodes: dict[tuple[int, str], FlowNode], cursor: Cursor
) -> list[str]:
    said = []
    if cursor is not None:
        name = rows[min(cursor[0], len(rows) - 1)]
        step = min(cursor[1], len(answer.steps) - 1) + 1
        node = nodes.get((step, name))
        if node is not None:
            many = f"{number(node.people)} {'person' if node.people == 1 else 'people'}"
            said.append(f"{safe(name)} at step {step}: {many}, {percent(node.of_start)} of all.")
    return [*said, whole(answer), *answer.notes]
