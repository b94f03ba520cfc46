"""The functions of formulas, of letters (definitions 8.3) and of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

Figure = float | None


class Measuring(NamedTuple):
    """A function of a letter.

    Attributes:
        measure: the measure of the letter's events: one of trends, or "per_actor"; "percentile" for
            a percentile.
        property: whether it needs a property.
        argument: what follows the letter: "share" (0 to 1), "items" (a word), or nothing.
        empty: its figure if there is no data.
        windowed: whether it can be used over a window.
    """

    measure: str
    property: bool = False
    argument: Literal["", "share", "items"] = ""
    empty: Figure = None
    windowed: bool = True


MEASURING: Final = {
    "ACTIVE": Measuring("pct_dau"),
    "ARPAU": Measuring("", property=True, windowed=False),
    "AVG": Measuring("average"),
    "FREQPERCENTILE": Measuring("per_actor", argument="share", windowed=False),
    "HIST": Measuring("frequency", windowed=False),
    "PERCENTILE": Measuring("percentile", property=True, argument="share", windowed=False),
    "PROPAVG": Measuring("avg", property=True),
    "PROPCOUNT": Measuring("distinct", property=True, empty=0),
    "PROPCOUNTAVG": Measuring("distinct_per_user", property=True),
    "PROPHIST": Measuring("histogram", property=True, windowed=False),
    "PROPMAX": Measuring("max", property=True),
    "PROPMIN": Measuring("min", property=True),
    "PROPSUM": Measuring("sum", property=True, empty=0),
    "REVENUETOTAL": Measuring("sum", property=True, empty=0),
    "TOTALS": Measuring("count", empty=0),
    "UNIQUES": Measuring("users", empty=0),
    "EVENTTOTALS": Measuring("session_events", empty=0, windowed=False),
    "SESSIONTOTALS": Measuring("sessions", empty=0),
    "SEMANTICTOTALS": Measuring("", property=True, argument="items", empty=0, windowed=False),
}
"""By name. ARPAU is PROPSUM over everybody active; SEMANTICTOTALS counts by its argument."""

ACTIVES: Final = "actives"
"""The divisor of ARPAU: not a function that can be written."""

ITEMS: Final = {"UNIQUE_ARRAY_VALUES": "distinct_items", "ALL_VALUES": "items"}
WINDOWS: Final = {"CUMSUM": 2, "ROLLAVG": 3, "ROLLWIN": 3, "ROLLWINBEFORE": 3}
"""Name -> how many arguments: a function, a letter and, where 3, a number of buckets.

ROLLWINBEFORE puts the filter after the window. An audience or segment is the same people in every
bucket, so that it gives what ROLLWIN gives.
"""

ALONE: Final = ("HIST", "PROPHIST")
"""Functions that give a histogram, so that they cannot be used in calculations."""


def divide(left: float, right: float) -> Figure:
    """Return a quotient; None for a division by 0."""
    return left / right if right else None


def _round(value: float, places: float = 0) -> float:
    """Round halves away from 0, as people do."""
    scale = 10.0 ** max(min(int(places), 12), -12)
    return math.copysign(math.floor(abs(value) * scale + 0.5), value) / scale


def _exp(x: float) -> Figure:
    return math.exp(x) if x <= 700 else None


def _log(x: float, base: float) -> Figure:
    return math.log(x) / math.log(base) if x > 0 else None


def _power(x: float, k: float) -> Figure:
    if (x < 0 and k != int(k)) or (x == 0 and k < 0):
        return None
    return float(x**k)


NUMBERS: Final[dict[str, tuple[tuple[int, ...], Callable[..., Figure]]]] = {
    "abs": ((1,), abs),
    "round": ((1, 2), _round),
    "min": ((2,), min),
    "max": ((2,), max),
    "if": ((3,), lambda *_: None),
    "exp": ((1,), _exp),
    "ln": ((1,), lambda x: math.log(x) if x > 0 else None),
    "log": ((2,), _log),
    "log10": ((1,), lambda x: math.log10(x) if x > 0 else None),
    "power": ((2,), _power),
    "sqrt": ((1,), lambda x: math.sqrt(x) if x >= 0 else None),
    "trendline": ((1,), lambda _: None),
}
"""Name -> (how many values it takes, what it computes); `if` and `trendline` are handled
separately.
"""

CONSTANT: Final = ("log", "power")
"""Functions whose second value is a constant number."""

ALLOWED: Final = (*MEASURING, *WINDOWS, *(name.upper() for name in NUMBERS))


def trendline(values: Sequence[Figure]) -> list[Figure]:
    """Return the least-squares line through the existing values, at every index."""
    known = [(n, value) for n, value in enumerate(values) if value is not None]
    if not known:
        return [None] * len(values)
    count = len(known)
    middle = sum(n for n, _ in known) / count
    mean = sum(value for _, value in known) / count
    spread = sum((n - middle) ** 2 for n, _ in known)
    slope = sum((n - middle) * (value - mean) for n, value in known) / spread if spread else 0.0
    return [mean + slope * (n - middle) for n in range(len(values))]
