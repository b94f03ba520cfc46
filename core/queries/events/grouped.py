"""Grouped metrics: groups of events by a size and an intensity (definitions 4.14).

Counts and distinct people come from the stored sets. Percentiles per person and properties read the
events: they need every person's count or every event's value.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from core.answers import Cell, Model, Tile, Treemap
from core.catalog.fields import Field as Named
from core.catalog.selectors import ANY, in_title
from core.errors import BadQuestion
from core.queries.common.added_up import INFINITE, Currency, currencies, finite, no_numbers
from core.queries.common.context import Context
from core.queries.common.groups import label, members_of_group
from core.queries.common.measured import bare
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question, Rows
from core.queries.common.select import select
from core.sql.dialect import Binder, Statement
from core.sums import total
from core.timeframe import Span

_WORDS = re.compile(r"(\w+?)(?:\((.*)\))?")


class Size(Model):
    """The area of a group: its events, its distinct people, or the sum of a property."""

    type: Literal["count", "unique_actors", "sum"] = "count"
    property: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Size:
        _only_with(self.property, self.type == "sum", "size", self.type)
        return self


class Intensity(Model):
    """The shade of a group.

    Attributes:
        type: avg_per_actor (events per person), percentile_per_actor (of the events of each
            person), unique_actors, or avg (of a property over the events that have a number).
        percentile: from 0 to 1.
    """

    type: Literal["avg_per_actor", "percentile_per_actor", "unique_actors", "avg"] = "avg_per_actor"
    percentile: float | None = Field(default=None, ge=0, le=1)
    property: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Intensity:
        _only_with(self.property, self.type == "avg", "intensity", self.type)
        percentiles = self.type == "percentile_per_actor"
        if percentiles != (self.percentile is not None):
            raise BadQuestion(
                f"intensity {self.type} {'needs a' if percentiles else 'takes no'} percentile.",
                "A percentile must be from 0 to 1, such as 0.9.",
                parameter="intensity",
            )
        return self


def _only_with(name: str | None, wanted: bool, parameter: str, type_: str) -> None:
    if wanted != bool(name):
        raise BadQuestion(
            f"{parameter} {type_} {'needs a' if wanted else 'takes no'} property.",
            f"For example {'sum' if parameter == 'size' else 'avg'}(amount).",
            parameter=parameter,
        )


class Grouped(Question):
    """Groups of events by the value of a field, largest first.

    Attributes:
        group_by: the field; events without it are the group "(none)".
        size, intensity: an object, or text such as "sum(amount)" or "percentile_per_actor(0.9)".
        event: the name of an event; None means any event.
        max_groups: how many to show.
    """

    kind: Literal["grouped"] = "grouped"
    group_by: str
    size: Size = Size()
    intensity: Intensity = Intensity()
    event: str | None = None
    max_groups: int = Field(default=20, ge=1, le=1000)

    @field_validator("size", mode="before")
    @classmethod
    def _size_in_words(cls, value: Any) -> Any:
        return _from_words(value, "property") if isinstance(value, str) else value

    @field_validator("intensity", mode="before")
    @classmethod
    def _intensity_in_words(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        key = "percentile" if value.startswith("percentile") else "property"
        return _from_words(value, key)

    def title(self) -> str:
        """The title: what is grouped by what."""
        return f"{self.event or 'Any event'} by {self.group_by}"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span = ctx.span_to_today(self.range)
        by = ctx.catalog.existing(self.group_by, "group_by")
        rows = yield from self._rows(ctx, by)
        money, notes = yield from self._money(ctx, by, span, rows)
        tiles = sorted(
            (self._tile(ctx, by, row[:7], money) for row in rows), key=lambda t: (-t.size, t.label)
        )
        whole = total(tile.size for tile in tiles)
        shown, rest = tiles[: self.max_groups], tiles[self.max_groups :]
        shares = [tile.size / whole if whole else None for tile in shown]
        return Treemap(
            title=in_title(ctx.catalog, self.title(), self.event),
            **dates(span),
            notes=notes,
            group_by=by.key,
            size=_words(self.size),
            intensity=_words(self.intensity),
            tiles=tuple(
                tile.model_copy(update={"share": share})
                for tile, share in zip(shown, shares, strict=True)
            ),
            total_size=whole,
            omitted_groups=len(rest),
            omitted_size=total(tile.size for tile in rest),
            currency=_currency(money, self.size).code,
        )

    @property
    def _measured(self) -> list[str]:
        """The properties whose numbers are aggregated, once each."""
        named = (self.size.property, self.intensity.property)
        return list(dict.fromkeys(bare(name) for name in named if name))

    def _money(
        self, ctx: Context, by: Named, span: Span, rows: Rows
    ) -> Generator[Statement, Rows, tuple[dict[str, Currency], tuple[str, ...]]]:
        """The currency of each property, and notes on currencies and values that are no numbers."""
        money: dict[str, Currency] = {}
        found: list[str] = []
        selection = select(ctx, self, self.event, absent=ANY)
        for place, name in enumerate(self._measured):
            values, numbers = (sum(row[7 + 2 * place + n] for row in rows) for n in (0, 1))
            found += no_numbers(name, values - numbers, values)
            money[name] = yield from currencies(ctx, selection, span, name, [by])
            found += money[name].notes
        return money, tuple(dict.fromkeys(found))

    @property
    def _by_the_event(self) -> bool:
        """Whether figures need more than counts and people."""
        plain = self.intensity.type in ("avg_per_actor", "unique_actors")
        return self.size.type == "sum" or not plain

    def _rows(self, ctx: Context, by: Named) -> Any:
        bind = ctx.binder()
        write = self._scanned if self._by_the_event else self._stored
        rows: Rows = yield bind.statement(write(ctx, bind, by), "figures by group")
        return rows

    def _stored(self, ctx: Context, bind: Binder, by: Named) -> str:
        """(value, events, people, none, none, none, events of nobody)."""
        d, span = ctx.dialect, ctx.span_to_today(self.range)
        selection = select(ctx, self, self.event, absent=ANY)
        alone = selection.of_nobody if self.intensity.type == "avg_per_actor" else None
        unknown = (
            f"""
            union all
            select v0, 0, {d.build("0")}, sum(total)
            from ({alone.sets(bind, span, by=[by])}) group by v0"""
            if alone
            else ""
        )
        return f"""
            select v0, sum(total) as events, {d.count(d.union("users"))} as people,
                   null as p, null as summed, null as mean, sum(unknown) as unknown
            from (
                select v0, total, users, 0 as unknown
                from ({selection.sets(bind, span, by=[by])})
                {unknown}
            )
            group by v0
            """

    def _scanned(self, ctx: Context, bind: Binder, by: Named) -> str:
        """Figures of each group.

        (value, events, people, percentile, the size's sum, the intensity's mean, of nobody, then
        for each measured property the number of values and of numbers).
        """
        d = ctx.dialect
        selection = select(ctx, self, self.event, absent=ANY)
        named = [self.size.property, self.intensity.property]
        for name in filter(None, named):
            ctx.catalog.existing(f"properties.{bare(name)}", "property")
        fields = [Named("property", bare(name)) for name in named if name]
        x, y = (
            d.as_number(d.json_property(bare(name), bind)) if name else "null" for name in named
        )
        raws = [d.json_property(name, bind) for name in self._measured]
        given = [(f"case when {raw} <> 'null' then 1 end", d.as_number(raw)) for raw in raws]
        said = [f"{sql} as g{n}" for n, sql in enumerate(sql for pair in given for sql in pair)]
        counts = [f"g{n}" for n in range(len(said))]
        where = selection.where(bind, ctx.span_to_today(self.range))
        own = "case when actor <> 0 then n end"
        p = (
            d.percentile(own, self.intensity.percentile, bind)
            if self.intensity.percentile is not None
            else "null"
        )
        return f"""
            with found as (
                select {selection.value(bind, by)} as v, e.actor as actor,
                       {", ".join([f"{x} as x", f"{y} as y", *said])}
                from {selection.source([by, *fields])}
                where {where}
            ),
            each as materialized (
                select v, actor, count(*) as n, {d.total("x")} as xs, {d.total("y")} as ys,
                       {", ".join(["count(y) as numbers", *(f"count({c}) as {c}" for c in counts)])}
                from found
                group by v, actor
            )
            select v, sum(n), count({own}), {p}, {d.total("xs")},
                   case when sum(numbers) > 0 then {d.total("ys")} / sum(numbers) end,
                   {
            ", ".join(
                [
                    "sum(case when actor = 0 then n else 0 end)",
                    *(f"sum({column})" for column in counts),
                ]
            )
        }
            from each
            group by v
            """

    def _tile(
        self, ctx: Context, by: Named, row: tuple[Any, ...], money: Mapping[str, Currency]
    ) -> Tile:
        value, events, people, percentile, summed, mean, unknown = row
        if summed in INFINITE:
            raise BadQuestion(
                f"size sum of {bare(self.size.property or '')} is too large for a number.",
                parameter="size",
            )
        size = {"count": events, "unique_actors": people, "sum": summed or 0}[self.size.type]
        per_actor = (events - unknown) / people if people else None
        intensity = {
            "avg_per_actor": per_actor,
            "percentile_per_actor": percentile,
            "unique_actors": people,
            "avg": finite(mean),
        }[self.intensity.type]
        name = label(ctx, by, value)
        return Tile(
            label=name,
            size=size,
            intensity=intensity,
            events=events,
            people=people,
            size_currency=_currency(money, self.size).of((name,)),
            intensity_currency=_currency(money, self.intensity).of((name,)),
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody with an event in the group; without a row, in any."""
        selection = select(ctx, self, self.event, absent=ANY)
        span = ctx.span_to_today(self.range)
        group = () if cell.row is None else (cell.row,)
        return members_of_group(ctx, bind, selection, span, (self.group_by,), group)


def _from_words(text: str, key: str) -> dict[str, Any]:
    match = _WORDS.fullmatch(text.strip())
    if match is None:
        return {"type": text}
    return {"type": match[1]} if match[2] is None else {"type": match[1], key: match[2]}


def _currency(money: Mapping[str, Currency], measure: Size | Intensity) -> Currency:
    """Return what is known of the currency of a measure: nothing of one that is no property's."""
    return money.get(bare(measure.property or ""), Currency())


def _words(measure: Size | Intensity) -> str:
    """Return a measure as a heading: "sum of amount", "p90 per person"."""
    if measure.property:
        return f"{measure.type} of {bare(measure.property)}"
    if isinstance(measure, Intensity) and measure.percentile is not None:
        return f"p{measure.percentile * 100:g} per person"
    words = {"count": "events", "unique_actors": "people", "avg_per_actor": "events per person"}
    return words[measure.type]
