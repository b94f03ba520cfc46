"""From rows of counted nodes to the parts of a Flow: ranking, merging into "(other)", shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyroaring import BitMap

from core.answers import FLOW_REST, FlowEdge, FlowNode, FlowStep

OTHER = FLOW_REST[0]
Name = str | None
"""An event at a step; None if the path has ended before it."""


@dataclass
class Crowd:
    """A group of paths: how many, by whom, and through which distinct events."""

    count: int = 0
    people: BitMap = field(default_factory=BitMap)
    names: set[Name] = field(default_factory=set)

    def add(self, other: Crowd) -> None:
        """Add more paths."""
        self.count += other.count
        self.people |= other.people
        self.names |= other.names


@dataclass
class Tally:
    """Paths by node (step, event), by edge (step, event before, event) and by how they ended.

    Attributes:
        steps: how many are shown.
        reached, dropped: those who reached the target, and the others by their last event.
        longer: paths that continue after the shown steps.
    """

    steps: int
    nodes: dict[tuple[int, Name], Crowd] = field(default_factory=lambda: defaultdict(Crowd))
    edges: dict[tuple[int, str, Name], Crowd] = field(default_factory=lambda: defaultdict(Crowd))
    dropped: dict[str, Crowd] = field(default_factory=lambda: defaultdict(Crowd))
    reached: Crowd = field(default_factory=Crowd)
    whole: Crowd = field(default_factory=Crowd)
    longer: int = 0

    def read(self, label: Callable[[Any], str], rows: Iterable[Sequence[Any]]) -> Tally:
        """Add rows (step, event before, event, goal, count, set of actors); returns itself."""
        texts: dict[Any, Name] = {None: None}
        for n, prev, event, goal, count, actors in rows:
            before, name = (_read(texts, label, raw) for raw in (prev, event))
            self._add(n, before, name, Crowd(count, actors, {name}), goal=bool(goal))
        return self

    def _add(self, n: int, before: Name, name: Name, crowd: Crowd, *, goal: bool) -> None:
        if n == 1:
            self.whole.add(crowd)
        if goal:
            self.reached.add(crowd)
        if name is None and before is not None:
            self.dropped[before].add(Crowd(crowd.count, crowd.people, {before}))
        if n <= self.steps:
            self.nodes[n, name].add(crowd)
            if before is not None:
                self.edges[n, before, name].add(crowd)
        elif n == self.steps + 1 and name is not None:
            self.longer += crowd.count

    def going(self, step: int) -> int:
        """How many paths have an event at a step."""
        return sum(c.count for (n, name), c in self.nodes.items() if n == step and name is not None)


def _read(known: dict[Any, Name], label: Callable[[Any], str], raw: Any) -> Name:
    """Return the name of a raw step, which is looked up once."""
    if raw not in known:
        known[raw] = label(raw)
    return known[raw]


def nodes_of(paths: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Return the rows that Tally reads, from whole paths (count, actors, event 1, event 2, ...).

    A path has no event after its end.
    """
    counts: dict[tuple[Any, ...], int] = defaultdict(int)
    people: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for count, actors, *events in paths:
        prev = None
        for n, event in enumerate(events, 1):
            edge = (n, prev, event)
            counts[edge] += count
            if actors:
                people[edge] += actors
            if event is None:
                break
            prev = event
    return [(*edge, 0, count, BitMap(people.get(edge, ()))) for edge, count in counts.items()]


def ranked(found: dict[Any, Crowd], limit: int) -> list[str]:
    """Return the events that are shown by name, most paths first, ties by name."""
    known = [name for name in found if name is not None and name not in FLOW_REST]
    return sorted(known, key=lambda name: (-found[name].count, name))[:limit]


@dataclass(frozen=True)
class Drawn:
    """Makes the parts of a Flow from a tally.

    Attributes:
        before: the tally of the compared period, if any.
        limit: how many events a step shows by name.
        end: the label of the end of a path.
        single: whether everybody has one path, so that counts are also people.
    """

    tally: Tally
    before: Tally | None
    limit: int
    end: str
    single: bool

    def shown(self, step: int) -> list[str]:
        """The events that a step shows by name."""
        return ranked({e: c for (n, e), c in self.tally.nodes.items() if n == step}, self.limit)

    def label(self, shown: Sequence[str], name: Name) -> str:
        """Return the label of an event at a step."""
        return self.end if name is None else name if name in shown else OTHER

    def steps(self) -> tuple[FlowStep, ...]:
        """All steps up to the last with an event or an end."""
        last = max((n for n, _ in self.tally.nodes), default=0)
        return tuple(self._step(step) for step in range(1, last + 1))

    def _step(self, step: int) -> FlowStep:
        shown = self.shown(step)
        crowds = self._merged(self.tally, step, shown)
        past = self._merged(self.before, step, shown) if self.before else {}
        nobody = Crowd() if self.before else None
        base = self.tally.going(step - 1) if step > 1 else self.tally.whole.count
        nodes = [
            self.node(label, crowds[label], base, past.get(label, nobody))
            for label in (*shown, OTHER, self.end)
            if label in crowds
        ]
        ended = self.tally.whole.count - self.tally.going(step)
        return FlowStep(step=step, nodes=tuple(nodes), ended=ended)

    def _merged(self, tally: Tally, step: int, shown: Sequence[str]) -> dict[str, Crowd]:
        found: dict[str, Crowd] = defaultdict(Crowd)
        for (n, name), crowd in tally.nodes.items():
            if n == step:
                found[self.label(shown, name)].add(crowd)
        return dict(found)

    def node(self, label: str, crowd: Crowd, base: int, past: Crowd | None = None) -> FlowNode:
        """Return a node; `base` is the total for its share of the previous step."""
        return FlowNode(**self._figures(label, crowd, base, past))

    def _figures(self, label: str, crowd: Crowd, base: int, past: Crowd | None) -> dict[str, Any]:
        whole = self.tally.whole.count
        return {
            "event": label, "count": crowd.count, "people": self.people(crowd),
            "of_start": crowd.count / whole if whole else None,
            "of_previous": crowd.count / base if base else None,
            "names": len(crowd.names), "previous": None if past is None else past.count,
        }  # fmt: skip

    def edges(self) -> tuple[FlowEdge, ...]:
        """All edges, by step, most common first."""
        shown = {step: self.shown(step) for step in range(1, self.tally.steps + 1)}
        found: dict[tuple[int, str, str], Crowd] = defaultdict(Crowd)
        sources: dict[tuple[int, str], int] = defaultdict(int)
        for (step, before, name), crowd in self.tally.edges.items():
            after = self.label(shown[step - 1], before)
            found[step, after, self.label(shown[step], name)].add(crowd)
            sources[step, after] += crowd.count
        return tuple(
            FlowEdge(step=step, after=after, **self._figures(label, c, sources[step, after], None))
            for (step, after, label), c in sorted(
                found.items(), key=lambda item: (item[0][0], -item[1].count, item[0][1:])
            )
        )

    def dropped(self) -> tuple[FlowNode, ...]:
        """Those who did not reach the target, by their last event."""
        shown = ranked(self.tally.dropped, self.limit)
        found: dict[str, Crowd] = defaultdict(Crowd)
        for name, crowd in self.tally.dropped.items():
            found[self.label(shown, name)].add(crowd)
        whole = sum(crowd.count for crowd in found.values())
        labels = [label for label in (*shown, OTHER) if label in found]
        return tuple(self.node(label, found[label], whole) for label in labels)

    def people(self, crowd: Crowd) -> int:
        """How many distinct people are behind the paths."""
        return crowd.count if self.single else len(crowd.people)
