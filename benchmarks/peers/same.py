"""What peers are asked in the same words."""

from __future__ import annotations

from typing import Final

from benchmarks.peers.days import IN_RANGE

UNIQUES: Final = {
    "active users": "true",
    "uniques": "event = 'view_item'",
    "uniques with a filter": "event = 'view_item' and platform = 'ios'",
    "uniques with two filters": "event = 'view_item' and platform = 'ios' and country = 'US'",
    "uniques with a property filter": "event = 'purchase' and items >= 3",
    "active users with a property": "items >= 3",
}
"""Questions for people per day and over the range: name -> the condition on events."""

UNIQUES_BY: Final = {
    "uniques by country": ("event = 'view_item'", "country"),
    "uniques by a property": ("event = 'purchase'", "items"),
}
"""The same by the values of a column: name -> the condition on events, and the column."""

VALUES: Final[dict[str, tuple[str, ...]]] = {
    "counts": (
        f"""
        select day, count(*) from events where {IN_RANGE} and event = 'page_view'
        group by rollup (day)
        """,
    ),
    "sum of a property": (
        f"""
        select day, sum(amount) from events where {IN_RANGE} and event = 'purchase'
        group by rollup (day)
        """,
    ),
    "sql of every property": ("select items, count(*) from events group by items",),
    "logs by level": (
        f"""
        select day, level, count(*) from logs where {IN_RANGE}
        group by grouping sets ((day, level), (level))
        """,
    ),
    "logs of a word by level": (
        f"""
        select day, level, count(*) from logs where {IN_RANGE} and message ilike '%slow%'
        group by grouping sets ((day, level), (level))
        """,
    ),
    "top logs": (
        f"""
        select service, count(*), 0, count(*) / sum(count(*)) over ()
        from logs where {IN_RANGE} group by service
        """,
    ),
}
"""Statements for figures of events and logs that every peer reads as they are."""

MEAN: Final = f"select null, avg(amount) from events where {IN_RANGE} and event = 'purchase'"
"""The mean over the whole range, the headline of a rolling one."""
