"""How long people take from one step of a funnel to another (definitions 6.4, appendix A.3).

For the reported attempts that reached `to_step`, the times since `from_step` in bins, or how often
`from_step` was done on the way. Times are in no stored set, so the events of the steps are read, or
their blocks, as in a funnel.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import ceil
from typing import ClassVar, Literal

import orjson
from pydantic import Field as Limited
from pydantic import model_validator

from core.answers import BOX, Bin, BinGroup, Cell, Histogram
from core.catalog.fields import Field
from core.catalog.selectors import titled
from core.errors import BadQuestion
from core.queries.common.assemble import Group
from core.queries.common.context import Context
from core.queries.common.groups import group_fields
from core.queries.common.periods import dates
from core.queries.common.question import (
    Ask,
    Rows,
    asked_in_units,
)
from core.queries.funnel.attempts import attempts_with_value
from core.queries.funnel.blocks import has_tallies, waits
from core.queries.funnel.fields import FunnelFields, check_between
from core.queries.funnel.notes import notes
from core.queries.funnel.plan import EVERYBODY, Plan
from core.queries.funnel.values import has_value, value_label
from core.sql.dialect import Binder, Statement, side_by_side
from core.sql.sets import percentile
from core.timeframe import Span

MOST_BINS = 90
USUAL_MOST = 60
"""The most bins if their number is left to the rule."""

EMPTY_WIDTH = 60
"""Width of a bin in seconds if all times are the same."""

REPEATS = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, None))
"""Bins of repeats, first and last inclusive."""

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_LENGTH = r"(?:\d{1,9}[dhms])+"
_BETWEEN = re.compile(rf"({_LENGTH})-({_LENGTH})( incl\.)?")
_BEYOND = re.compile(rf"({_LENGTH})\+")


class TimeToConvert(FunnelFields):
    """How long people take from one step of a funnel to another, in bins.

    The answer covers everybody who reached `to_step`, by their reported attempt. In any order the
    steps are the events of the attempt by time. `granularity` has no effect.

    Attributes:
        from_step, to_step: steps from 1; None means the last.
        measure: "seconds" between the two; "repeats": how many times `from_step` was done between
            step 1 and `to_step`.
        bins: how many of equal width, 1 to 90; the default is the cube root of the number of times,
            at most 60, each of as many whole seconds as needed, or a minute if all times are the
            same. The last bin includes its end.
        width: the width of a bin in seconds instead, starting at a multiple of it; beyond 90 bins
            the last is open.
        breakdown: up to two fields; groups beyond `limit` are left out and counted.
    """

    kind: Literal["time_to_convert"] = "time_to_convert"
    from_step: int = Limited(default=1, ge=1)
    to_step: int | None = Limited(default=None, ge=2)
    measure: Literal["seconds", "repeats"] = "seconds"
    bins: int | None = Limited(default=None, ge=1, le=MOST_BINS)
    width: int | None = Limited(default=None, ge=1, le=366 * 86_400)

    needs: ClassVar[str] = "events"

    @model_validator(mode="after")
    def _fitting(self) -> TimeToConvert:
        check_between(self.from_step, self.last_step, len(self.steps))
        if self.bins and self.width:
            raise BadQuestion("bins and width cannot both be given.", parameter="width")
        if self.compare:
            raise BadQuestion("compare does not apply to time to convert.", parameter="compare")
        if self.measure == "repeats":
            self._check_repeats()
        return self

    def _check_repeats(self) -> None:
        unfit = {
            "bins": self.bins, "width": self.width, "hold": self.hold,
            "order": self.order == "unordered", "resolution": self.resolution != "ms",
            "count_by": self.count_by != "uniques",
        }  # fmt: skip
        for name, given in unfit.items():
            if given:
                raise BadQuestion(f"{name} does not apply to the measure repeats.", parameter=name)

    @property
    def last_step(self) -> int:
        """The number of the later step."""
        return len(self.steps) if self.to_step is None else self.to_step

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        return (yield from asked_in_units(ctx, self, self._answer))

    def _answer(self, ctx: Context) -> Ask:
        span = ctx.span(self.range)
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        found = yield from self._figures_by_group(ctx, span, by)
        everybody = _Figures.of(found.values())
        bounds = self._bounds(everybody.values)
        shown = sorted(found, key=lambda g: (-len(found[g].values), g))[: self.limit] if by else []
        whole = self._group((), everybody, bounds)
        return Histogram(
            title=self._title(ctx),
            **dates(span),
            notes=notes(self),
            unit=self.unit,
            of="seconds" if self.measure == "seconds" else "times",
            breakdown=tuple(f.key for f in by),
            **whole.model_dump(exclude={"group", "bins"}),
            bins=whole.bins,
            groups=tuple(self._group(group, found[group], bounds) for group in shown),
            omitted=len(found) - len(shown) if by else 0,
        )

    def _title(self, ctx: Context) -> str:
        steps = (self.steps[n - 1] for n in (self.from_step, self.last_step))
        first, last = (step.name or titled(ctx.catalog, step.event) for step in steps)
        if self.measure == "repeats":
            return f"Times of {first} before {last}"
        return f"Time from {first} to {last}"

    def _group(self, group: Group, found: _Figures, bounds: Sequence[Bound]) -> BinGroup:
        scale = 1000 if self.measure == "seconds" else 1
        values = sorted(value / scale for value in found.values)
        at = {p: percentile(values, p / 100) for p in BOX}
        return BinGroup(
            group=group,
            total=len(values),
            mean=sum(values) / len(values) if values else None,
            median=at[50],
            p90=at[90],
            box=tuple(value for value in at.values() if value is not None),
            bins=found.filled(bounds),
        )

    def _bounds(self, values: Sequence[float]) -> list[Bound]:
        if self.measure == "repeats":
            return _repeats()
        if not values:
            return []
        return _of_width(values, self.width) if self.width else _equal(values, self.bins)

    def _figures_by_group(
        self, ctx: Context, span: Span, by: list[Field]
    ) -> Generator[Statement, Rows, dict[Group, _Figures]]:
        plan = Plan.of(ctx, self, span)
        found: dict[Group, _Figures] = {}
        for *raws, actors, figures in (yield from self._rows(plan, by)):
            group = tuple(value_label(ctx, f, raw) for f, raw in zip(by, raws, strict=False))
            part = found.setdefault(group, _Figures())
            part.actors += actors
            part.values += figures
        return found

    def _rows(self, plan: Plan, by: list[Field]) -> Generator[Statement, Rows, Rows]:
        """Return rows (group values, who, their figures in the same order)."""
        if self.measure == "seconds" and has_tallies(plan, by):
            return (yield from waits(plan, by, (self.from_step, self.last_step)))
        shares = yield from plan.shares()
        rows = yield side_by_side(self._collected(plan, by, share) for share in shares)
        return [(*row[:-2], *map(orjson.loads, map(str, row[-2:]))) for row in rows]

    def _collected(self, plan: Plan, by: list[Field], people: tuple[int, int]) -> Statement:
        """Return (group values, who as JSON, their figures as JSON in the same order)."""
        bind, d = plan.ctx.binder(), plan.ctx.dialect
        keys = [f"v{n}" for n in range(len(by))]
        return bind.statement(
            f"""
            select {"".join(f"{key}, " for key in keys)}
                   {d.integers("actor")}, {d.integers("figure")}
            from ({self._reached(plan, bind, by, people)}) reached
            {f"group by {', '.join(keys)}" if keys else ""}
            """,
            "times between the steps" if self.measure == "seconds" else "repeats of a step",
        )

    def _reached(
        self, plan: Plan, bind: Binder, by: list[Field], people: tuple[int, int] = EVERYBODY
    ) -> str:
        """Relation (actor, figure, v0, v1) of every attempt that reached the later step."""
        first, last = f"t{self.from_step}", f"t{self.last_step}"
        attempts = attempts_with_value(plan, bind, by, people)
        values = "".join(f", v{n}" for n in range(len(by)))
        if self.measure == "seconds":
            return f"""
                select actor, {last} - {first} as figure {values}
                from ({attempts}) reported
                where {last} is not null"""
        step = plan.steps[self.from_step - 1]
        done = replace(step, clauses=plan.shared.clauses + step.clauses)
        properties = any(used.needs_properties for used in done.fields)
        return f"""
            select a.actor as actor,
                   sum(case when e.ts < a.{last} then 1 else 0 end)
                     + max(case when a.{first} = a.{last} then 1 else 0 end) as figure {values}
            from ({attempts}) a
            join events e on e.actor = a.actor {plan.ctx.dialect.properties_join() * properties}
            where {done.where(bind, None)} and e.ts >= a.t1 and e.ts <= a.{last}
            group by a.actor, a.t1, a.{first}, a.{last} {values}"""

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people with a figure in a bin; without one, who reached the later step."""
        if cell.previous:
            raise BadQuestion(
                "cell is in a period that this question does not have.", parameter="cell"
            )
        by = group_fields(ctx, self.breakdown, cell.group)
        tests = [has_value(ctx, bind, f, f"v{n}", cell.group[n]) for n, f in enumerate(by)]
        if cell.row is not None:
            tests.append(self._in_bin(bind, cell.row))
        reached = self._reached(Plan.of(ctx, self, ctx.span(self.range)), bind, by)
        where = f"where {' and '.join(tests)}" if tests else ""
        return f"select distinct actor from ({reached}) reached {where}"

    def _in_bin(self, bind: Binder, row: str) -> str:
        if self.measure == "repeats":
            bound = next((each for each in _repeats() if each.label == row), None)
        else:
            bound = _read(row)
        if bound is None:
            raise BadQuestion(f"cell names no bin {row!r}.", parameter="cell")
        tests = [f"figure >= {bind(bound.low)}"]
        if bound.high is not None:
            tests.append(f"figure {'<=' if bound.closed else '<'} {bind(bound.high)}")
        return " and ".join(tests)


