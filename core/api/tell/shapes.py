"""Answers in the form of the query API: points over time, pages of rows, rates 0 to 1.

Where the document is not specific, definitions 1.5 and 1.6 apply: `total` is the figure for the
whole range (people counted once), `sum` is the sum of the points, and a change is that of `total`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from core.answers import Grid, Histogram, Line, People, Series, StepGroup, Steps, Table, Treemap
from core.sums import mean, total
from core.text import clean


def moment(ms: int | None) -> str | None:
    """Return UTC ms as ISO 8601 with milliseconds."""
    if ms is None:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


def series(answer: Series, *, in_percent: bool = False) -> dict[str, Any]:
    """Return a series as points with total, min, max and avg, and its comparison.

    Args:
        in_percent: whether shares are in percent; otherwise their unit is "rate", 0 to 1.
    """
    if in_percent:
        answer = _in_percent(answer)
    points = [point for line in answer.lines for point in _points(answer, line, line.values)]
    values = [point["value"] for point in points if point["value"] is not None]
    found: dict[str, Any] = {
        "points": points,
        "total": answer.lines[0].total if len(answer.lines) == 1
        else _total(line.total for line in answer.lines),
        "sum": total(values),
        "min": min(values, default=None),
        "max": max(values, default=None),
        "avg": mean(values),
        "unit": "rate" if answer.unit == "percent" and not in_percent else answer.unit,
        "granularity": answer.granularity,
    }  # fmt: skip
    if answer.breakdown:
        found["dimensions"] = [_dimension(answer, line) for line in answer.lines]
        found["omitted_groups"] = answer.omitted
        found.pop("total")
    if answer.comparison is not None:
        found["comparison"] = _comparison(answer)
    return _noted(found, _cut(answer.omitted), answer.notes)


def _in_percent(answer: Series) -> Series:
    """Return an answer of shares with every figure multiplied by 100."""

    def scaled(values: Iterable[float | None] | None) -> tuple[float | None, ...] | None:
        return None if values is None else tuple(None if v is None else v * 100 for v in values)

    def line(found: Line) -> Line:
        total, before = scaled((found.total, found.previous_total)) or (None, None)
        return found.model_copy(update={
            "values": scaled(found.values), "previous": scaled(found.previous), "total": total,
            "previous_total": before,
        })  # fmt: skip

    return answer.model_copy(update={"lines": tuple(line(each) for each in answer.lines)})


def _points(answer: Series, line: Line, values: Iterable[float | None]) -> Iterable[dict[str, Any]]:
    for bucket, value in zip(answer.buckets, values, strict=False):
        point = _point(bucket.label, value, line)
        yield {**point, "partial": True} if bucket.partial else point


def _point(label: str, value: float | None, line: Line) -> dict[str, Any]:
    named = {"dimension": clean(line.name)} if line.name else {}
    return {"date": label, "value": value, **named}


def _dimension(answer: Series, line: Line) -> dict[str, Any]:
    """Return a group's total, with its comparison if the answer has one."""
    compared = {} if answer.comparison is None else change(line.total, line.previous_total)
    return {"dimension": clean(line.name), "total": line.total, **compared}


def _total(totals: Iterable[float | None]) -> float | None:
    found = [each for each in totals if each is not None]
    return total(found) if found else None


def _period(answer: Series) -> dict[str, Any]:
    compared = answer.comparison
    assert compared is not None
    until = {"until": compared.until} if compared.until else {}
    return {"mode": compared.mode, "first": compared.first, "last": compared.last, **until}


def _before(answer: Series) -> tuple[str, ...]:
    """Return the labels of the compared buckets, as many as are shown."""
    return answer.comparison.labels[: len(answer.buckets)] if answer.comparison else ()


