"""Trends without time: the distribution of property values or of events per person (definitions
8.1).

`histogram` counts events by the numeric value of a property: one bin per value if these are at most
20 integers, else at most 10 bins of one round width (1, 2 or 5 times a power of ten), which exclude
their upper end, except the last. `frequency` counts people by how often they did the event in the
range. Neither is in the stored sets, so the events are read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Generator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from core import answers
from core.answers import Cell
from core.catalog.fields import Field
from core.catalog.revenue import field_of, names_it
from core.catalog.selectors import ANY, in_title
from core.errors import BadQuestion
from core.queries.common.assemble import Figure
from core.queries.common.blocks.rows import BlockRows
from core.queries.common.context import Context
from core.queries.common.groups import members_of_group
from core.queries.common.measured import compared, is_number
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Rows
from core.queries.common.revenue import amount
from core.queries.common.select import select
from core.queries.trend.fields import TrendFields
from core.queries.trend.per_actor_counts import over, percentile
from core.sql.dialect import Binder, Statement


class Typical(NamedTuple):
    """Figures of the values; None and empty of nothing."""

    mean: Figure = None
    median: Figure = None
    p90: Figure = None
    box: tuple[float, ...] = ()


if TYPE_CHECKING:
    Found = tuple[Typical, list[answers.Bin]]
    """Figures of the values, and the bins, without their shares."""


SINGLE = 20
"""The most distinct integers that have a bin each."""

BINS = 10
MOST = 100
"""The most events of a person with their own bin; the last bin has everybody with more."""

_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_LABEL = rf"({_NUMBER})(?: to (under )?({_NUMBER}))?"
_TIMES = r"(\d{1,3}) (times?|or more times)"


def check_alone(question: TrendFields) -> None:
    """Refuse fields that only values over time have; BadQuestion."""
    hints = {
        "breakdown": "Add a condition instead.",
        "compare": "Ask for both ranges in turn.",
        "granularity": "It covers the whole range.",
        "rolling_window": "It covers the whole range.",
        "rolling_average": "It covers the whole range.",
        "cumulative": "It covers the whole range.",
    }
    for name, hint in hints.items():
        if getattr(question, name) != type(question).model_fields[name].default:
            raise BadQuestion(f"measure {question.measure} takes no {name}.", hint, parameter=name)


def ask(ctx: Context, question: TrendFields, title: str) -> Ask:
    """Yield statements, receive their rows, return the Histogram."""
    spread = _values if question.measure == "histogram" else _times
    typical, bins = yield from spread(ctx, question)
    total = sum(part.count for part in bins)
    return answers.Histogram(
        title=in_title(ctx.catalog, title, question.event),
        **dates(ctx.span_to_today(question.range)),
        unit="events" if question.measure == "histogram" else "users",
        of=question.property or "times",
        total=total,
        **typical._asdict(),
        bins=tuple(
            part.model_copy(update={"share": part.count / total if total else None})
            for part in bins
        ),
    )


def people(ctx: Context, question: TrendFields, bind: Binder, cell: Cell) -> str:
    """Return SQL of everybody behind a bin, or behind all of them."""
    test = "1 = 1"
    if question.measure == "histogram" and _of_blocks(ctx, question)[1] is not None:
        return _people_of_blocks(ctx, question, bind, cell)
    if question.measure == "histogram":
        if cell.row is not None:
            test = _in_bin(bind, cell.row)
        return f"select distinct actor from ({valued(ctx, question, bind)}) f where {test}"
    if cell.row is not None:
        test = _so_often(bind, cell.row)
    return f"select actor from ({counted(ctx, question, bind)}) f where {test}"


# -- values of a property


def _values(ctx: Context, question: TrendFields) -> Generator[Statement, Rows, Found]:
    own, blocks = _of_blocks(ctx, question)
    if blocks is not None:
        return (yield from _values_of_blocks(ctx, question, own, blocks))
    bind = ctx.binder()
    rows = yield bind.statement(
        f"""
        select x, count(*) as events
        from ({valued(ctx, question, bind, nobody=True)}) f
        group by x
        """,
        "events by value",
    )
    if not rows:
        return Typical(), []
    spread: dict[float, int] = dict(rows)
    low, high = min(spread), max(spread)
    whole = 0 if any(x != round(x) for x in spread) else len(spread)
    bins = yield from _placed(ctx, question, low, high, whole)
    return _typical(spread), bins


def _typical(spread: Mapping[float, int]) -> Typical:
    at = {p: percentile(spread, p / 100) for p in answers.BOX}
    return Typical(over(spread, "avg"), at[50], at[90], tuple(at.values()))


def _placed(
    ctx: Context, question: TrendFields, low: float, high: float, whole: int
) -> Generator[Statement, Rows, list[answers.Bin]]:
    """The bins of values from low to high, of which `whole` are distinct integers."""
    bind = ctx.binder()
    bounds = _bounds(low, high, whole)
    if not bounds:
        where = "x"
    else:
        inner = [f"when x < {bind(bound)} then {n}.0" for n, bound in enumerate(bounds[1:-1])]
        last = f"{len(bounds) - 2}.0"
        where = f"case {' '.join(inner)} else {last} end" if inner else last
    d = ctx.dialect
    rows = yield bind.statement(
        f"""
        select place, count(*) as events, {d.count(d.build("actor"))} as people
        from (
            select actor, {where} as place
            from ({valued(ctx, question, bind, nobody=True)}) f
        ) placed
        group by place
        order by place
        """,
        "people by bin",
    )
    return _shown(bounds, rows)


def _bounds(low: float, high: float, whole: int) -> list[float]:
    """Return the bounds of the bins, none if each value has its own."""
    return [] if low == high or 0 < whole <= SINGLE else round_bounds(low, high)


def _shown(bounds: list[float], rows: Rows) -> list[answers.Bin]:
    """Return the bins of rows (place or value, events, people)."""
    found = {float(place): (count, who) for place, count, who in rows}
    if not bounds:
        return [
            answers.Bin(label=_written(x), start=x, end=x, count=count, people=who)
            for x, (count, who) in found.items()
        ]
    return _bins(bounds, [found.get(float(n), (0, 0)) for n in range(len(bounds) - 1)])


def _of_blocks(ctx: Context, question: TrendFields) -> tuple[Field, BlockRows | None]:
    """Return the property that is measured, and the blocks that it is read from, if it is."""
    own = ctx.catalog.field(field_of(question.property or ""), "property")
    blocks = select(ctx, question, question.event, absent=ANY).blocks
    return own, blocks if blocks.can((), own) else None


def _values_of_blocks(
    ctx: Context, question: TrendFields, own: Field, blocks: BlockRows
) -> Generator[Statement, Rows, Found]:
    span = ctx.span_to_today(question.range)
    parts = [["percentile", p / 100] for p in answers.BOX]
    words = ["count", "sum", "min", "max", "integers", *parts]
    rows = yield from blocks.ask(
        "block_figures", span, [], (), "figures of the values", measured=own, figures=words
    )
    if not rows or not rows[0][3]:
        return Typical(), []
    count, added, low, high, whole, *box = rows[0][3:]
    bounds = _bounds(low, high, whole)
    bins = yield from blocks.ask(
        "block_bins",
        span,
        [],
        (),
        "people by bin",
        measured=own,
        bounds=bounds[1:-1] if bounds else None,
    )
    at = dict(zip(answers.BOX, box, strict=True))
    return Typical(added / count, at[50], at[90], tuple(box)), _shown(bounds, bins)


def _bins(bounds: Sequence[float], found: Sequence[tuple[int, int]]) -> list[answers.Bin]:
    last = len(found) - 1
    return [
        answers.Bin(
            label=f"{_written(low)} to {'' if n == last else 'under '}{_written(high)}",
            start=low,
            end=high,
            count=found[n][0],
            people=found[n][1],
        )
        for n, (low, high) in enumerate(pairwise(bounds))
    ]


def round_bounds(low: float, high: float) -> list[float]:
    """Return the bounds of at most BINS bins of one round width that hold low to high.

    The width is the smallest of 1, 2 or 5 times a power of ten for which that is possible.
    """
    least, most = Fraction(repr(low)), Fraction(repr(high))
    power = -1
    while Fraction(10) ** power * BINS < most - least:
        power += 1
    while Fraction(10) ** (power - 1) * BINS >= most - least:
        power -= 1
    for width in (Fraction(10) ** (power + n // 3 - 1) * (1, 2, 5)[n % 3] for n in range(9)):
        first, end = least // width, -(-most // width)
        if end - first <= BINS:
            break
    places = range(first, max(end, first + 1) + 1)
    greatest = Fraction(sys.float_info.max)
    return [float(max(min(width * n, greatest), -greatest)) for n in places]


def _written(x: float) -> str:
    return str(int(x)) if x == int(x) and abs(x) < 1e15 else repr(x)


def _in_bin(bind: Binder, label: str) -> str:
    low, under, high = _limits(label)
    if high is None:
        return f"x = {bind(low)}"
    return f"x >= {bind(low)} and x {'<' if under else '<='} {bind(high)}"


def _limits(label: str) -> tuple[float, bool, float | None]:
    """Return the ends of a bin, and whether it excludes the upper one; None for a single value."""
    found = re.fullmatch(_LABEL, label)
    if found is None:
        raise BadQuestion(f"cell names no bin {label!r}.", parameter="cell")
    low, under, high = found.groups()
    return float(low), bool(under), None if high is None else float(high)


def _people_of_blocks(ctx: Context, question: TrendFields, bind: Binder, cell: Cell) -> str:
    """Everybody with a number, or with one in a bin."""
    name = question.property or ""
    tests = [is_number(name)]
    if cell.row is not None:
        low, under, high = _limits(cell.row)
        least, most = ("gte", "lt" if under else "lte") if high is not None else ("eq", "eq")
        tests = [compared(name, least, low), compared(name, most, low if high is None else high)]
    selection = select(ctx, question, question.event, tests, absent=ANY)
    return members_of_group(ctx, bind, selection, ctx.span_to_today(question.range), (), ())


def valued(ctx: Context, question: TrendFields, bind: Binder, *, nobody: bool = False) -> str:
    """Relation (actor, x): a row per event with a number."""
    own = ctx.catalog.field(field_of(question.property or ""), "property")
    selection = select(ctx, question, question.event, absent=ANY)
    if own.kind == "revenue":
        x = amount(ctx, bind, named=names_it(question.event))
    else:
        x = ctx.dialect.as_number(ctx.dialect.json_property(own.name, bind))
    return f"""
            select actor, x
            from (
                select e.actor as actor, {x} as x
                from {selection.source([own])}
                where {selection.where(bind, ctx.span_to_today(question.range))}
            ) own
            where x is not null{"" if nobody else " and actor <> 0"}"""


# -- how often people did it


def _times(ctx: Context, question: TrendFields) -> Generator[Statement, Rows, Found]:
    blocks = select(ctx, question, question.event, absent=ANY).blocks
    if blocks.can():
        span = ctx.span_to_today(question.range)
        label = "people by number of events"
        spread_rows = yield from blocks.ask("block_spread", span, [], (), label, nobody=False)
        rows = [row[3:] for row in spread_rows]
    else:
        bind = ctx.binder()
        rows = yield bind.statement(
            f"""
            select x, count(*) as people
            from ({counted(ctx, question, bind)}) f
            group by x
            """,
            "people by number of events",
        )
    if not rows:
        return Typical(), []
    spread: dict[float, int] = dict(rows)
    found: dict[int, int] = {}
    for times, people in spread.items():
        place = min(int(times), MOST + 1)
        found[place] = found.get(place, 0) + people
    bins = [
        answers.Bin(
            label=_often(n),
            start=n,
            end=None if n > MOST else n + 1,
            count=found.get(n, 0),
            people=found.get(n, 0),
        )
        for n in range(1, max(found) + 1)
    ]
    return _typical(spread), bins


def _often(n: int) -> str:
    if n > MOST:
        return f"{n} or more times"
    return "1 time" if n == 1 else f"{n} times"


def _so_often(bind: Binder, label: str) -> str:
    found = re.fullmatch(_TIMES, label)
    if found is None:
        raise BadQuestion(f"cell names no bin {label!r}.", parameter="cell")
    return f"x {'>=' if 'more' in found[2] else '='} {bind(int(found[1]))}"


def counted(ctx: Context, question: TrendFields, bind: Binder) -> str:
    """Relation (actor, x): how many events each person has, if any; never nobody."""
    selection = select(ctx, question, question.event, absent=ANY)
    if selection.blocks.can():
        return selection.blocks.numbers(bind, ctx.span_to_today(question.range))
    return f"""
            select e.actor as actor, count(*) as x
            from {selection.source()}
            where {selection.where(bind, ctx.span_to_today(question.range))} and e.actor <> 0
            group by e.actor"""
