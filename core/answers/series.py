"""Values over time, and single figures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from core.answers.cells import Cell, Model, Shape
from core.sums import total


class Number(Shape):
    """One figure, and the one it is compared with."""

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


def _is_nothing(value: Any) -> bool:
    """Whether a field that few answers have is left out of the others."""
    return value is None or value in ((), "")


class Line(Model):
    """The values of one line, one per bucket.

    Attributes:
        group: its breakdown values, in the order of `Series.breakdown`; () without a breakdown.
        series: its name if the answer has several lines per group, else "".
        values: None if the figure is undefined.
        previous: the compared period's values by index, cut to the same length; None where that
            period is shorter and has no bucket.
        total: the figure over the whole range; for people counted once, not the sum of values.
        previous_total: the same for the compared period.
        overlapping: whether values cover windows longer than a bucket, so that their sum is
            meaningless; for wau and mau, total is then the last value.
        fractions: (part, whole) of each bucket if values are shares that may need explanation; else
            empty.
        total_fraction: the same for the whole range.
        usual: the lowest and the highest usual figure of each bucket, None where too little is
            known (definitions 11.6); () if that was not asked for.
        forecast: what the last bucket, which is running, is expected to come to; None if unknown.
        currency: what its values are in, if they are amounts of money in one known currency: a
            code such as "EUR", as the data has it; else "".
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
    usual: tuple[tuple[float, float] | None, ...] = Field(default=(), exclude_if=_is_nothing)
    forecast: float | None = Field(default=None, exclude_if=_is_nothing)
    currency: str = Field(default="", exclude_if=_is_nothing)

    @property
    def bucket_sum(self) -> float:
        """The sum of the values that are numbers, which for people differs from `total`."""
        return total(v for v in self.values if v is not None and math.isfinite(v))

    @property
    def name(self) -> str:
        """Its label: group values and series name, " / " between."""
        return " / ".join((*self.group, self.series)) if self.series else " / ".join(self.group)


class Comparison(Model):
    """The compared period.

    Attributes:
        first, last: its local dates, inclusive; for a running period only the part that has passed.
        until: ISO local minute at which its last day is cut; None if that day is whole.
        labels: its bucket labels by index.
        alike: by index, whether its bucket is as long as the current one. If not, the change
            between them is meaningless.
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
        additive: whether the total is the sum of the buckets.
        omitted: how many groups beyond the limit were left out.
        gone: lines of groups that only the compared period has. They are not shown and not part of
            the answer, but a formula over the series needs them.
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
    """How it is shown, a core.answers.display.Drawing, if a board defines it; not part of the
    answer.
    """

    @property
    def several(self) -> bool:
        """Whether lines are told apart by name: there are several, or groups, even if just one."""
        return len(self.lines) > 1 or bool(self.lines and self.breakdown)

    @property
    def counts(self) -> bool:
        """Whether its figures are numbers of people, units, events or sessions."""
        return self.unit in (self.whom, "events", "sessions")

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield every number with its address: per line its buckets, then its total."""
        for line in self.lines:
            address = {"group": line.group, "series": line.series or None}
            for bucket, value in zip(self.buckets, line.values, strict=True):
                yield Cell.model_validate({**address, "bucket": bucket.label}), value
            yield Cell.model_validate(address), line.total
