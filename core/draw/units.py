"""Figures in the format a board asks for: custom units, decimals, abbreviated or in full."""

from __future__ import annotations

import math
from typing import Any

from core.answers import Series
from core.answers.display import USUAL_DRAWING, Axis, Display, Drawing
from core.text import compact, number, percent

SIGNS = frozenset("€$£¥₹₩₽₺₴₦฿₫₪#")
"""Units that precede their figure."""

CURRENCIES = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "RUB": "₽", "TRY": "₺",
    "UAH": "₴", "NGN": "₦", "THB": "฿", "VND": "₫", "ILS": "₪",
}  # fmt: skip
"""Signs of currencies that have one of their own; others are written as their code."""

CODES = {sign: code for code, sign in CURRENCIES.items() if not sign.isascii()}
"""What is written in ASCII instead of a sign."""


class Unit(str):
    """A unit that equals the text of the answer's own unit and defines how figures are written.

    Attributes:
        symbol: shown beside a figure; "" adds nothing.
        decimals, abbreviate: None for the default.
    """

    symbol: str = ""
    decimals: int | None = None
    abbreviate: bool | None = None

    @classmethod
    def of(cls, own: str, display: Display, axis: Axis) -> Unit:
        """Return the unit of a line: that of its display, else that of its axis."""
        unit = cls(own)
        unit.symbol = display.unit or axis.unit
        unit.decimals = axis.decimals if display.decimals is None else display.decimals
        unit.abbreviate = axis.abbreviate if display.abbreviate is None else display.abbreviate
        return unit

    @property
    def plain(self) -> bool:
        """Whether figures are written in the answer's own unit."""
        return not self.symbol and self.decimals is None and self.abbreviate is None

    @property
    def distinct(self) -> str:
        """A text that tells it from units with other figures."""
        return f"{self} {self.symbol}".strip()

    def write(self, value: float | None, *, narrow: bool) -> str:
        """Return a value as text; in `narrow` places it is abbreviated unless disabled."""
        if value is None or not math.isfinite(value):
            return "–"
        if self == "percent" and not self.symbol:
            return percent(value, 1 if self.decimals is None else self.decimals)
        wanted = narrow if self.abbreviate is None else self.abbreviate
        if wanted and abs(value) >= 10_000:
            text = compact(value)
        else:
            usual = 0 if value == round(value) else 2
            text = number(value, usual if self.decimals is None else self.decimals)
        if not self.symbol:
            return text
        if self.symbol[0] in SIGNS:
            return f"-{self.symbol}{text[1:]}" if text[0] == "-" else f"{self.symbol}{text}"
        return f"{text}{'' if self.symbol == '%' else ' '}{self.symbol}"


def drawing_of(answer: Series) -> Drawing:
    """Return how an answer is shown; the default if nothing is set."""
    return answer.drawing or USUAL_DRAWING


def axis_of(answer: Series, index: int) -> Axis:
    """Return the value axis of a line."""
    drawing = drawing_of(answer)
    return drawing.axes.right_y if drawing.on_right(index) else drawing.axes.left_y


def unit_of(answer: Any, index: int = 0) -> str:
    """Return the unit of a line's figures, including their format."""
    code = answer.lines[index].currency if index < len(answer.lines) else ""
    if answer.drawing is None and not code:
        return str(answer.unit)
    drawing = drawing_of(answer)
    own = drawing.units[index] if index < len(drawing.units) else str(answer.unit)
    found = Unit.of(own, drawing.of(index), axis_of(answer, index))
    if code and not found.symbol and own != "percent":
        found.symbol = sign_of(code)
    return own if found.plain else found


def units_of(answer: Series) -> list[str]:
    """Return a text for the unit of each line; lines with the same one can be added together."""
    units = (unit_of(answer, index) for index in range(len(answer.lines)))
    return [unit.distinct if isinstance(unit, Unit) else unit for unit in units]


def sign_of(currency: str, *, plain: bool = False) -> str:
    """Return how a currency is written beside a figure: "€" for EUR, else as the data has it.

    Args:
        plain: whether in ASCII.
    """
    sign = CURRENCIES.get(currency.upper(), currency)
    return CODES.get(sign, sign) if plain else sign


def money(value: float | None, currency: str, *, plain: bool = False, narrow: bool = False) -> str:
    """Return an amount with its currency, if that is known."""
    unit = Unit("number")
    unit.symbol = sign_of(currency, plain=plain)
    return unit.write(value, narrow=narrow)


def in_ascii(answer: Any) -> Any:
    """Return a series whose units are in ASCII: currencies by their code, "12 EUR" for "€12"."""
    count = len(answer.lines)
    units = [unit_of(answer, index) for index in range(count)]
    codes = [CODES.get(getattr(unit, "symbol", ""), "") for unit in units]
    if not any(codes):
        return answer
    drawing = drawing_of(answer)
    lines = tuple(
        drawing.of(at).model_copy(update={"unit": code} if code else {})
        for at, code in enumerate(codes)
    )
    shown = {"lines": lines, "units": drawing.units or (answer.unit,) * count}
    return answer.model_copy(update={"drawing": drawing.model_copy(update=shown)})


def drawing_notes(answer: Series) -> list[str]:
    """Return notes on how an answer is drawn: its axes, and what they leave out."""
    drawing = answer.drawing
    if drawing is None:
        return []
    axes = drawing.axes
    named = (("Left axis", axes.left_y), ("Right axis", axes.right_y), ("Across", axes.x))
    found = [f"{name}: {axis.label}." for name, axis in named if axis.label]
    found += _goals(answer)
    low = outside = 0
    for index, line in enumerate(answer.lines):
        axis = axis_of(answer, index)
        known = [v for v in line.values if v is not None]
        if axis.scale == "logarithmic":
            low += sum(v <= 0 for v in known)
        outside += sum(beyond(v, axis) for v in known)
    if low:
        found.append(f"{_values(low)} of 0 or less cannot be shown on a logarithmic scale.")
    if outside:
        found.append(f"{_values(outside)} outside the axis cannot be shown.")
    return found


def _goals(answer: Series) -> list[str]:
    """Return for each line whether its last whole value reached the goal of its axis."""
    found = []
    for index, line in enumerate(answer.lines):
        axis = axis_of(answer, index)
        known = [
            value
            for value, bucket in zip(line.values, answer.buckets, strict=True)
            if value is not None and not bucket.partial
        ]
        if axis.goal is None or not known:
            continue
        unit = unit_of(answer, index)
        write = unit.write if isinstance(unit, Unit) else Unit(unit).write
        who = f" by {line.name}" if line.name and len(answer.lines) > 1 else ""
        word = "reached" if known[-1] >= axis.goal else "not reached"
        name, goal = axis.goal_label or "Goal", write(axis.goal, narrow=False)
        found.append(f"{name} of {goal} {word}{who}: last {write(known[-1], narrow=False)}.")
    return found


def beyond(value: float, axis: Axis) -> bool:
    """Whether a value lies outside an axis' bounds."""
    low, high = axis.min_bound, axis.max_bound
    return (low is not None and value < low) or (high is not None and value > high)


def _values(count: int) -> str:
    return f"{count:,} value{'s' * (count != 1)}"
