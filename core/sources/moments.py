"""Times, as texts or numbers in all usual formats, to UTC milliseconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.records import Refused
from core.sources.text import dates
from core.sources.text.reading import Doubt, Notes, Reading
from core.timeframe import DAY, Calendar

EARLIEST: Final = -2_208_988_800_000
LATEST: Final = 7_258_118_400_000
"""1900-01-01 to 2200-01-01, half-open: a time outside is a mistake in the source."""

_PLAIN_MS: Final = 10**12
"""Milliseconds from here on (2001) cannot be mistaken for a date in digits."""

_NAIVE_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SERIAL_ZERO: Final = datetime(1899, 12, 30)
"""Day 0 of spreadsheets, for days after February 1900."""

_ORDER: Final = Doubt(
    "dates", (("month-first", ("2/3 is February 3",)), ("day-first", ("2/3 is March 2",)))
)

_JULIAN_EPOCH: Final = 2_440_587.5
"""1970-01-01 as a Julian day, which SQLite's julianday() returns."""

_NET: Final = re.compile(r"\\?/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?/")
"""Milliseconds as older .NET programs write them in JSON."""

_COMMA: Final = re.compile(r"\d{9,19},\d+")
"""Seconds since 1970 with a decimal comma."""

_PLAIN_SECONDS: Final = 10**9
"""Neither can seconds from here on, up to LATEST."""

_WRITTEN_OUT: Final = {14: "%Y%m%d%H%M%S", 17: "%Y%m%d%H%M%S%f"}
"""Length of a number -> what its digits are, where it cannot count seconds since 1970."""


