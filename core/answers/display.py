"""How a chart's figures and axes are shown (definitions 10.1: display and axis_config)."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, model_validator

from core.answers import Model


class Display(Model):
    """How one series is shown.

    Attributes:
        unit: the unit of its figures, such as "€" or "kg"; "" is the answer's own.
        abbreviate: 12.5K for 12,500; None for the default of the place.
        decimals: how many; None for the default.
        show_comparison: whether the compared period is drawn.
        color: a name or #rrggbb, for programs that support it.
        line_style: solid, dashed or dotted; the last two are both drawn as dots.
        axis_assignment: the axis it is drawn on.
    """

    unit: str = Field(default="", max_length=20)
    abbreviate: bool | None = None
    decimals: int | None = Field(default=None, ge=0, le=6)
    show_comparison: bool = True
    color: str = Field(default="", max_length=30)
    line_style: Literal["solid", "dashed", "dotted"] = "solid"
    axis_assignment: Literal["left", "right"] = "left"


class Axis(Model):
    """One axis.

    Attributes:
        visible: whether its labels are drawn.
        label: its title.
        unit, abbreviate, decimals: as for Display, for series without their own.
        scale: linear, or logarithmic, which cannot show values of 0 or less.
        min_bound, max_bound: the minimum and maximum value drawn; None to fit the data.
        goal: the value that its lines should reach, drawn as a line named `goal_label`; None for
            none.
    """

    visible: bool = True
    label: str = Field(default="", max_length=100)
    unit: str = Field(default="", max_length=20)
    abbreviate: bool | None = None
    decimals: int | None = Field(default=None, ge=0, le=6)
    scale: Literal["linear", "logarithmic"] = "linear"
    min_bound: float | None = Field(default=None, allow_inf_nan=False)
    max_bound: float | None = Field(default=None, allow_inf_nan=False)
    goal: float | None = Field(default=None, allow_inf_nan=False)
    goal_label: str = Field(default="", max_length=40)

    @model_validator(mode="after")
    def _ordered(self) -> Axis:
        low, high = self.min_bound, self.max_bound
        if low is not None and high is not None and low >= high:
            raise ValueError("min_bound must be less than max_bound")
        return self


USUAL_AXIS: Final = Axis.model_construct()
"""An axis that nothing is said about; made without its validator, which few charts need."""


class AxisConfig(Model):
    """The axes of a chart."""

    left_y: Axis = USUAL_AXIS
    right_y: Axis = USUAL_AXIS
    x: Axis = USUAL_AXIS


USUAL_AXES: Final = AxisConfig.model_construct()
"""Axes that nothing is said about."""

USUAL_DISPLAY: Final = Display.model_construct()
"""A series that nothing is said about."""


class Threshold(Model):
    """A limit of an alert, drawn as a line with a label."""

    value: float
    label: str


class Drawing(Model):
    """How the lines of an answer are shown: its axes, and per line its display and unit.

    Attributes:
        thresholds: limits of alerts, on the left axis; those far from all values are not drawn.
    """

    axes: AxisConfig = USUAL_AXES
    thresholds: tuple[Threshold, ...] = ()
    lines: tuple[Display, ...] = ()
    units: tuple[str, ...] = ()

    def of(self, index: int) -> Display:
        """Return how a line is shown."""
        return self.lines[index] if index < len(self.lines) else USUAL_DISPLAY

    def on_right(self, index: int) -> bool:
        """Whether a line is drawn on the right axis."""
        return self.of(index).axis_assignment == "right"


USUAL_DRAWING: Final = Drawing.model_construct()
"""How lines are shown that nothing is said about."""
