"""The shapes an answer can have. Charts, tables, exports and screens know these, never kinds.

Units: instants are UTC ms, durations seconds, rates fractions of 1; a ratio of nothing is None.
Every number has an address, a `Cell`; `people` of that cell lists who is behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema


class Model(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Outcome = Literal["reached", "dropped", "returned", "not_returned"]


class Cell(Model):
    """The address of one number in an answer. Fields that do not apply stay None.

    Attributes:
        group: the breakdown values of its line, row or funnel; () is the whole.
        besides: with group ("(other)",): the groups that are shown by name.
        series: the name of its line where an answer has several ("new", "dormant").
        bucket: label of its time bucket; None is the whole range.
        previous: it belongs to the period compared with.
        step, outcome: funnel step from 1, and who of it: reached or dropped before it.
        cohort, period, outcome: retention cohort label (None = combined) and period from 0;
            returned, not_returned. Period None is the cohort itself.
        row: key of a table row, such as a segment or an event name. In a flow the event at
            `step`, "(other)" or "(end)"; `besides` then holds (step, event) of those with a name.
        after: in a flow the row at the step before, of an edge; None is the node itself.
    """

    group: tuple[str, ...] = ()
    besides: tuple[tuple[str, ...], ...] = ()
    series: str | None = None
    bucket: str | None = None
    previous: bool = False
    step: int | None = None
    cohort: str | None = None
    period: int | None = None
    outcome: Outcome | None = None
    row: str | None = None
    after: str | None = None


class Shape(Model):
    """What every answer carries.

    Attributes:
        title: what was counted, for a heading.
        first, last: local dates of the range, inclusive, ISO; None when it has none.
        notes: sentences the reader must see: what was cut, rounded or left out.
    """

    title: str = ""
    first: str | None = None
    last: str | None = None
    notes: tuple[str, ...] = ()


class Number(Shape):
    """One figure, with the one it is compared with."""

    shape: Literal["number"] = "number"
    value: float | None
    previous: float | None = None
    unit: str = "number"


class TimeBucket(Model):
    """One position on the x axis: ISO local label, UTC ms bounds, and whether it is unfinished."""

    label: str
    start: int
    end: int
    partial: bool = False


class Line(Model):
    """The values of one line, one per bucket.

    Attributes:
        group: its breakdown values, in the order of `Series.breakdown`; () without one.
        series: its name where the answer has several lines for each group, else "".
        values: None where the figure is undefined.
        previous: the compared period's values by index, cut or padded to the same length.
        total: the figure over the whole range; for people counted once, not the sum of values.
        previous_total: the same of the compared period.
        fractions: where values are shares that are worth a look behind, (part, whole) of each
            bucket; else empty.
        total_fraction: the same of the whole range.
    """

    group: tuple[str, ...] = ()
    series: str = ""
    values: tuple[float | None, ...]
    previous: tuple[float | None, ...] | None = None
    total: float | None = None
    previous_total: float | None = None
    fractions: tuple[tuple[int, int], ...] = ()
    total_fraction: tuple[int, int] | None = None

    @property
    def bucket_sum(self) -> float:
        """Sum of the values, which for people differs from `total`."""
        return sum(v for v in self.values if v is not None)

    @property
    def name(self) -> str:
        """Its label: group values and series name, " / " between."""
        return " / ".join((*self.group, self.series)) if self.series else " / ".join(self.group)


class Comparison(Model):
    """The period compared with: its mode, local dates (inclusive) and bucket labels by index."""

    mode: Literal["previous", "yoy"]
    first: str
    last: str
    labels: tuple[str, ...] = ()


class Series(Shape):
    """Values over time.

    Attributes:
        unit: "users", "events", "sessions", "number", "percent" (fractions), "currency" or
            "seconds".
        additive: True when the total is the sum of the buckets.
        omitted: groups that were left out past the limit.
    """

    shape: Literal["series"] = "series"
    unit: str = "users"
    additive: bool = False
    granularity: str = "daily"
    breakdown: tuple[str, ...] = ()
    buckets: tuple[TimeBucket, ...]
    lines: tuple[Line, ...]
    comparison: Comparison | None = None
    omitted: int = 0
    drawing: SkipJsonSchema[Any] = Field(default=None, exclude=True)
    """How it is shown, a core.display.Drawing, where a board says so; no part of the answer."""

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield every number with its address: per line its buckets, then its total."""
        for line in self.lines:
            address = {"group": line.group, "series": line.series or None}
            for bucket, value in zip(self.buckets, line.values, strict=True):
                yield Cell.model_validate({**address, "bucket": bucket.label}), value
            yield Cell.model_validate(address), line.total


