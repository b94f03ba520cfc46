"""Flows as tables: a row per node, or per band."""

from __future__ import annotations

from collections.abc import Sequence

from core.answers import Flow, FlowNode
from core.draw.columns import Texts
from core.draw.flows.ways import Cursor
from core.draw.flows.words import node_name, nothing, whole
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, safe
from core.draw.table import grid_lines, scrolled
from core.text import number, percent


def flow_table(answer: Flow, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a row per node, then who reached the target and the last events of the rest."""
    rows = [(str(step.step), node_name(answer, n), n) for step in answer.steps for n in step.nodes]
    if answer.reached is not None:
        rows.append(("reached", safe(answer.reached.event), answer.reached))
    rows += [("dropped", safe(n.event), n) for n in answer.dropped]
    lead = [
        Texts("step", tuple(row[0] for row in rows)),
        Texts("value" if answer.values else "event", tuple(row[1] for row in rows)),
    ]
    return _table(answer, lead, [row[2] for row in rows], size, height, look, cursor)


def edges_table(answer: Flow, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a row per edge."""
    edges, node = answer.edges, "value" if answer.values else "event"
    lead = [
        Texts("step", tuple(str(e.step) for e in edges)),
        Texts("before it" if answer.backward else node, tuple(safe(e.event) for e in edges)),
        Texts(node if answer.backward else "after", tuple(safe(e.after) for e in edges)),
    ]
    return _table(answer, lead, edges, size, height, look, cursor)


def _table(
    answer: Flow,
    lead: list[Texts],
    nodes: Sequence[FlowNode],
    size: int,
    height: int,
    look: Look,
    cursor: Cursor,
) -> list[Line]:
    if not nodes:
        return [(Span(nothing(answer), "dim"),)]
    notes = wrapped([whole(answer), *answer.notes], size) if height >= 6 else []
    found = [
        *lead,
        Texts(answer.unit, tuple(number(n.count) for n in nodes), right=True,
              figures=tuple(float(n.count) for n in nodes)),
        Texts("of all", tuple(percent(n.of_start) for n in nodes), right=True),
        Texts("of previous", tuple(percent(n.of_previous) for n in nodes), right=True),
    ]  # fmt: skip
    if answer.unit != "users":
        found.append(Texts("people", tuple(number(n.people) for n in nodes), right=True))
    if any(n.previous is not None for n in nodes):
        before = tuple("–" if n.previous is None else number(n.previous) for n in nodes)
        found.append(Texts("previously", before, right=True))
    rows, at = max(height - len(notes), 2), cursor and cursor[0]
    _, said = scrolled(len(nodes), rows - 1, at)
    lines = [*grid_lines(found, size, rows - len(said), look, at), *said]
    gap = Span("  ")
    return [*(line[:-1] if line[-1:] == (gap,) else line for line in lines), *notes]
