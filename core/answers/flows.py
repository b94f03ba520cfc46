"""Sequences of what people do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from core.answers.cells import Cell, Model, Shape
from core.answers.series import Comparison


class FlowNode(Model):
    """One event at one step of a flow.

    Attributes:
        event: its name; "(other)" for events without their own node, "(end)" for paths that ended
            after the previous step, or "(start)" if paths are followed back in time.
        count: the number of paths.
        people: how many distinct people are behind `count`.
        of_start, of_previous: fractions of all paths, and of those with a previous step (for an
            edge: of the paths at the node it comes from); None of nothing.
        names: how many distinct events it is made of.
        previous: count of the compared period.
    """

    event: str
    count: int
    people: int
    of_start: float | None = None
    of_previous: float | None = None
    names: int = 1
    previous: int | None = None


class FlowEdge(FlowNode):
    """Paths that came to `event` at `step` from the event `after` at the previous step."""

    step: int
    after: str


class FlowStep(Model):
    """One step of a flow, from 1: its nodes, largest first, "(other)" and "(end)" last.

    Attributes:
        ended: paths that had no event left for this step, or were complete before it. Together with
            the nodes except "(end)" this adds up to all paths.
    """

    step: int
    nodes: tuple[FlowNode, ...]
    ended: int


class Flow(Shape):
    """What people do, step by step, after an event or before one (definitions 11.1).

    Attributes:
        unit: "users", or "paths" if people may have several.
        backward: whether steps go back in time; step 1 is then the end of the paths.
        start, target: the event at step 1, and the one that completes a path, in words.
        scope_seconds: the time a path may take; None means its session.
        total, people: the number of paths, and of distinct people behind them.
        previous_total: paths of the compared period.
        reached: for paths with a target: those that reached it, and their people.
        dropped: those that did not, by their last event.
        longer: paths that continue after the last step.
        values: whether the nodes are values of a property rather than events.
    """

    shape: Literal["flow"] = "flow"
    unit: str = "users"
    backward: bool = False
    start: str
    target: str | None = None
    scope_seconds: int | None = None
    total: int
    people: int
    previous_total: int | None = None
    steps: tuple[FlowStep, ...]
    edges: tuple[FlowEdge, ...]
    reached: FlowNode | None = None
    dropped: tuple[FlowNode, ...] = ()
    longer: int = 0
    comparison: Comparison | None = None
    values: bool = Field(default=False, exclude_if=lambda given: not given)

    def named(self, step: int) -> tuple[tuple[str, ...], ...]:
        """(step, event) of the named nodes of a step."""
        nodes = self.steps[step - 1].nodes if 1 <= step <= len(self.steps) else ()
        return tuple((str(step), n.event) for n in nodes if n.event not in FLOW_REST)

    def node_cell(self, step: int, node: FlowNode) -> Cell:
        """The address of a node."""
        besides = self.named(step) if node.event == FLOW_REST[0] else ()
        return Cell(step=step, row=node.event, besides=besides)

    def edge_cell(self, edge: FlowEdge) -> Cell:
        """The address of an edge."""
        besides = self.named(edge.step - 1) if edge.after == FLOW_REST[0] else ()
        besides += self.named(edge.step) if edge.event == FLOW_REST[0] else ()
        return Cell(step=edge.step, row=edge.event, after=edge.after, besides=besides)

    def drop_cell(self, node: FlowNode) -> Cell:
        """The address of the paths that did not reach the target and ended with an event."""
        other = node.event == FLOW_REST[0]
        named = tuple(("dropped", n.event) for n in self.dropped if n.event != FLOW_REST[0])
        return Cell(outcome="dropped", row=node.event, besides=named if other else ())

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield the people of all paths, of every node and edge, and of those who reached the
        target.
        """
        yield Cell(), self.people
        for step in self.steps:
            for node in step.nodes:
                yield self.node_cell(step.step, node), node.people
        for edge in self.edges:
            yield self.edge_cell(edge), edge.people
        if self.reached is not None:
            yield Cell(outcome="reached"), self.reached.people
        for node in self.dropped:
            yield self.drop_cell(node), node.people


FLOW_REST = ("(other)", "(end)", "(start)")
"""Nodes of a flow that are not events."""
