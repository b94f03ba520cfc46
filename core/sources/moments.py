"""Times, as texts or numbers in all usual formats, to UTC milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

from core.records import Refused
from core.timeframe import DAY, Calendar

EARLIEST: Final = -2_208_988_800_000
LATEST: Final = 7_258_118_400_000
"""1900-01-01 to 2200-01-01, half-open: a time outside is a mistake in the source."""

_PLAIN_MS: Final = 10**11
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Moments:
    """Reads the times of a file for a workspace: a date alone is that day in its zone.

    Attributes:
        ms: returns UTC ms; arguments, errors and all other rules are those of `to_ms`.
    """

    def __init__(self, calendar: Calendar | None = None) -> None:
        self._calendar = calendar or Calendar()
        in_utc = self._calendar.zone_name == "UTC"
        self.ms: Callable[[Any], int] = to_ms if in_utc else self._local

    def _local(self, value: Any) -> int:
        found = to_ms(value)
        if found % DAY or not _is_date(value):
            return found
        return self._calendar.day_start(found // DAY)


def _is_date(value: Any) -> bool:
    """Whether a time that `to_ms` reads as a midnight is only a date."""
    if isinstance(value, str) or (isinstance(value, int) and 19_000_000 < value < 22_000_000):
        try:
            return bool(date.fromisoformat(str(value).strip()))
        except ValueError:
            return False
    return False


def to_ms(value: Any) -> int:
    """Return a time from a file as UTC ms.

    ISO and "YYYY-MM-DD HH:MM:SS" with or without zone (without one it is UTC), a date alone
    or "YYYYMMDD" (its midnight in UTC), and epoch seconds, ms, µs or ns, distinguished by size:
    below 1e11 seconds, below 1e14 ms, below 1e17 µs. Numbers may be text.

    Raises:
        Refused: missing, not a time, or outside 1900 to 2199.
    """
    if value.__class__ is int and _PLAIN_MS <= value < LATEST:
        return value
    if value.__class__ is str:
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return _checked(_other_text(value))
        if len(value) == 10 and value.isdigit():
            return _checked(_epoch(int(value)))
        return _checked(_since_epoch(found))
    if value is None:
        raise Refused("no time")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _checked(_number(value))
    raise Refused("time not understood")


def _since_epoch(found: datetime) -> int:
    delta = found - (_NAIVE_EPOCH if found.tzinfo is None else _EPOCH)
    return delta.days * 86_400_000 + delta.seconds * 1000 + delta.microseconds // 1000


def _checked(ms: int) -> int:
    if EARLIEST <= ms < LATEST:
        return ms
    raise Refused("time outside 1900 to 2199")


def _other_text(value: str) -> int:
    text = value.strip()
    if not text:
        raise Refused("no time")
    for ending in (" UTC", " Z"):
        text = text.removesuffix(ending)
    if text != value:
        return to_ms(text)
    try:
        return _epoch(int(text)) if text.lstrip("-").isdigit() else _epoch(float(text))
    except (ValueError, OverflowError) as error:
        raise Refused("time not understood") from error


def _number(value: float) -> int:
    if isinstance(value, int) and 19_000_000 < value < 22_000_000:
        try:
            return _since_epoch(datetime.strptime(str(value), "%Y%m%d"))
        except ValueError:
            pass
    try:
        return _epoch(value)
    except (ValueError, OverflowError) as error:
        raise Refused("time not understood") from error


def _epoch(value: float) -> int:
    size = abs(value)
    if size < 1e11:
        return value * 1000 if isinstance(value, int) else round(value * 1000)
    if size < 1e14:
        return int(value)
    return int(value // (1000 if size < 1e17 else 1_000_000))