class Moments:
    """Reads the times of a file for a workspace: a date alone is that day in its zone.

    Args:
        calendar: the workspace's; None for UTC.
        reading: what the user says about dates and the zone of times without one.
        notes: where times that do not exist in that zone are counted.

    Attributes:
        ms: returns UTC ms; arguments, errors and all other rules are those of `to_ms`.
    """

    def __init__(
        self,
        calendar: Calendar | None = None,
        reading: Reading | None = None,
        notes: Notes | None = None,
    ) -> None:
        self._reading = reading = reading or Reading()
        self._calendar = calendar or Calendar()
        self._zone = Calendar(reading.times_in).zone if reading.times_in else None
        self._notes = notes or Notes()
        self.ms: Callable[[Any], int] = to_ms
        self._set(reading.day_first)

    def learn(
        self, values: Iterable[Any], *, day_likely: bool = False, table: bool = False
    ) -> None:
        """Detect from the first times of a file how to read them all.

        Args:
            values: those that are not missing.
            day_likely: whether day and month are in that order if no date shows it.
            table: whether numbers may be a spreadsheet's: days since 1899-12-30.
        """
        times = list(values)
        order, unclear = dates.order_of(times)
        if self._reading.day_first is None and unclear:
            if order is None:
                self._notes.say(
                    "some dates can only have the day first and others only the month; "
                    "--dates day-first or --dates month-first decides"
                )
                self._notes.doubts.append(_ORDER)
            else:
                order = day_likely
                first, other = ("day", "month") if order else ("month", "day")
                self._notes.say(
                    f"dates such as 2/3/2026 are read with the {first} first; "
                    f"--dates {other}-first changes that"
                )
                self._notes.doubts.append(replace(_ORDER, taken=f"{first}-first"))
        if self._reading.day_first is not None:
            order = self._reading.day_first
        counts = None
        if are_all(times, from_julian):
            counts = from_julian
            self._notes.say("times are read as Julian days")
        elif are_all(times, from_serial) and (table or any(map(_has_fraction, times))):
            counts = from_serial
            self._notes.say("times are read as a spreadsheet's numbers of days")
        self._set(order, counts)

    def _set(self, day_first: bool | None, counts: FromDays | None = None) -> None:
        self._day_first = day_first
        self._from_days = counts
        in_utc = self._calendar.zone_name == "UTC"
        plain = in_utc and self._zone is None and day_first is None and counts is None
        self.ms = to_ms if plain else self._local

    def all(self, values: Sequence[Any]) -> Sequence[int]:
        """Return UTC ms of several times; Refused if one of them is not understood."""
        if self.ms is to_ms and set(map(type, values)) == {int}:
            least, most = min(values), max(values)
            if least >= _PLAIN_MS and most < LATEST:
                return values
            if least >= _PLAIN_SECONDS and most * 1000 < LATEST:
                return [value * 1000 for value in values]
        return list(map(self.ms, values))

    def _local(self, value: Any) -> int:
        if self._from_days and (naive := self._from_days(value)) is not None:
            return _checked(_since_epoch(naive, self._zone))
        found = to_ms(value, self._day_first, self._zone)
        if self._zone is not None and value.__class__ is str:
            self._count_missing(value, found)
        if (self._zone is not None or not found % DAY) and _is_date(value):
            return self._calendar.day_start(to_ms(value, self._day_first) // DAY)
        return found

    def _count_missing(self, value: str, found: int) -> None:
        """Count a time skipped by a zone when its clocks go forward."""
        zone, plain = self._zone, to_ms(value, self._day_first)
        if zone is None or plain == found:
            return
        wall = (_EPOCH + timedelta(milliseconds=found)).astimezone(zone).replace(tzinfo=None)
        shift = wall - (_NAIVE_EPOCH + timedelta(milliseconds=plain))
        if shift and not _is_date(value):
            self._notes.count(
                f"time does not exist in {zone.key}, where clocks go forward; it is moved",
                f"times do not exist in {zone.key}, where clocks go forward; they are moved",
            )


FromDays = Callable[[Any], datetime | None]
"""From a number of days to the time, None for anything else."""


def are_all(values: Iterable[Any], counts: FromDays) -> bool:
    """Whether there are values, and each is such a number of days."""
    found = [counts(value) is not None for value in values]
    return bool(found) and all(found)


def from_julian(value: Any) -> datetime | None:
    """Return the time of a Julian day between 1900 and 2100; None for anything else."""
    days = _days(value)
    if days is None or not 2_415_020.5 <= days < 2_488_070:
        return None
    return _NAIVE_EPOCH + timedelta(milliseconds=round((days - _JULIAN_EPOCH) * DAY))


def _days(value: Any) -> float | None:
    try:
        return float(value.replace(",", ".") if value.__class__ is str else value)
    except (TypeError, ValueError, OverflowError):
        return None


def _has_fraction(value: Any) -> bool:
    days = _days(value)
    return days is not None and days != int(days)


def from_serial(value: Any) -> datetime | None:
    """Return the time of a spreadsheet's serial date, to the second; None for anything else."""
    days = _days(value)
    if days is None or not 20_000 <= days < 80_000:
        return None
    return _SERIAL_ZERO + timedelta(seconds=round(days * 86_400))


def _is_date(value: Any) -> bool:
    """Whether a time that `to_ms` reads is only a date."""
    if isinstance(value, str):
        try:
            return bool(date.fromisoformat(value.strip()))
        except ValueError:
            return ":" not in value and not value.strip().isdigit() and dates.is_date(value)
    return value.__class__ is int and 19_000_000 < value < 22_000_000


def to_ms(value: Any, day_first: bool | None = None, zone: ZoneInfo | None = None) -> int:
    """Return a time from a file as UTC ms.

    ISO and "YYYY-MM-DD HH:MM:SS" with or without zone, dates as in `dates.parse`, a date alone
    or "YYYYMMDD" (its midnight), "YYYYMMDDHHMMSS", objects of databases such as {"$date": ...} and
    {"seconds": ..., "nanos": ...}, lists [2026, 3, 2, 10, 0, 0] of programs in Java, and epoch
    seconds, ms, µs or ns, distinguished by size: below 1e11 seconds, below 1e14 ms, below 1e17 µs.
    Numbers may be text.

    Args:
        day_first: see `dates.parse`.
        zone: that of times that name none; None for UTC.

    Raises:
        Refused: missing, not a time, or outside 1900 to 2199.
    """
    if value.__class__ is int:
        if _PLAIN_MS <= value < LATEST:
            return value
        if _PLAIN_SECONDS <= value < LATEST // 1000:
            return value * 1000
    if value.__class__ is str:
        if value.isdigit():
            return _checked(_digits(value))
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return _checked(_other_text(value, day_first, zone))
        return _checked(_since_epoch(found, zone))
    if value is None:
        raise Refused("no time")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _checked(_number(value))
    if value.__class__ is list:
        return _checked(_since_epoch(_of_list(value), zone))
    inner = _of_object(_of_object(value)) if value.__class__ is dict else None
    if inner.__class__ in (str, int, float):
        return to_ms(inner, day_first, zone)
    raise Refused("time not understood")


def _of_list(found: list[Any]) -> datetime:
    """Return the time in a list of year, month, day, hour, ... nanosecond, as Java's Jackson writes
    one.
    """
    if not 5 <= len(found) <= 7 or not all(part.__class__ is int for part in found):
        raise Refused("time not understood")
    try:
        parts = [*found[:6], *(nano // 1000 for nano in found[6:])]
        return datetime(*parts)
    except (ValueError, OverflowError) as error:
        raise Refused("time not understood") from error


def _of_object(found: Any) -> Any:
    """Return the time in an object as MongoDB, Firestore, log4j and BigQuery write one."""
    if found.__class__ is not dict:
        return found
    for name in ("$date", "$numberLong", "iso", "value"):
        if name in found:
            return found[name]
    for seconds, nanos in (
        ("seconds", "nanoseconds"), ("_seconds", "_nanoseconds"), ("seconds", "nanos"),
        ("epochSecond", "nanoOfSecond"),
    ):  # fmt: skip
        whole, part = found.get(seconds), found.get(nanos, 0)
        if whole.__class__ is int and part.__class__ is int:
            return whole * 1000 + part // 1_000_000 if part else whole
    return None


def _since_epoch(found: datetime, zone: ZoneInfo | None = None) -> int:
    if found.tzinfo is None and zone is not None:
        found = found.replace(tzinfo=zone)
    delta = found - (_NAIVE_EPOCH if found.tzinfo is None else _EPOCH)
    return delta.days * 86_400_000 + delta.seconds * 1000 + delta.microseconds // 1000


def _checked(ms: int) -> int:
    if EARLIEST <= ms < LATEST:
        return ms
    raise Refused("time outside 1900 to 2199")


def _digits(text: str) -> int:
    try:
        return _number(int(text))
    except ValueError as error:
        raise Refused("time not understood") from error


def _other_text(value: str, day_first: bool | None, zone: ZoneInfo | None) -> int:
    text = value.strip()
    if not text:
        raise Refused("no time")
    for ending in (" UTC", " Z"):
        text = text.removesuffix(ending)
    if text != value:
        return to_ms(text, day_first, zone)
    if found := _NET.fullmatch(text):
        return int(found[1])
    if _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        return _number(int(text)) if text.lstrip("-").isdigit() else _epoch(float(text))
    except (ValueError, OverflowError):
        return _since_epoch(dates.parse(text, day_first), zone)


def _number(value: float) -> int:
    if isinstance(value, int):
        if 19_000_000 < value < 22_000_000:
            try:
                return _since_epoch(datetime.strptime(str(value), "%Y%m%d"))
            except ValueError:
                pass
        if 1_900 <= value < 2_200:
            raise Refused("time is only a year")
        digits = str(value)
        if (form := _WRITTEN_OUT.get(len(digits))) and digits[:2] in ("19", "20", "21"):
            with suppress(ValueError):
                return _since_epoch(datetime.strptime(digits, form))
        if 190_000_000_000 <= value < 220_000_000_000 and _is_minute(digits):
            raise Refused("time not understood")
    try:
        return _epoch(value)
    except (ValueError, OverflowError) as error:
        raise Refused("time not understood") from error


def _is_minute(digits: str) -> bool:
    """Whether 12 digits are YYYYMMDDHHMM: as milliseconds they would be a moment in 1976."""
    try:
        return bool(datetime.strptime(digits, "%Y%m%d%H%M"))
    except ValueError:
        return False


def _epoch(value: float) -> int:
    size = abs(value)
    if size < 1e11:
        return value * 1000 if isinstance(value, int) else round(value * 1000)
    if size < 1e14:
        return int(value)
    return int(value // (1000 if size < 1e17 else 1_000_000))
