"""Flows in words: their steps, what is under the cursor, and the whole."""

from __future__ import annotations

from core.answers import Flow, FlowNode, FlowStep
from core.draw.flows.ways import Stop, columns, ways
from core.draw.spans import safe
from core.text import change, duration, number, percent, things

MOST_DETAILS = 3


def heading(answer: Flow, step: FlowStep) -> str:
    """Return the name of a step and the share of paths that have an event there."""
    name = f"step {step.step}"
    if answer.backward:
        name = f"-{step.step - 1}" if step.step > 1 else "end"
    if not answer.total:
        return name
    return f"{name}  {percent((answer.total - step.ended) / answer.total, 0)}"


def nothing(answer: Flow) -> str:
    """Return the sentence for a flow without paths."""
    return f"No paths {_ends(answer)}."


def _ends(answer: Flow) -> str:
    start = safe(answer.start)
    if answer.backward:
        return f"to {start}"
    return f"from {start}" + (f" to {safe(answer.target)}" if answer.target else "")


def foot(answer: Flow, stop: Stop | None) -> list[str]:
    """Return sentences on what is under the cursor, on the whole flow, and its notes."""
    found = [_band(answer, stop) if stop.is_band else _detail(answer, stop)] if stop else []
    return [*found, whole(answer), *answer.notes]


def _band(answer: Flow, stop: Stop) -> str:
    edge = ways(answer)[stop.column][stop.row].edge
    said = f"{safe(edge.after)} to {safe(edge.event)}"
    if answer.backward:
        said = f"{safe(edge.event)} before {safe(edge.after)}"
    said += f": {_counted(answer, edge.count)}, {percent(edge.of_start)} of all"
    said += f", {percent(edge.of_previous)} of those at {safe(edge.after)}"
    if answer.unit != "users":
        said += f", by {_people(edge.people)}"
    if edge.previous is not None:
        said += f", previously {number(edge.previous)} ({change(edge.count, edge.previous)})"
    return f"{said}."


def _detail(answer: Flow, stop: Stop) -> str:
    step = columns(answer)[stop.column]
    node = step.nodes[stop.row]
    shares = f"{percent(node.of_start)} of all"
    if step.step > 1:
        shares += f", {percent(node.of_previous)} of the step {_side(answer)}"
    said = [f"{node_name(answer, node)}: {_counted(answer, node.count)}, {shares}"]
    if answer.unit != "users":
        said[0] += f", by {_people(node.people)}"
    if node.previous is not None:
        said[0] += f", previously {number(node.previous)} ({change(node.count, node.previous)})"
    onward = [e for e in answer.edges if e.step == step.step + 1 and e.after == node.event]
    if onward:
        listed = ", ".join(
            f"{safe(e.event)} {percent(e.of_previous, 0)}" for e in onward[:MOST_DETAILS]
        )
        said.append(f"{'before it' if answer.backward else 'then'} {listed}")
    return "; ".join(said) + "."


def _counted(answer: Flow, count: int) -> str:
    return f"{number(count)} {answer.unit.removesuffix('s') if count == 1 else answer.unit}"


def _people(count: int) -> str:
    return things(count, "person", "people")


def _side(answer: Flow) -> str:
    return "after" if answer.backward else "before"


def node_name(answer: Flow, node: FlowNode) -> str:
    """Return the name of a node, with how many events or values are behind (other)."""
    counted = things(node.names, "value" if answer.values else "event")
    more = f" ({counted})" if node.event == "(other)" else ""
    return f"{safe(node.event)}{more}"


def whole(answer: Flow) -> str:
    """Return how many paths there are, and what became of them."""
    scope = "in one session"
    if answer.scope_seconds is not None:
        window_ = duration(answer.scope_seconds)
        scope = f"within {window_}"
    said = f"{_counted(answer, answer.total)} {scope}"
    if answer.unit != "users":
        said += f" by {_people(answer.people)}"
    if answer.previous_total is not None:
        said += f", previously {number(answer.previous_total)}"
    if answer.reached is not None:
        said += f"; {number(answer.reached.count)} ({percent(answer.reached.of_start)}) reached it"
        last = ", ".join(f"{safe(n.event)} {number(n.count)}" for n in answer.dropped[:3])
        said += f", the rest ended with {last}" if last else ""
    return f"{said}."