class Column(Model):
    """A table column. type: text, count, number, percent (fraction), duration (s), time (ms)."""

    name: str
    type: Literal["text", "count", "number", "percent", "duration", "time", "json"] = "text"


class Table(Shape):
    """Rows and columns.

    Attributes:
        keys: one address key per row (a cell's `row`), or () when rows have nobody behind them.
        charted: how many rows a chart shows by name; 0 is all.
        other: the row that stands for all others in a chart, if there are any.
        outcomes: columns that count the people of a row with an outcome.
        truncated: there were more rows than shown.
        total: how many rows there are on all pages, where that was asked for.
    """

    shape: Literal["table"] = "table"
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    keys: tuple[str, ...] = ()
    people_column: str | None = None
    outcomes: tuple[tuple[str, Outcome], ...] = ()
    truncated: bool = False
    total: int | None = None
    charted: int = 0
    other: tuple[Any, ...] | None = None

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield each row's address with its people figure, if the table has one."""
        names = [c.name for c in self.columns]
        if not self.keys or self.people_column not in names:
            return
        at = names.index(self.people_column)
        for key, row in zip(self.keys, self.rows, strict=True):
            yield Cell(row=key), row[at]
            for column, outcome in self.outcomes:
                yield Cell(row=key, outcome=outcome), row[names.index(column)]
        if self.other is not None:
            yield self.rest, self.other[at]

    @property
    def rest(self) -> Cell:
        """The address of `other`."""
        return Cell(row="(other)", besides=tuple((key,) for key in self.keys[: self.charted]))


class Step(Model):
    """One funnel step of one group (semantics 6.1, 6.4).

    Attributes:
        count: how many reached it, in the unit of the funnel.
        step_rate, overall_rate: fractions of the step before and of step 1; None over nobody.
        drop_off: how many fewer than the step before; 0 for step 1.
        avg_seconds, median_seconds: time from the step before, over those who reached it.
        people, dropped_people: how many different people stand behind `count` and `drop_off`;
            None where these count people themselves.
    """

    step: int
    event: str
    count: int
    step_rate: float | None
    overall_rate: float | None
    drop_off: int
    avg_seconds: float | None = None
    median_seconds: float | None = None
    p90_seconds: float | None = None
    people: int | None = None
    dropped_people: int | None = None

    @property
    def who_reached(self) -> int:
        """How many people reached it."""
        return self.count if self.people is None else self.people

    @property
    def who_dropped(self) -> int:
        """How many people got to the step before and not to it."""
        return self.drop_off if self.dropped_people is None else self.dropped_people


class StepGroup(Model):
    """The steps of one breakdown group; group () is everybody."""

    group: tuple[str, ...] = ()
    steps: tuple[Step, ...]
    in_progress: int = 0
    total_avg_seconds: float | None = None
    total_median_seconds: float | None = None


