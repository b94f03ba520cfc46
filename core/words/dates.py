"""Dates and ranges in words."""

from __future__ import annotations

import re
from datetime import date

_LETTERS = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year"}
_RANGES = {
    "wtd": "this week",
    "mtd": "this month",
    "qtd": "this quarter",
    "ytd": "this year",
    "all_time": "in all of history",
}


def day(label: str, *, year: bool = False) -> str:
    """Return an ISO date as "Apr 30" or "Apr 30, 2025"; anything else unchanged."""
    try:
        found = date.fromisoformat(label[:10])
    except ValueError:
        return label
    return f"{found:%b} {found.day}" + (f", {found.year}" if year else "")


def within(text: str) -> str:
    """Return a range in words: "in the last 30 days", "this month"."""
    counted = re.fullmatch(r"(\d+)([hdwmy])", text)
    if counted:
        unit = _LETTERS[counted[2]] + ("" if counted[1] == "1" else "s")
        return f"in the last {counted[1]} {unit}"
    dates = re.fullmatch(r"(\d{4}-\d\d-\d\d)\W+(\d{4}-\d\d-\d\d)", text)
    if dates:
        return f"from {day(dates[1], year=True)} to {day(dates[2], year=True)}"
    return _RANGES.get(text, text.replace("_", " "))
