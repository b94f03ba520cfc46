"""Flows: a column per step with its events and bars, and lines along the paths between them.

Lines show the paths through the node under the cursor; without a cursor, the most common path from
the start event. They are heavier where at least half of a node's paths follow them. Steps that go
back in time are drawn from the earliest to the event that paths end at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.answers import Flow, FlowEdge, FlowNode, FlowStep
from core.draw.legend import wrapped
from core.draw.spans import Canvas, Line, Look, Span, clipped, safe
from core.draw.spark import bar
from core.draw.table import Texts, grid_lines, scrolled, window
from core.text import change, duration, fit, number, percent, things

Cursor = tuple[int, int] | None
GUTTER = 3
NARROWEST = 13
WIDEST = 34
MOST_DETAILS = 3
TALLEST = 4
"""Lines per node, at most."""


def columns(answer: Flow) -> list[FlowStep]:
    """Return the steps that have nodes, in the order they are drawn."""
    found = [step for step in answer.steps if step.nodes]
    return found[::-1] if answer.backward else found


def place(answer: Flow, cursor: Cursor) -> tuple[int, int] | None:
    """Return the column and the node under the cursor; columns may have fewer rows."""
    steps = columns(answer)
    if cursor is None or not steps:
        return None
    column = min(cursor[1], len(steps) - 1)
    return column, min(cursor[0], len(steps[column].nodes) - 1)


def flow_chart(answer: Flow, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a flow: a column per step, as many as fit around the cursor's."""
    steps = columns(answer)
    if not steps:
        return [(Span(f"No paths {_ends(answer)}.", "dim"),), *wrapped(list(answer.notes), size)]
    at = place(answer, cursor)
    foot = wrapped(_foot(answer, at), size)[: max(min(height - 6, 5), 0)]
    picture = _Picture.of(answer, size, height - len(foot), look, at)
    return [*picture.lines(), *foot]