class Steps(Shape):
    """A funnel. The first group is everybody; the others follow by entrants, descending.

    Attributes:
        unit: what the steps count: "users", "sessions", "pairs" of a user and the values of
            the fields in `held`, or "attempts".
    """

    shape: Literal["steps"] = "steps"
    unit: str = "users"
    held: tuple[str, ...] = ()
    breakdown: tuple[str, ...] = ()
    window_seconds: int
    order: str = "ordered"
    groups: tuple[StepGroup, ...]
    previous: StepGroup | None = None
    comparison: Comparison | None = None
    omitted: int = 0

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield the people who reached and who dropped before every step of every group."""
        for group in self.groups:
            base = self.address(group)
            for step in group.steps:
                yield (
                    base.model_copy(update={"step": step.step, "outcome": "reached"}),
                    step.who_reached,
                )
                if step.step > 1:
                    yield (
                        base.model_copy(update={"step": step.step, "outcome": "dropped"}),
                        step.who_dropped,
                    )

    def address(self, group: StepGroup) -> Cell:
        """Return the address of a group, without a step."""
        if group.group != ("(other)",):
            return Cell(group=group.group)
        named = tuple(g.group for g in self.groups if g.group not in ((), ("(other)",)))
        return Cell(group=group.group, besides=named)


class Cohort(Model):
    """One row of a retention grid (semantics 7.3).

    Attributes:
        label: ISO date of the cohort's first day, or "combined".
        counts, rates, incomplete: by period from 0; periods that have not begun are absent.
        sizes: for the combined row, or where rates are not of the cohort, the people behind each
            period's denominator; else empty.
        paid, total: of lifetime value: how many ever paid, and what they brought to date.
    """

    label: str
    size: int
    counts: tuple[int | None, ...]
    rates: tuple[float | None, ...]
    incomplete: tuple[bool, ...]
    sizes: tuple[int, ...] = ()
    paid: int | None = None
    total: float | None = None


class GridGroup(Model):
    """The cohorts of one breakdown group, and its row over the complete cells."""

    group: tuple[str, ...] = ()
    cohorts: tuple[Cohort, ...]
    combined: Cohort


class Grid(Shape):
    """A cohort grid; `combined` is the row over the complete cells.

    Attributes:
        basis, mode: how windows are counted and who counts as returned (semantics 7.3).
        brackets: half-open day offsets of the columns; empty where these are periods.
        summed: the combined row adds up cohorts that may share people.
        reference: rates are of the "cohort", or of those who returned in the "previous" period.
        average: the combined rates are "weighted", or the "simple" mean of the cohorts'.
        breakdown, groups: by what field, and its groups, largest first.
        omitted: groups that were left out past the limit.
        measure: what `rates` are: a "share" of people, "money", or "users"; other than shares
            they are of those who have had so many `days` since their first event, one number of
            days for each column, and `counts` are those who paid in them.
    """

    shape: Literal["grid"] = "grid"
    unit: str = "users"
    granularity: str = "weekly"
    periods: int
    basis: str = "calendar"
    mode: str = "n_day"
    brackets: tuple[tuple[int, int], ...] = ()
    summed: bool = False
    reference: str = "cohort"
    average: str = "weighted"
    measure: str = "share"
    days: tuple[int, ...] = ()
    breakdown: tuple[str, ...] = ()
    cohorts: tuple[Cohort, ...]
    combined: Cohort
    groups: tuple[GridGroup, ...] = ()
    omitted: int = 0

    @property
    def lines(self) -> tuple[tuple[tuple[str, ...], Cohort], ...]:
        """Its rows with their groups, in the order they are read.

        The combined row of everybody and of each group, the cohorts of everybody, then those of
        each group.
        """
        whole = GridGroup(cohorts=self.cohorts, combined=self.combined)
        parts = (whole, *self.groups)
        return (
            *((part.group, part.combined) for part in parts),
            *((part.group, cohort) for part in parts for cohort in part.cohorts),
        )

    def bracket(self, period: int) -> str:
        """The days of a bracket, both ends included: "0", "1-6"."""
        first, end = self.brackets[period]
        return f"{first}" if end == first + 1 else f"{first}-{end - 1}"

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield each cohort's size, returned and not returned, and the combined rows' people.

        Of money: each row's size, who paid within each number of days, and who ever paid.
        """
        if self.measure != "share":
            yield from self._paid()
            return
        for group, cohort in self.lines:
            combined = cohort.label == "combined"
            base: dict[str, Any] = {"group": group, "cohort": None if combined else cohort.label}
            if not combined:
                yield Cell(**base), cohort.size
            for period, count in enumerate(cohort.counts):
                if count is None or (combined and self.summed):
                    continue
                yield Cell(**base, period=period, outcome="returned"), count
                if not combined:
                    gone = cohort.size - count
                    yield Cell(**base, period=period, outcome="not_returned"), gone

    def _paid(self) -> Iterator[tuple[Cell, float | None]]:
        for group, cohort in self.lines:
            label = None if cohort.label == "combined" else cohort.label
            base: dict[str, Any] = {"group": group, "cohort": label}
            yield Cell(**base), cohort.size
            for period, count in enumerate(cohort.counts):
                yield Cell(**base, period=period, outcome="reached"), count
            yield Cell(**base, outcome="reached"), cohort.paid


class Tile(Model):
    """One group of a treemap.

    Attributes:
        size, share: its area, and that as a fraction of all groups' (None of nothing).
        intensity: its shade; None where undefined.
        events, people: behind it.
    """

    label: str
    size: float
    share: float | None = None
    intensity: float | None
    events: int
    people: int


class Treemap(Shape):
    """Groups by two measures, largest first (semantics 4.14).

    Attributes:
        group_by: the field.
        size, intensity: what the measures are, in words.
        total_size: over all groups, those left out included.
    """

    shape: Literal["treemap"] = "treemap"
    group_by: str
    size: str
    intensity: str
    tiles: tuple[Tile, ...]
    total_size: float
    omitted_groups: int = 0
    omitted_size: float = 0

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield the people of every group."""
        for tile in self.tiles:
            yield Cell(row=tile.label), tile.people


class Person(Model):
    """One actor of a list. Instants in ms; user is text from data, clean before showing."""

    user: str
    first_seen: int
    last_seen: int
    events: int
    values: tuple[Any, ...] = ()


class People(Shape):
    """A page of the people behind something; `total` counts them all."""

    shape: Literal["people"] = "people"
    total: int
    limit: int
    offset: int
    columns: tuple[str, ...] = ()
    rows: tuple[Person, ...]


class TimelineEvent(Model):
    """One event of a person; text is from data."""

    ts: int
    event: str
    session: int
    properties: dict[str, Any] = Field(default_factory=dict)
    context: dict[str, str] = Field(default_factory=dict)


class TimelineSession(Model):
    """A session that holds some of the listed events; number 1 is the person's first."""

    number: int
    start: int
    end: int
    events: int