def _comparison(answer: Series) -> dict[str, Any]:
    previous = [line for line in answer.lines if line.previous is not None]
    one = answer.lines[0] if len(answer.lines) == 1 and not answer.breakdown else None
    found = {
        **_period(answer),
        "previous_points": [
            _point(label, value, line)
            for line in previous
            for label, value in zip(_before(answer), line.previous or (), strict=False)
        ],
    }
    return {**found, **(change(one.total, one.previous_total) if one else {})}


def change(now: float | None, before: float | None) -> dict[str, Any]:
    """Return previous_total, change and percent_change, None where they are undefined."""
    if now is None or before is None:
        return {"previous_total": before, "change": None, "percent_change": None}
    percent = (now - before) / before * 100 if before else (None if now else 0.0)
    return {"previous_total": before, "change": now - before, "percent_change": percent}


def states(answer: Series) -> dict[str, Any]:
    """Return a lifecycle: a point per period, and per group, with a figure for each state."""
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in answer.lines:
        groups.setdefault(line.group, []).append(line)
    found: dict[str, Any] = {
        "points": [point for lines in groups.values() for point in _states(answer, lines)],
        "granularity": answer.granularity,
    }
    if answer.breakdown:
        found["dimensions"] = [
            {"dimension": clean(" / ".join(group)), "totals": _by_state(lines)}
            for group, lines in groups.items()
        ]
        found["omitted_groups"] = answer.omitted
    else:
        found["totals"] = _by_state(answer.lines)
    if answer.comparison is not None:
        found["comparison"] = _period(answer)
        found["comparison"]["previous_points"] = [
            point for lines in groups.values() for point in _past_states(answer, lines)
        ]
        if not answer.breakdown:
            found["comparison"]["totals"] = {
                line.series: change(line.total, line.previous_total) for line in answer.lines
            }
    return _noted(found, _cut(answer.omitted), answer.notes)


