"""Values over time, and single figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from core.answers.cells import Cell, Model, Shape
from core.sums import total


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
        previous: the compared period's values by index, cut to the same length; None where that
            period, being shorter, has no bucket.
        total: the figure over the whole range; for people counted once, not the sum of values.
        previous_total: the same of the compared period.
        overlapping: values are of windows longer than a bucket, so they add up to nothing; of wau
            and mau total is then the last value.
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
    overlapping: bool = False
    fractions: tuple[tuple[int, int], ...] = ()
    total_fraction: tuple[int, int] | None = None

    @property
    def bucket_sum(self) -> float:
        """Sum of the values, which for people differs from `total`."""
        return total(v for v in self.values if v is not None)

    @property
    def name(self) -> str:
        """Its label: group values and series name, " / " between."""
        return " / ".join((*self.group, self.series)) if self.series else " / ".join(self.group)


class Comparison(Model):
    """The period compared with.

    Attributes:
        first, last: its local dates, inclusive; of a running period's only what has passed.
        until: ISO local minute at which its last day is cut, None where that is whole.
        labels: its bucket labels by index.
        alike: by index, whether its bucket holds as much time as the one beside it. The change
            from one to the other says nothing where it does not.
    """

    mode: Literal["previous", "yoy"]
    first: str
    last: str
    until: str | None = None
    labels: tuple[str, ...] = ()
    alike: tuple[bool, ...] = ()


class Series(Shape):
    """Values over time.

    Attributes:
        unit: "users", "events", "sessions", "number", "percent" (fractions), "currency" or
            "seconds".
        additive: True when the total is the sum of the buckets.
        omitted: groups that were left out past the limit.
        gone: lines of groups that only the period compared with has. They are not shown, but a
            formula over the series needs them; no part of the answer.
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
    gone: SkipJsonSchema[tuple[Line, ...]] = Field(default=(), exclude=True)
    drawing: SkipJsonSchema[Any] = Field(default=None, exclude=True)
    """How it is shown, a core.answers.display.Drawing, where a board says so; not in the answer."""

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield every number with its address: per line its buckets, then its total."""
        for line in self.lines:
            address = {"group": line.group, "series": line.series or None}
            for bucket, value in zip(self.buckets, line.values, strict=True):
                yield Cell.model_validate({**address, "bucket": bucket.label}), value
            yield Cell.model_validate(address), line.total