class Timeline(Shape):
    """One person: who they are, and their events with the sessions these belong to.

    Attributes:
        days: distinct active local days as ISO dates, ascending.
        events: in the asked direction; `total_events` counts all of the person's events.
    """

    shape: Literal["timeline"] = "timeline"
    user: str
    merged: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    first_seen: int | None
    last_seen: int | None
    total_events: int
    total_sessions: int
    usage_seconds: float = 0
    traits: dict[str, str] = Field(default_factory=dict)
    context: dict[str, str] = Field(default_factory=dict)
    segments: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    top_events: tuple[tuple[str, int], ...] = ()
    sessions: tuple[TimelineSession, ...] = ()
    events: tuple[TimelineEvent, ...] = ()
    truncated: bool = False


class Bin(Model):
    """One bin of a histogram.

    Attributes:
        label: what it is called; also the `row` of its cell.
        start, end: its bounds, half-open; None where it has none on that side.
        count: how many lie in it.
        people: how many different people stand behind `count`.
        share: count as a fraction of the histogram's total; None of nothing.
    """

    label: str
    start: float | None = None
    end: float | None = None
    count: int
    people: int
    share: float | None = None


class BinGroup(Model):
    """The bins of one breakdown group; attributes as of `Histogram`."""

    group: tuple[str, ...]
    total: int
    mean: float | None
    median: float | None
    p90: float | None
    bins: tuple[Bin, ...]


class Histogram(Shape):
    """How many lie in each bin.

    Attributes:
        unit: what is counted: "users", "sessions", ...
        of: what the bins are of: "days", "seconds" or "times".
        total: the whole that shares are of. Bins need not add up to it: they may be cumulative,
            and what lies outside all bins may count in it.
        mean, median, p90: of the values themselves, in what the bins are of; None where the
            question asks for none.
        groups: the same by breakdown group, in the same bins, largest first.
        omitted: groups that were left out past the limit.
    """

    shape: Literal["histogram"] = "histogram"
    unit: str = "users"
    of: str = "number"
    breakdown: tuple[str, ...] = ()
    total: int = 0
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    bins: tuple[Bin, ...]
    groups: tuple[BinGroup, ...] = ()
    omitted: int = 0

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield each bin's address with its people, then those of the groups."""
        for part in self.bins:
            yield Cell(row=part.label), part.people
        for group in self.groups:
            for part in group.bins:
                yield Cell(group=group.group, row=part.label), part.people


class FlowNode(Model):
    """One event at one step of a flow.

    Attributes:
        event: its name; "(other)" for those without a place of their own, "(end)" for paths that
            ended after the step before; "(start)" where paths are followed back in time.
        count: paths.
        people: how many different people stand behind `count`.
        of_start, of_previous: fractions of all paths, and of those that had a step before (of an
            edge: of the paths at the node it comes from); None of nothing.
        names: how many different events it is made of.
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
    """Paths that came to `event` at `step` from the event `after` at the step before."""

    step: int
    after: str


class FlowStep(Model):
    """One step of a flow, from 1: its nodes, largest first, "(other)" and "(end)" last.

    Attributes:
        ended: paths that had no event left for this step, or were complete before it. With it the
            nodes but "(end)" add up to all paths.
    """

    step: int
    nodes: tuple[FlowNode, ...]
    ended: int


class Flow(Shape):
    """What people do step by step after an event, or before one (semantics 11.1).

    Attributes:
        unit: "users", or "paths" where people may have several.
        backward: steps go back in time; step 1 is what paths end at.
        start, target: the event at step 1, and the one a path is complete at, in words.
        scope_seconds: the time a path may take; None is its session.
        total, people: paths, and the different people who made them.
        previous_total: paths of the compared period.
        reached: of paths with a target: those that got there, and by whom.
        dropped: of those that did not: by their last event.
        longer: paths that go on after the last step.
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

    def named(self, step: int) -> tuple[tuple[str, ...], ...]:
        """(step, event) of the nodes of a step that have a name of their own."""
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
        """The address of the paths that did not get to the target and ended with an event."""
        other = node.event == FLOW_REST[0]
        named = tuple(("dropped", n.event) for n in self.dropped if n.event != FLOW_REST[0])
        return Cell(outcome="dropped", row=node.event, besides=named if other else ())

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield the people of all paths, of every node and edge, and of those who got there."""
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
"""Nodes of a flow that are no event."""

Answer = Annotated[
    Number | Series | Table | Steps | Grid | Histogram | People | Timeline | Treemap | Flow,
    Field(discriminator="shape"),
]