@dataclass(frozen=True)
class Bound:
    """The bounds of a bin, in ms or times.

    Attributes:
        high: the first value past it or, if it is closed, its last; None if it is open.
        scale: the divisor of low and high in the answer.
    """

    label: str
    low: int
    high: int | None
    closed: bool = False
    scale: int = 1

    def bin(self, count: int, people: int, total: int) -> Bin:
        """Return the bin with its content."""
        return Bin(
            label=self.label,
            start=self.low / self.scale,
            end=None if self.high is None else self.high / self.scale,
            count=count,
            people=people,
            share=count / total if total else None,
        )


@dataclass
class _Figures:
    """The figures of some attempts, ms or times, with the person of each."""

    actors: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, parts: Iterable[_Figures]) -> _Figures:
        """Return several combined."""
        whole = cls()
        for part in parts:
            whole.actors += part.actors
            whole.values += part.values
        return whole

    def filled(self, bounds: Sequence[Bound]) -> tuple[Bin, ...]:
        """Return the filled bins, which together contain every figure."""
        whose: list[list[int]] = [[] for _ in bounds]
        lows = [bound.low for bound in bounds]
        for actor, value in zip(self.actors, self.values, strict=True):
            whose[bisect_right(lows, value) - 1].append(actor)
        return tuple(
            bound.bin(len(actors), len(set(actors)), len(self.values))
            for bound, actors in zip(bounds, whose, strict=True)
        )


