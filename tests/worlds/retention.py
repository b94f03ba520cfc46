"""Grids of retention, held against the oracle."""

from __future__ import annotations

from typing import Any

from tests.oracles.retention import cohorts as oracle


def rows(grid) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Cohorts by label: size and counts."""
    return {c.label: (c.size, c.counts) for c in grid.cohorts}


def check_grid(grid: Any, expected: oracle.Cohorts, *, every: bool = False) -> None:
    """A grid shows exactly the oracle's cohorts."""
    assert [c.label for c in grid.cohorts] == sorted(expected.members)
    for cohort in grid.cohorts:
        assert cohort.size == len(expected.members[cohort.label])
        for n, count in enumerate(cohort.counts):
            assert count == len(expected.returned[cohort.label, n]), (cohort.label, n)
            assert cohort.rates[n] == count / cohort.size
            assert cohort.incomplete[n] == expected.incomplete[cohort.label, n]
        assert (cohort.label, len(cohort.counts)) not in expected.returned
    for n, count in enumerate(grid.combined.counts):
        everybody, returned = expected.combined(n, every=every)
        assert (grid.combined.sizes[n], count) == (len(everybody), len(returned))
