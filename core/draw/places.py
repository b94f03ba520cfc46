"""Where a cursor can be: the numbers of an answer as rows of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.answers import Cell
from core.draw.figures import moment

if TYPE_CHECKING:
    from core.answers import Cohort, Flow, Outcome, Series, Steps, Table


def navigate(answer: Any, chart: str = "", week_start: int = 0) -> list[list[Cell]]:
    """Return the addresses that a cursor can be on, row by row.

    A series has a row per line and a column per bucket; as a table or number it has one column of
    totals. Of one line alone a table has its buckets and then its total, and a number has its total
    in the first row and its buckets in the second; as a calendar it has a row per weekday and a
    column per week, which begins on `week_start` (0 for Monday, 6 for Sunday). A funnel has a row
    per step, followed, with a breakdown, by a row per group with a column per step; side by side it
    has a row per step and a column per group, everybody first. A retention
    grid starts with the combined rows of everybody and of each group; column 0 is the cohort
    itself, and for money the last column is those who ever paid. Histograms have a row per bin,
    treemaps one per group, people and timelines one per line. Table rows without keys are
    numbered from 0. A flow has a column of nodes per step, and one of bands between two steps; as a
    table one row per node or edge, and as a matrix a row per event with a column per step.
    """
    shape = answer.shape
    if shape == "series":
        return _series(answer, chart, week_start)
    if shape == "table":
        return _table(answer, chart)
    if shape == "steps":
        return _steps(answer, chart)
    if shape == "grid":
        outcome: Outcome | None = "returned" if answer.measure == "share" else "reached"
        outcome = None if answer.columns else outcome
        return [_cohort(group, cohort, outcome) for group, cohort in answer.lines]
    if shape in ("histogram", "treemap"):
        return [[cell] for cell, _ in answer.cells()]
    if shape == "flow":
        return _flow(answer, chart)
    if shape == "people":
        return [[Cell(row=person.user)] for person in answer.rows]
    if shape == "timeline":
        from core.draw.timeline import folds

        return [[Cell(row=str(fold.first))] for fold in folds(answer)]
    return []


def begin(answer: Any, rows: list[list[Cell]], *, at_end: bool) -> tuple[int, int]:
    """Return where a cursor begins: over time on the newest complete bucket, in a grid of figures
    on the highest.

    Args:
        rows: the cells that it can be on.
        at_end: whether it begins at the end of a row.
    """
    if answer.shape == "grid" and answer.columns and len(rows[0]) > 1:
        rates = answer.lines[0][1].rates
        return 0, 1 + max(range(len(rates)), key=lambda at: rates[at] or 0.0)
    if not at_end or answer.shape in ("flow", "steps"):
        return 0, 0
    if answer.shape != "series" or len(rows[0]) == 1:
        return 0, len(rows[0]) - 1
    from core.draw.series.ends import last_whole

    newest = answer.buckets[last_whole(answer)].label
    places = ((at, n, cell) for at, row in enumerate(rows) for n, cell in enumerate(row))
    return next(((at, n) for at, n, cell in places if cell.bucket == newest), (0, 0))


def beside(
    answer: Any, chart: str, cursor: tuple[int, int], down: int, right: int
) -> tuple[int, int]:
    """Return the cursor some cells away, without regard to ends; in a flow it follows the paths."""
    if answer.shape == "flow" and chart in ("", "flow"):
        from core.draw.flows.ways import beside as along

        return along(answer, cursor, down, right)
    return cursor[0] + down, cursor[1] + right


def below_total(answer: Any, cursor: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return a cursor on the buckets of a series where a number has it, below its total."""
    if cursor is None or answer.several:
        return cursor
    return cursor[0] + 1, cursor[1]


def _flow(answer: Flow, chart: str) -> list[list[Cell]]:
    """A row per rank; a column per step and per gap between two, or else a row per node or edge."""
    if chart == "edges":
        return [[answer.edge_cell(edge)] for edge in answer.edges]
    if chart == "table":
        rows = [[answer.node_cell(s.step, n)] for s in answer.steps for n in s.nodes]
        rows += [[Cell(outcome="reached")]] if answer.reached is not None else []
        return rows + [[answer.drop_cell(node)] for node in answer.dropped]
    if chart == "matrix":
        from core.draw.flows.matrix import cells as by_step

        return by_step(answer)
    from core.draw.flows.ways import cells

    return cells(answer)


def _table(answer: Table, chart: str) -> list[list[Cell]]:
    if not answer.keys:
        return [[Cell(row=str(at))] for at in range(len(answer.rows))]
    if chart != "bars" or not answer.charted:
        return [_row(answer, key) for key in answer.keys]
    cells = [Cell(row=key) for key in answer.keys[: answer.charted]]
    return [[cell] for cell in (*cells, *([answer.rest] if answer.other is not None else []))]


def _row(answer: Table, key: str) -> list[Cell]:
    return [Cell(row=key), *(Cell(row=key, outcome=each) for _, each in answer.outcomes)]


def _series(answer: Series, chart: str, week_start: int) -> list[list[Cell]]:
    if answer.several and (chart in ("table", "number") or (chart == "bars" and answer.breakdown)):
        return [[Cell(group=x.group, series=x.series or None)] for x in answer.lines]
    if chart == "calendar":
        from core.draw.figures import has_calendar

        if has_calendar(answer):
            return _days(answer, week_start)
    rows = [
        [Cell(group=x.group, series=x.series or None, bucket=b.label) for b in answer.buckets]
        for x in answer.lines
    ]
    totals = [[Cell(group=x.group, series=x.series or None)] for x in answer.lines]
    if chart == "table":
        return [*([cell] for row in rows for cell in row), *totals]
    return [*totals, *rows] if chart == "number" else rows


def _days(answer: Series, week_start: int) -> list[list[Cell]]:
    """A row per weekday and a column per week; beyond the ends the nearest day is repeated."""
    from core.draw.series.days import Year

    days = [moment(bucket.label).date() for bucket in answer.buckets]
    year, group = Year.of(days[0], days[-1], week_start), answer.lines[0]
    labels = dict(zip(days, (bucket.label for bucket in answer.buckets), strict=True))
    return [
        [
            Cell(
                group=group.group,
                series=group.series or None,
                bucket=labels[year.day(weekday, week)],
            )
            for week in range(year.weeks)
        ]
        for weekday in range(7)
    ]


def _steps(answer: Steps, chart: str) -> list[list[Cell]]:
    if not answer.groups:
        return []
    if chart == "small":
        from core.draw.funnels.small import is_for

        if is_for(answer):
            named = [answer.address(group) for group in answer.groups]
            return [
                [base.model_copy(update={"step": step + 1, "outcome": "reached"}) for base in named]
                for step in range(len(answer.groups[0].steps))
            ]
    rows = [[Cell(step=s.step, outcome="reached")] for s in answer.groups[0].steps]
    for group in answer.groups[1:]:
        here = answer.address(group)
        rows.append(
            [here.model_copy(update={"step": s.step, "outcome": "reached"}) for s in group.steps]
        )
    return rows


def _cohort(group: tuple[str, ...], cohort: Cohort, outcome: Outcome | None) -> list[Cell]:
    label = None if cohort.label == "combined" else cohort.label
    periods = [
        Cell(group=group, cohort=label, period=period, outcome=outcome)
        for period in range(len(cohort.counts))
    ]
    ever = [] if cohort.paid is None else [Cell(group=group, cohort=label, outcome=outcome)]
    return [Cell(group=group, cohort=label), *periods, *ever]