@dataclass(frozen=True)
class _Picture:
    """The layout of a flow.

    Attributes:
        first, count: the visible columns.
        wide: width of a column in cells.
        tall: lines per node: its name, with room a bar below it, a thicker one, and a gap.
        rows: the visible nodes of each column.
        at: the cursor's column and node.
    """

    answer: Flow
    steps: list[FlowStep]
    look: Look
    at: tuple[int, int] | None
    first: int
    count: int
    wide: int
    tall: int
    rows: range
    size: int

    @classmethod
    def of(
        cls, answer: Flow, size: int, height: int, look: Look, at: tuple[int, int] | None
    ) -> _Picture:
        """Lay a flow out in a box."""
        steps = columns(answer)
        most = max(len(step.nodes) for step in steps)
        tall = min(max((height - 1) // most, 1), TALLEST)
        least = NARROWEST + (0 if tall > 1 else len(number(answer.total)))
        count = min(max((size + GUTTER) // (least + GUTTER), 1), len(steps))
        here = at[0] if at else (len(steps) - 1 if answer.backward else 0)
        first = min(max(here - count // 2, 0), len(steps) - count)
        wide = min((size - GUTTER * (count - 1)) // count, WIDEST)
        rows = window(most, max((height - 1) // tall, 1), at[1] if at else None)
        return cls(answer, steps, look, at, first, count, wide, tall, rows, size)

    def lines(self) -> list[Line]:
        """The heading and the nodes, with lines between."""
        blocks = [self._column(i) for i in range(self.first, self.first + self.count)]
        gutters = [self._gutter(i) for i in range(self.first, self.first + self.count - 1)]
        found: list[Line] = []
        for y in range(1 + self.tall * len(self.rows)):
            line: list[Span] = []
            for index, block in enumerate(blocks):
                line += block[y]
                if index < len(gutters):
                    line += gutters[index][y]
            found.append(clipped(tuple(line), self.size))
        return found

    # -- nodes

    def _column(self, column: int) -> list[list[Span]]:
        step = self.steps[column]
        found = [[Span(self._heading(step), "dim")]]
        for row in self.rows:
            node = step.nodes[row] if row < len(step.nodes) else None
            here = self.at == (column, row)
            found += self._node(node, here=here) if node else [[self._blank()]] * self.tall
        return found

    def _blank(self) -> Span:
        return Span(" " * self.wide)

    def _heading(self, step: FlowStep) -> str:
        """The step, and the share of paths that have an event there."""
        name = f" {'-' if self.answer.backward and step.step > 1 else ''}{self._number(step)}"
        going = self.answer.total - step.ended
        share = percent(going / self.answer.total, 0) if self.answer.total else ""
        return fit(name, self.wide - len(share)) + share

    def _number(self, step: FlowStep) -> str:
        if not self.answer.backward:
            return f"step {step.step}"
        return str(step.step - 1) if step.step > 1 else "end"

    def _node(self, node: FlowNode, *, here: bool) -> list[list[Span]]:
        pointer = Span(self.look.pick("›", ">") if here else " ", "cursor")
        style = "cursor" if here else "" if node.event[:1] != "(" else "dim"
        tail = self._tail(node)
        if self.tall == 1:
            name = max(self.wide - 2 - len(tail), 0)
            return [[pointer, Span(fit(safe(node.event), name), style), Span(f" {tail}", "bold")]]
        room = max(self.wide - 2 - len(tail), 0)
        picture = fit(bar(node.count, self.answer.total, room, self.look), room)
        heading = [pointer, Span(fit(safe(node.event), self.wide - 1), style)]
        shade = "dim" if node.event[:1] == "(" else "series0"
        written = [Span(" "), Span(picture, shade), Span(" "), Span(tail, "bold")]
        thick = [Span(" "), Span(picture, shade), Span(" " * (1 + len(tail)))]
        return [heading, written, thick, [self._blank()]][: self.tall]

    def _tail(self, node: FlowNode) -> str:
        """The count and, if there is room, the share of all paths."""
        counted = len(number(self.answer.total))
        text = number(node.count).rjust(counted)
        if self.wide - counted < 14:
            return text
        return text + percent(node.of_start, 0).rjust(5)

    # -- lines between

    def _gutter(self, column: int) -> list[list[Span]]:
        """The lines between a column and the next."""
        canvas = Canvas(GUTTER, 1 + self.tall * len(self.rows))
        links = self._links(column)
        if links:
            _tree(canvas, links, self.look)
        return [list(line) for line in canvas.lines()]

    def _links(self, column: int) -> list[tuple[int, int, bool]]:
        """(y on the left, y on the right, heavy) of the lines to draw."""
        left, right = self.steps[column], self.steps[column + 1]
        focus = self._focus(column)
        if focus is None:
            return []
        found = []
        for edge in self.answer.edges:
            ends = _ends_of(edge, left, right, backward=self.answer.backward)
            if ends is None or ends[focus[0]] != focus[1]:
                continue
            ys = [self._y(step, name) for step, name in zip((left, right), ends, strict=True)]
            whole = next(n.count for n in (left, right)[focus[0]].nodes if n.event == focus[1])
            if ys[0] is not None and ys[1] is not None:
                found.append((ys[0], ys[1], edge.count * 2 >= whole))
        return found

    def _focus(self, column: int) -> tuple[int, str] | None:
        """Return which end of the lines is one node, 0 the left or 1 the right, and the node."""
        if self.at is not None:
            here, row = self.at
            if here not in (column, column + 1):
                return None
            return here - column, self.steps[here].nodes[row].event
        way = _main_way(self.answer)
        side = 1 if self.answer.backward else 0
        step = self.steps[column + side].step
        return (side, way[step - 1]) if step <= len(way) else None

    def _y(self, step: FlowStep, event: str) -> int | None:
        names = [node.event for node in step.nodes]
        row = names.index(event) if event in names else -1
        return 1 + self.tall * (row - self.rows.start) if row in self.rows else None


def _ends_of(
    edge: FlowEdge, left: FlowStep, right: FlowStep, *, backward: bool
) -> tuple[str, str] | None:
    """The events at the left and the right end of an edge between two columns."""
    if backward:
        return (edge.event, edge.after) if edge.step == left.step else None
    return (edge.after, edge.event) if edge.step == right.step else None


def _main_way(answer: Flow) -> list[str]:
    """Return the events of the most common path, by step from 1."""
    way = [answer.steps[0].nodes[0].event] if answer.steps and answer.steps[0].nodes else []
    while way:
        onward = [e for e in answer.edges if e.step == len(way) + 1 and e.after == way[-1]]
        if not onward or onward[0].event.startswith("("):
            onward = [e for e in onward if not e.event.startswith("(")]
        if not onward:
            break
        way.append(onward[0].event)
    return way


_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_GLYPHS = {
    _UP | _DOWN: "│", _LEFT | _RIGHT: "─", _DOWN | _RIGHT: "┌", _UP | _RIGHT: "└",
    _DOWN | _LEFT: "┐", _UP | _LEFT: "┘", _UP | _DOWN | _RIGHT: "├", _UP | _DOWN | _LEFT: "┤",
    _DOWN | _LEFT | _RIGHT: "┬", _UP | _LEFT | _RIGHT: "┴", _UP | _DOWN | _LEFT | _RIGHT: "┼",
}  # fmt: skip


def _tree(canvas: Canvas, links: Sequence[tuple[int, int, bool]], look: Look) -> None:
    """Draw lines that all share one end."""
    heavy, light = look.pick("━", "="), look.pick("─", "-")
    bits: dict[int, int] = {}
    for left, right, strong in links:
        for y in range(min(left, right), max(left, right) + 1):
            bits[y] = bits.get(y, 0) | (_UP if y > min(left, right) else 0)
            bits[y] |= _DOWN if y < max(left, right) else 0
        bits[left] |= _LEFT
        bits[right] |= _RIGHT
        for x, y in ((0, left), (2, right)):
            known = canvas.get(x, y) == heavy
            canvas.put(x, y, heavy if strong or known else light, "accent" if strong else "dim")
    for y, sides in bits.items():
        glyph = _GLYPHS[sides]
        plain = {"│": "|", "─": "-"}.get(glyph, "+")
        if glyph == "─":
            glyph = plain = canvas.get(0, y)
        canvas.put(1, y, look.pick(glyph, plain), "dim")


# -- words


def _ends(answer: Flow) -> str:
    start = safe(answer.start)
    if answer.backward:
        return f"to {start}"
    return f"from {start}" + (f" to {safe(answer.target)}" if answer.target else "")


def _foot(answer: Flow, at: tuple[int, int] | None) -> list[str]:
    """Return lines on the node under the cursor, on the whole flow, and its notes."""
    found = [_detail(answer, at)] if at else []
    return [*found, _whole(answer), *answer.notes]


def _detail(answer: Flow, at: tuple[int, int]) -> str:
    step = columns(answer)[at[0]]
    node = step.nodes[at[1]]
    shares = f"{percent(node.of_start)} of all"
    if step.step > 1:
        shares += f", {percent(node.of_previous)} of the step {_side(answer)}"
    said = [f"{_name(node)}: {_counted(answer, node.count)}, {shares}"]
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


def _name(node: FlowNode) -> str:
    more = f" ({node.names} events)" if node.event == "(other)" else ""
    return f"{safe(node.event)}{more}"


def _whole(answer: Flow) -> str:
    scope = "in one session"
    if answer.scope_seconds is not None:
        window_ = duration(answer.scope_seconds).removesuffix(" 0h").removesuffix(" 0m")
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


# -- tables


def flow_table(answer: Flow, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a row per node, then who reached the target and the last events of the rest."""
    rows = [(str(step.step), _name(n), n) for step in answer.steps for n in step.nodes]
    if answer.reached is not None:
        rows.append(("reached", safe(answer.reached.event), answer.reached))
    rows += [("dropped", safe(n.event), n) for n in answer.dropped]
    lead = [
        Texts("step", tuple(row[0] for row in rows)),
        Texts("event", tuple(row[1] for row in rows)),
    ]
    return _table(answer, lead, [row[2] for row in rows], size, height, look, cursor)


def edges_table(answer: Flow, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a row per edge."""
    edges = answer.edges
    lead = [
        Texts("step", tuple(str(e.step) for e in edges)),
        Texts("before it" if answer.backward else "event", tuple(safe(e.event) for e in edges)),
        Texts("event" if answer.backward else "after", tuple(safe(e.after) for e in edges)),
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
        return [(Span(f"No paths {_ends(answer)}.", "dim"),)]
    notes = wrapped([_whole(answer), *answer.notes], size) if height >= 6 else []
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
