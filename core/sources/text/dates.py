"""Dates and times as people and spreadsheets write them, beyond ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.records import Refused

_MONTHS: Final = {
    "jan": 1, "feb": 2, "mar": 3, "mär": 3, "mrz": 3, "maa": 3, "apr": 4, "may": 5, "mai": 5,
    "mei": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12,
    "dez": 12,
}  # fmt: skip

_ZONE: Final = (
    r"(?:\s*(?P<zone>Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT|[A-Z][a-z]+/[A-Za-z_/]+)"
    r"(?:\s(?:UTC|GMT|Z))?(?:\s?\[[\w/+-]+\])?)?"
)
_CLOCK: Final = (
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r"(?:\s?(?P<half>[AP])\.?M\.?)?|\s?(?P<half_alone>[AP])\.?M\.?)"
)
_WEEKDAY: Final = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_DAYS: Final = (
    r"(?P<year>\d{4})(?P<dash>[-/.])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})",
    r"(?P<first>\d{1,2})(?P<dash>[-/.])(?P<other>\d{1,2})(?P=dash)(?P<year>\d{4}|\d{2})(?!\d)",
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[-\s/]*(?P<name>[^\W\d_]{3,9})\.?[-\s/,]*"
    r"(?P<year>\d{4}|\d{2})(?!\d)",
    r"(?P<name>[^\W\d_]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
)
_AFTER: Final = r"(?:(?:T|:|,?\s+(?:at\s+)?)" + _CLOCK + _ZONE + r")?(?:\s\(.*\))?"
_FORMS: Final = (
    *(re.compile(_WEEKDAY + day + _AFTER, re.I) for day in _DAYS),
    re.compile(
        _WEEKDAY
        + r"(?P<name>[a-z]{3})\s+(?P<day>\d{1,2})\s+"
        + _CLOCK
        + _ZONE
        + r"\s+(?P<year>\d{4})",
        re.I,
    ),
)
_ORDINAL: Final = re.compile(r"(\d{4})-(\d{3})")
_ALONE: Final = re.compile(_CLOCK + _ZONE, re.I)
_CLOCK_FIRST: Final = re.compile(r"(\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AP]M)?),?\s(.*\d{4})", re.I)
_TWO_NUMBERS: Final = re.compile(
    r"(?:^|\s)(\d{1,2})([-/.])(\d{1,2})\2(?:\d{4}|\d{2})(?!\d)(.*)", re.S
)
_LONGEST: Final = 80


def parse(text: str, day_first: bool | None) -> datetime:
    """Return the moment of a text, naive if it has no zone.

    Args:
        day_first: the order of two numbers before a year; None for day first between dots and
            month first otherwise.

    Raises:
        Refused: no date that is known here, or one that does not exist.
    """
    plain = " ".join(text[: _LONGEST + 1].split())
    if ordinal := _ORDINAL.fullmatch(plain):
        return _day_of_year(int(ordinal[1]), int(ordinal[2]))
    if swapped := _CLOCK_FIRST.fullmatch(plain):
        plain = f"{swapped[2]} {swapped[1]}"
    found = None
    if len(plain) <= _LONGEST:
        found = next((match for form in _FORMS if (match := form.fullmatch(plain))), None)
    if found is None:
        raise Refused("time not understood")
    parts = found.groupdict()
    month, day = _month_and_day(parts, day_first)
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        if parts.get("dash") == "-":
            raise Refused("time not understood")
        year += 2000 if year < 70 else 1900
    try:
        moment = datetime(year, month, day) + _since_midnight(parts)
        return moment.replace(tzinfo=_zone(parts.get("zone") or ""))
    except (ValueError, OverflowError, KeyError, OSError) as error:
        raise Refused("time not understood") from error


def is_date(text: str) -> bool:
    """Whether a text accepted by `parse` is a date without a time."""
    plain = " ".join(text[: _LONGEST + 1].split())
    if _ORDINAL.fullmatch(plain):
        return True
    found = next((match for form in _FORMS if (match := form.fullmatch(plain))), None)
    return found is not None and found["hour"] is None


def is_clock(value: Any) -> bool:
    """Whether a value is a time of day alone, such as 10:00, 10:00:05.25 or 3:15 PM."""
    return value.__class__ is str and bool(_ALONE.fullmatch(value.strip()[:_LONGEST]))


def order_of(values: Iterable[Any]) -> tuple[bool | None, bool]:
    """Return whether the day comes first in dates such as 2/3/2026, and whether they are ambiguous.

    The first number above 12 shows it. None if no value is such a date, or if some can only have
    the day first and others only the month.
    """
    firsts, others, dots, halves, seen = 0, 0, False, False, False
    for value in values:
        match = _TWO_NUMBERS.search(value) if value.__class__ is str else None
        if match is None:
            continue
        seen = True
        firsts += int(match[1]) > 12
        others += int(match[3]) > 12
        dots = dots or match[2] == "."
        halves = halves or match[4].strip().lower().endswith(("am", "pm"))
    if not seen or (firsts and others):
        return None, seen
    if firsts or others:
        return bool(firsts), False
    return dots, not dots and not halves


def _day_of_year(year: int, number: int) -> datetime:
    if not year:
        raise Refused("time not understood")
    first = datetime(year, 1, 1)
    if not 1 <= number <= (first.replace(month=12, day=31) - first).days + 1:
        raise Refused("time not understood")
    return first + timedelta(days=number - 1)


def _month_and_day(parts: dict[str, Any], day_first: bool | None) -> tuple[int, int]:
    if name := parts.get("name"):
        month = _MONTHS.get(name[:3].lower())
        if month is None:
            raise Refused("time not understood")
        return month, int(parts["day"])
    if parts.get("month"):
        return int(parts["month"]), int(parts["day"])
    first, other = int(parts["first"]), int(parts["other"])
    if day_first is None:
        day_first = parts["dash"] == "." or first > 12
    month, day = (other, first) if day_first else (first, other)
    if month > 12 and day <= 12:
        said = "day" if day_first else "month"
        raise Refused(f"no such month, as dates are read with the {said} first")
    return month, day


def _since_midnight(parts: dict[str, Any]) -> timedelta:
    if parts.get("hour") is None:
        return timedelta()
    hour, minute = int(parts["hour"]), int(parts["minute"] or 0)
    second = int(parts["second"] or 0)
    half = (parts["half"] or parts["half_alone"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("hour")
        hour = hour % 12 + 12 * (half == "p")
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):
        raise ValueError("clock")
    micro = int((parts["fraction"] or "0")[:6].ljust(6, "0"))
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)


def _zone(name: str) -> tzinfo | None:
    if not name:
        return None
    if "/" in name:
        return ZoneInfo(name)
    offset = name.upper().removeprefix("UTC").removeprefix("GMT")
    if offset in ("", "Z"):
        return UTC
    sign, digits = offset[0], offset[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])
    size = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-size if sign == "-" else size)
