"""Statistics of shares and trends, numbers in and numbers out (definitions 6.6, 11.3, A.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, lgamma, log, sqrt

Z95 = 1.959963984540054
"""Standard deviations around the mean that contain 95 % of a normal distribution."""


def odds_ratio(with_success: int, with_failure: int, successes: int, failures: int) -> float:
    """Return the odds ratio of success with and without something, with 1 added to each count.

    Args:
        with_success, with_failure: how many of the successes and failures had it.
        successes, failures: how many there are.
    """
    without_success = successes - with_success + 1
    without_failure = failures - with_failure + 1
    return (with_success + 1) * without_failure / (without_success * (with_failure + 1))


def phi(with_success: int, with_failure: int, successes: int, failures: int) -> float | None:
    """Return the correlation of having something with success: -1 to 1.

    None if everybody or nobody had it, or all or none succeeded. Arguments as for `odds_ratio`.
    """
    without_success, without_failure = successes - with_success, failures - with_failure
    having, lacking = with_success + with_failure, without_success + without_failure
    product = having * lacking * successes * failures
    if not product:
        return None
    return (with_success * without_failure - with_failure * without_success) / sqrt(product)


def strength(correlation: float | None) -> str:
    """Return a phi coefficient as a word: high, moderate, slight or none."""
    size = abs(correlation or 0)
    bands = ((0.4, "high"), (0.3, "moderate"), (0.2, "slight"))
    return next((word for least, word in bands if size >= least), "none")


def wilson(part: int, whole: int, z: float = Z95) -> tuple[float, float] | None:
    """Return the Wilson interval of a share, 95 % by default; None of nothing."""
    if not whole:
        return None
    share = part / whole
    middle = share + z * z / (2 * whole)
    reach = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    return (middle - reach) / scale, (middle + reach) / scale


def newcombe(part: int, whole: int, base_part: int, base_whole: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share minus a base, by Newcombe's method from the Wilson
    intervals of both; None if one is of nothing.
    """
    one, other = wilson(part, whole), wilson(base_part, base_whole)
    if one is None or other is None:
        return None
    p, q = part / whole, base_part / base_whole
    down = sqrt((p - one[0]) ** 2 + (other[1] - q) ** 2)
    up = sqrt((one[1] - p) ** 2 + (q - other[0]) ** 2)
    return p - q - down, p - q + up


MOST_TERMS = 10_000
"""More successes are compared by the normal distribution, which by then is the same."""


def chance_of_more(part: int, whole: int, base_part: int, base_whole: int) -> float:
    """Return the probability that a true share is above that of a base.

    All shares are equally likely before anything is seen, so both have a Beta distribution, and the
    probability is a sum.
    """
    a, b = base_part + 1, base_whole - base_part + 1
    c, d = part + 1, whole - part + 1
    if c > MOST_TERMS:
        variance = a * b / ((a + b) ** 2 * (a + b + 1)) + c * d / ((c + d) ** 2 * (c + d + 1))
        return erfc((a / (a + b) - c / (c + d)) / sqrt(2 * variance)) / 2
    terms = (lbeta(a + n, b + d) - log(d + n) - lbeta(1 + n, d) - lbeta(a, b) for n in range(c))
    return min(sum(exp(term) for term in terms), 1.0)


def lbeta(a: float, b: float) -> float:
    """Return the logarithm of the beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def uneven(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return the probability of counts at least so far from expected shares, by chi-square.

    Args:
        shares: one above 0 for each count, in any unit; of nothing or of one count it is 1.
    """
    size, unit = sum(counts), sum(shares)
    if not size or len(counts) < 2:
        return 1.0
    expected = [size * share / unit for share in shares]
    square = sum((n - e) ** 2 / e for n, e in zip(counts, expected, strict=True))
    return chi_square_above(square, len(counts) - 1)


def chi_square_above(square: float, degrees: int) -> float:
    """Return the probability that a chi-square variable is above a value."""
    half = square / 2
    if not half:
        return 1.0
    if degrees % 2:
        steps = range(1, degrees // 2 + 1)
        terms = (exp((n - 0.5) * log(half) - half - lgamma(n + 0.5)) for n in steps)
        return min(erfc(sqrt(half)) + sum(terms), 1.0)
    terms = (exp(n * log(half) - half - lgamma(n + 1)) for n in range(degrees // 2))
    return min(sum(terms), 1.0)


@dataclass(frozen=True)
class Difference:
    """A comparison of two shares.

    Attributes:
        z: their distance in standard deviations.
        significance: 1 minus the probability of such a distance between equal shares, two-sided.
        improvement: of the first over the second, as a fraction of the second; None if that is 0.
    """

    z: float
    significance: float
    improvement: float | None


def two_shares(part: int, whole: int, base_part: int, base_whole: int) -> Difference | None:
    """Compare a share with a base by their unpooled z; None if it is undefined.

    That is the case if a share is of nothing, or if both are exactly 0 or 1.
    """
    if not whole or not base_whole:
        return None
    share, base = part / whole, base_part / base_whole
    variance = share * (1 - share) / whole + base * (1 - base) / base_whole
    if not variance:
        return None
    z = (share - base) / sqrt(variance)
    improvement = (share - base) / base if base else None
    return Difference(z, 1 - erfc(abs(z) / sqrt(2)), improvement)


def least_squares(values: Sequence[float]) -> list[float]:
    """Return the least-squares line through equally spaced values, a value for each."""
    count = len(values)
    if count < 2:
        return list(values)
    middle, mean = (count - 1) / 2, sum(values) / count
    spread = sum((place - middle) ** 2 for place in range(count))
    slope = sum((place - middle) * value for place, value in enumerate(values)) / spread
    return [mean + slope * (place - middle) for place in range(count)]
