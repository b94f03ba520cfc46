"""Labels of the rows and columns of a cohort grid, and the sentences below it."""

from __future__ import annotations

from core.answers import Cohort, Grid
from core.draw.figures import day_text, moment
from core.draw.spans import safe
from core.timeframe import UNITS


def line_label(answer: Grid, row: int) -> str:
    """Return the label of a row of `Grid.lines`: "combined", "NL", "Feb 19", "NL Feb 19"."""
    group, cohort = answer.lines[row]
    return _label(group, cohort, answer, year=_in_years(answer))


def line_labels(answer: Grid) -> list[str]:
    """Return the labels of all rows."""
    year = _in_years(answer)
    return [_label(group, cohort, answer, year=year) for group, cohort in answer.lines]


def row_names(answer: Grid) -> list[str]:
    """Return the names of all rows; cohorts of a group are named without it."""
    year = _in_years(answer)
    return [
        _label(group if cohort.label == "combined" else (), cohort, answer, year=year)
        for group, cohort in answer.lines
    ]


def _label(group: tuple[str, ...], cohort: Cohort, answer: Grid, *, year: bool) -> str:
    name = safe(" / ".join(group))
    if cohort.label == "combined":
        return name or ("all" if answer.columns else cohort.label)
    return f"{name} {_cohort_label(cohort, answer, year=year)}".lstrip()


def letter_of(granularity: str) -> str:
    """Return the letter of periods: H, D, W, M."""
    return UNITS.get(granularity, "period")[0].upper()


def window_name(answer: Grid, period: int) -> str:
    """Return the label of a column: W3, the days of a bracket, r7d, or its own name."""
    if answer.columns:
        return safe(answer.columns[period])
    if answer.days:
        return f"r{answer.days[period]}d"
    if answer.brackets:
        return answer.bracket(period)
    return f"{letter_of(answer.granularity)}{period}"


def cohort_label(cohort: Cohort, answer: Grid) -> str:
    """Return a cohort's name in the grid: "Feb 19", with the year if the grid has several years."""
    return _cohort_label(cohort, answer, year=_in_years(answer))


def _cohort_label(cohort: Cohort, answer: Grid, *, year: bool) -> str:
    if cohort.label == "combined":
        return cohort.label
    when = moment(cohort.label)
    if when.year == 1:
        return safe(cohort.label)
    if answer.granularity == "monthly":
        return f"{when:%b} {when.year}"
    hour = f" {when:%H:%M}" if answer.granularity == "hourly" else ""
    return f"{day_text(when, year=year)}{hour}"


def _in_years(answer: Grid) -> bool:
    """Whether cohorts start in several years."""
    return len({cohort.label[:4] for cohort in answer.cohorts}) > 1


def grid_notes(answer: Grid) -> list[str]:
    """Return the sentences that a reader of a grid must see."""
    more = "s" * (answer.omitted > 1)
    left = [f"{answer.omitted:,} smaller group{more} left out."] if answer.omitted else []
    return [*left, *answer.notes]