def _equal(values: Sequence[float], wanted: int | None) -> list[Bound]:
    """Return bins of equal width in whole seconds that contain all values, which are in ms."""
    low, high = int(min(values) // 1000), ceil(max(values) / 1000)
    cube_root = (n for n in range(1, USUAL_MOST) if n**3 >= len(values))
    count = wanted or next(cube_root, USUAL_MOST)
    width = ceil((high - low) / count) or EMPTY_WIDTH
    edges = pairwise(low + n * width for n in range(count + 1))
    return [_bound(start, end, closed=n == count) for n, (start, end) in enumerate(edges, 1)]


def _of_width(values: Sequence[float], width: int) -> list[Bound]:
    """Return bins of a width in seconds; beyond the maximum number the last is open."""
    low = int(min(values) // (width * 1000)) * width
    count = int((max(values) // 1000 - low) // width) + 1
    starts = [low + n * width for n in range(min(count, MOST_BINS))]
    found = [_bound(start, start + width) for start in starts]
    return [*found[:-1], _bound(starts[-1], None)] if count > MOST_BINS else found


def _bound(low: int, high: int | None, *, closed: bool = False) -> Bound:
    """Return a bin between two seconds."""
    end = "+" if high is None else f"-{_length(high)}{' incl.' if closed else ''}"
    top = None if high is None else high * 1000
    return Bound(f"{_length(low)}{end}", low * 1000, top, closed, scale=1000)


def _length(seconds: int) -> str:
    """Return whole seconds without loss: "45s", "1h30m", "1d20m"."""
    parts, rest = [], seconds
    for letter, size in _UNITS:
        if rest >= size:
            parts.append(f"{rest // size}{letter}")
            rest %= size
    return "".join(parts) or "0s"


def _seconds(length: str) -> int:
    sizes = dict(_UNITS)
    return sum(int(n) * sizes[letter] for n, letter in re.findall(r"(\d+)([dhms])", length))


def _read(label: str) -> Bound | None:
    """Return the bin of a label, None if it is not one."""
    between, beyond = _BETWEEN.fullmatch(label), _BEYOND.fullmatch(label)
    if between:
        return _bound(_seconds(between[1]), _seconds(between[2]), closed=bool(between[3]))
    return _bound(_seconds(beyond[1]), None) if beyond else None


def _repeats() -> list[Bound]:
    """Return the bins of repeats."""
    return [
        Bound(
            f"{low}+" if high is None else f"{low}" if low == high else f"{low}-{high}",
            low,
            None if high is None else high + 1,
        )
        for low, high in REPEATS
    ]