def _states(answer: Series, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    for at, bucket in enumerate(answer.buckets):
        figures = {line.series: line.values[at] for line in lines}
        point = {"date": bucket.label, **figures, **_named(lines[0])}
        yield {**point, "partial": True} if bucket.partial else point


def _past_states(answer: Series, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    for at, label in enumerate(_before(answer)):
        figures = {line.series: (line.previous or ())[at] for line in lines}
        yield {"date": label, **figures, **_named(lines[0])}


def _named(line: Line) -> dict[str, Any]:
    return {"dimension": clean(" / ".join(line.group))} if line.group else {}


def _by_state(lines: Iterable[Line]) -> dict[str, Any]:
    return {line.series: line.total for line in lines}


def histogram(answer: Histogram) -> dict[str, Any]:
    """Return bins with the total that their shares refer to, and those of every group."""
    found: dict[str, Any] = {
        "bins": [part.model_dump() for part in answer.bins],
        "total": answer.total,
    }
    if answer.breakdown:
        found["breakdown"] = [
            {
                "dimension": clean(" / ".join(each.group)),
                "total": each.total,
                "bins": [part.model_dump() for part in each.bins],
            }
            for each in answer.groups
        ]
        found["omitted_groups"] = answer.omitted
    return _noted(found, _cut(answer.omitted), answer.notes)


def rows(answer: Table, offset: int | None = None) -> dict[str, Any]:
    """Return a table as typed columns and rows, with its page."""
    times = [column.type == "time" for column in answer.columns]
    found: dict[str, Any] = {
        "columns": [{"name": c.name, "data_type": c.type} for c in answer.columns],
        "rows": [
            [moment(v) if time else v for v, time in zip(row, times, strict=True)]
            for row in answer.rows
        ],
        "row_count": len(answer.rows),
    }
    if offset is not None:
        found["offset"] = offset
    if answer.total is not None:
        found["total"] = answer.total
    if answer.truncated:
        found["truncated"] = True
    return _noted(found, answer.notes)


def ranked(answer: Table, names: dict[str, str]) -> list[dict[str, Any]]:
    """Return a table's rows as objects with the columns in `names`, renamed."""
    columns = [column.name for column in answer.columns]
    at = {new: columns.index(old) for old, new in names.items() if old in columns}
    return [{new: row[place] for new, place in at.items()} for row in answer.rows]


def ranking(answer: Table, names: dict[str, str]) -> dict[str, Any]:
    """Return a ranking, and whether there is more than was requested."""
    found: dict[str, Any] = {"data": ranked(answer, names)}
    if answer.truncated:
        found["truncated"] = True
    return _noted(found, answer.notes)


def people(answer: People, *, count_total: bool = True) -> dict[str, Any]:
    """Return a page of people as columns and rows; with `count_total` also how many there are."""
    names = ["user_id", "first_seen", "last_seen", "events", *answer.columns]
    kinds = ["text", "time", "time", "count", *("text" for _ in answer.columns)]
    found: dict[str, Any] = {
        "columns": [{"name": n, "data_type": k} for n, k in zip(names, kinds, strict=True)],
        "rows": [
            [p.user, moment(p.first_seen), moment(p.last_seen), p.events, *p.values]
            for p in answer.rows
        ],
        "row_count": len(answer.rows),
        "offset": answer.offset,
    }
    if answer.offset + len(answer.rows) < answer.total:
        found["truncated"] = True
    if count_total:
        found["total"] = answer.total
    return _noted(found, answer.notes)


def funnel(answer: Steps) -> dict[str, Any]:
    """Return a funnel's steps, and with a breakdown those of every group (definitions 6.1)."""
    whole = answer.groups[0]
    found = _steps(whole)
    if answer.breakdown:
        found["breakdown"] = [
            {"dimension": clean(" / ".join(group.group)), **_steps(group)}
            for group in answer.groups[1:]
        ]
        found["omitted_groups"] = answer.omitted
    found["window_seconds"] = answer.window_seconds
    found["in_progress"] = whole.in_progress
    return _noted(found, answer.notes)


def _steps(group: StepGroup) -> dict[str, Any]:
    found = [
        {"step": s.step, "event": s.event, "count": s.count, "overall_rate": s.overall_rate,
         "step_rate": s.step_rate, "drop_off": s.drop_off}
        for s in group.steps
    ]  # fmt: skip
    return {"steps": found, "overall_conversion": group.steps[-1].overall_rate}


def retention(answer: Grid, granularity: str) -> dict[str, Any]:
    """Return a retention grid: a row per cohort, and the average weighted by size (7.1)."""
    found = [
        {"cohort_date": row.label, "cohort_size": row.size, "retention": list(row.rates),
         "counts": list(row.counts), "incomplete": list(row.incomplete)}
        for row in answer.cohorts
    ]  # fmt: skip
    return _noted(
        {"cohorts": found, "averages": list(answer.combined.rates),
         "averages_incomplete": list(answer.combined.incomplete),
         "granularity": granularity, "periods": answer.periods},
        answer.notes,
    )  # fmt: skip


def tiles(answer: Treemap) -> dict[str, Any]:
    """Return grouped metrics: the groups, largest first, and what was left out."""
    found = [
        {"group": tile.label, "size": tile.size, "share": tile.share, "intensity": tile.intensity,
         "events": tile.events, "users": tile.people}
        for tile in answer.tiles
    ]  # fmt: skip
    return _noted(
        {"group_by": answer.group_by, "groups": found, "total_size": answer.total_size,
         "omitted_groups": answer.omitted_groups, "omitted_size": answer.omitted_size},
        _cut(answer.omitted_groups, "max_groups"), answer.notes,
    )  # fmt: skip


def _cut(omitted: int, parameter: str = "limit") -> tuple[str, ...]:
    """Return a note that groups were left out, and how to see them."""
    if not omitted:
        return ()
    groups = "1 group is" if omitted == 1 else f"{omitted:,} groups are"
    return (f"{groups} not shown; {parameter} says how many are.",)


def _noted(found: dict[str, Any], *notes: tuple[str, ...]) -> dict[str, Any]:
    said = [note for each in notes for note in each]
    return {**found, "notes": said} if said else found
