"""Dates and times as people and spreadsheets write them, beyond ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final
from unicodedata import normalize
from zoneinfo import ZoneInfo

from core.records import Refused

_MONTHS: Final = {
    "jan": 1, "ene": 1, "gen": 1, "feb": 2, "fev": 2, "mar": 3, "mrz": 3, "maa": 3, "apr": 4,
    "avr": 4, "abr": 4, "may": 5, "mai": 5, "mei": 5, "mag": 5, "maj": 5, "jun": 6, "juin": 6,
    "giu": 6,
    "jul": 7, "juil": 7, "lug": 7, "aug": 8, "aou": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10,
    "okt": 10, "ott": 10, "out": 10, "nov": 11, "dec": 12, "dez": 12, "dic": 12,
}  # fmt: skip
"""How the names of months begin, without accents, in English, German, Dutch, French, Spanish,
Italian and Portuguese.
"""

_ACCENT: Final = re.compile("(?<![\u0400-\u04ff])[\u0300-\u036f]+")
"""What stands above and below letters, but not as a part of Cyrillic ones."""

_STROKES: Final = str.maketrans("łŁøØđĐı", "lLoOdDi")
"""Letters with a stroke or without a dot, which have no accent to take away."""

_HOURS: Final = {
    "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12,
    "NZDT": 13,
}  # fmt: skip
"""Zones by their abbreviation; those with several meanings, such as IST and BST, are refused."""

_ZONE: Final = (
    r"(?:\s*(?P<zone>Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT|[A-Z][a-z]+/[A-Za-z_/]+|"
    + "|".join(_HOURS)
    + r")(?:\s(?:UTC|GMT|Z|[A-Z]{3,4}))?(?:\s?\[[\w/+-]+\])?(?:\sm=[+-]\d+(?:\.\d+)?)?)?"
)
_HALF: Final = r"(?P<{}>[AP])\.?\s?M\.?"
_CLOCK: Final = (
    r"(?P<hour>\d{1,2})(?:(?P<colon>:)(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    rf"(?:\s?{_HALF.format('half')})?|\s?{_HALF.format('half_alone')})"
)
_AFTER_A_DATE: Final = _CLOCK.replace("(?P<colon>:)", "(?P<colon>[:.h])").replace(
    "(?::(?P<second>", "(?:(?P=colon)(?P<second>"
)
"""A time of day that could be a number if it stood alone, such as 10.30 and 10h30."""

_WEEKDAY: Final = (
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|mi[eé]|jeu|jue|gio|ven|vie"
    r"|sam|s[aá]b|dim|dom|ma|din|wo|woe|don|vr|vri|za|zat|zo|zon|seg|ter|qua|qui|sex)"
    r"[^\W\d_]*\.?,?\s+)?"
)
_DAYS: Final = (
    r"(?P<year>\d{4})(?P<dash>[-/.]|\.\s)(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})\.?",
    r"(?P<year>\d{4})\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日",
    r"(?P<first>\d{1,2})(?P<dash>[-/.])(?P<other>\d{1,2})(?P=dash)(?P<year>\d{4}|\d{2})(?!\d)",
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º)?[-\s/]*(?:(?:de|of)\s)?(?P<name>[^\W\d_]{3,10})\.?"
    r"[-\s/,]*(?:del?\s)?(?P<year>\d{4}|\d{2})(?!\d)",
    r"(?P<name>[^\W\d_]{3,10})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
)
_CLOCK_WORD: Final = r"\s?(?:Uhr|hrs?|h|uur)\.?"
_AFTER: Final = (
    r"(?:(?:T|:|,?\s+(?:(?:at|um|à|a las|om|alle)\s+)?)"
    + _AFTER_A_DATE
    + rf"(?:{_CLOCK_WORD})?"
    + _ZONE
    + r")?(?:\s\(.*\))?"
)
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
_ALONE: Final = re.compile(
    rf"(?:{_CLOCK}(?:{_CLOCK_WORD})?{_ZONE}|\d{{1,2}}[.:]\d{{2}}{_CLOCK_WORD}|\d{{1,2}}h\d{{2}})",
    re.I,
)
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
    plain = " ".join(text[: _LONGEST + 1].strip("\"' ").split())
    if plain.startswith("[") and plain.endswith("]"):
        plain = plain[1:-1]
    if ordinal := _ORDINAL.fullmatch(plain):
        return _day_of_year(int(ordinal[1]), int(ordinal[2]))
    if swapped := _CLOCK_FIRST.fullmatch(plain):
        plain = f"{swapped[2]} {swapped[1]}"
    found = _matched(plain) if len(plain) <= _LONGEST else None
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


def without_accents(text: str) -> str:
    """Return letters without what stands above or below them: evenement for événement."""
    if text.isascii():
        return text
    plain = _ACCENT.sub("", normalize("NFKD", text))
    return normalize("NFC", plain).translate(_STROKES)


def is_date(text: str) -> bool:
    """Whether a text accepted by `parse` is a date without a time."""
    plain = " ".join(text[: _LONGEST + 1].split())
    if _ORDINAL.fullmatch(plain):
        return True
    found = _matched(plain)
    return found is not None and found["hour"] is None


def _matched(plain: str) -> re.Match[str] | None:
    return next((match for form in _FORMS if (match := form.fullmatch(plain))), None)


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
        plain = without_accents(name.lower())
        month = _MONTHS.get(plain[:4]) or _MONTHS.get(plain[:3])
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
    if offset in _HOURS:
        return timezone(timedelta(hours=_HOURS[offset]))
    sign, digits = offset[0], offset[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])
    size = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-size if sign == "-" else size)
