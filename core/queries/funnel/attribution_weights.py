"""How attribution models divide a conversion among its touches (definitions 11.15, A.13)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.sql.dialect import Binder

HALF_LIFE: Final = 7 * 86_400_000.0
"""The half-life of time decay, in ms."""

ENDS: Final = {
    "first": (1.0, 0.0, 0.0),
    "last": (0.0, 0.0, 1.0),
    "u_shaped": (0.4, 0.2, 0.4),
    "j_shaped": (0.2, 0.2, 0.6),
    "inverse_j": (0.6, 0.2, 0.2),
}
"""Model -> fractions of the first touch, all between together, and the last.

Of two touches the ends divide it in the ratio of their fractions; one touch gets it whole.
"""


def weights(model: str, ages: Sequence[float]) -> list[float]:
    """Return the fraction of a conversion that each of its touches gets.

    Participation gives each touch the whole; in every other model fractions add up to 1.

    Args:
        ages: ms before the conversion, in order of time; each touch has a different value.
    """
    count = len(ages)
    if model == "participation":
        return [1.0] * count
    if model == "linear":
        return [1.0 / count] * count
    if model == "time_decay":
        shares = [2.0 ** (-age / HALF_LIFE) for age in ages]
        return [share / sum(shares) for share in shares]
    first, between, last = ENDS[model]
    if count <= 2:
        return [1.0] if count == 1 else [first / (first + last), last / (first + last)]
    return [first, *[between / (count - 2)] * (count - 2), last]


def decay(model: str, bind: Binder) -> str:
    """Return SQL for the weight of a touch of an age in ms, before normalisation."""
    return f"pow(2.0, -age / {bind(HALF_LIFE)})" if model == "time_decay" else "0.0"


def weight(model: str, bind: Binder) -> str:
    """Return SQL for the fraction of a conversion that all touches of one value get, as in
    `weights`.

    Its columns: `m` of the `n` touches have the value, the first at position `lo` from 1 and the
    last at `hi`; `part` of `whole` is the sum of their weights by `decay`.
    """
    if model == "participation":
        return "1.0"
    if model == "linear":
        return "1.0 * m / n"
    if model == "time_decay":
        return "part / whole"
    first, between, last = ENDS[model]
    return f"""
        case when lo = 1 then 1 else 0 end
            * case when n = 1 then 0.0 when n = 2 then {bind(first / (first + last))}
                   else {bind(first)} end
        + case when hi = n then 1 else 0 end
            * case when n = 1 then 1.0 when n = 2 then {bind(last / (first + last))}
                   else {bind(last)} end
        + case when n > 2 then {bind(between)}
            * (m - case when lo = 1 then 1 else 0 end - case when hi = n then 1 else 0 end)
            / (n - 2) else 0.0 end"""
