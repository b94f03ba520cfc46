"""Generated events of a shop, seeded, in time order, as JSON lines.

Sessions walk randomly over 20 event names; people's activity follows a Pareto law, so a few do a
lot.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import orjson

DAY = 86_400_000
DAYS = 180
END = 1_751_328_000_000
"""2025-07-01T00:00Z; events lie in the 180 days before."""

EVENTS = {
    "page_view": 300, "session_start": 130, "view_item": 120, "search": 90, "click": 80,
    "scroll": 60, "add_to_cart": 40, "filter_list": 30, "view_cart": 28, "play_video": 24,
    "favorite": 20, "share": 14, "review_read": 14, "login": 12, "checkout": 12, "signup": 8,
    "coupon_used": 6, "purchase": 6, "review_written": 4, "refund": 2,
}  # fmt: skip
"""Names with their weights."""

FUNNEL = ("view_item", "add_to_cart", "checkout", "purchase")
_ONWARD = {
    "view_item": ("add_to_cart", 0.3),
    "add_to_cart": ("checkout", 0.45),
    "checkout": ("purchase", 0.6),
}
CONTEXT = {
    "country": ("US", "GB", "DE", "NL", "FR", "IN", "BR", "CA", "ES", "IT", "SE", "PL", "JP", "AU",
                "MX", "BE", "CH", "AT", "DK", "NO", "FI", "PT", "IE", "CZ", "ZA"),
    "platform": ("web", "ios", "android"),
    "device_type": ("mobile", "desktop", "tablet"),
    "browser": ("Chrome", "Safari", "Firefox", "Edge", "Samsung Internet"),
    "language": ("en", "de", "nl", "fr", "es", "pt", "it", "ja"),
    "version": ("3.0.0", "3.1.0", "3.1.1", "3.2.0", "4.0.0"),
}  # fmt: skip
"""Context columns with their values, commonest first."""

ITEMS = tuple(f"sku-{number}" for number in range(1, 501))
"""What is viewed and put into carts."""

Row = tuple[int, str, str, tuple[str, ...], dict[str, Any]]
"""ts in ms, event, user, one value per CONTEXT, properties."""


def data_file(folder: Path, events: int, seed: int) -> Path:
    """Return the file with so many events, writing it if it does not exist."""
    path = folder / f"events-{events}-{seed}.jsonl"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.writelines(map(line, rows(events, seed)))
        unfinished.rename(path)
    return path


def line(row: Row) -> bytes:
    """Return an event as a line of the file."""
    ts, event, user, context, properties = row
    fields = {"event": event, "timestamp": ts, "user_id": user}
    fields |= dict(zip(CONTEXT, context, strict=True))
    if properties:
        fields["properties"] = properties
    return orjson.dumps(fields) + b"\n"


def rows(events: int, seed: int) -> list[Row]:
    """Return the events in time order."""
    source = random.Random(seed)
    found: list[Row] = []
    people = _People(source, max(events // 25, 50))
    while len(found) < events:
        found.extend(_session(source, people))
    del found[events:]
    found.sort(key=lambda row: row[:3])
    return found


LOGS_PER_EVENT = 0.2
_SERVICES = ("web", "api", "worker", "billing", "search")
_MESSAGES = (
    "GET /items/{} in {} ms",
    "job {} took {} ms",
    "user {} not found after {} tries",
    "cache miss for key {} of {}",
    "slow query {}: {} ms",
)


def log_file(folder: Path, events: int, seed: int) -> Path:
    """Return the file of logs that goes with so many events, writing it if it does not exist."""
    path = folder / f"logs-{events}-{seed}.jsonl"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            for log in logs(int(events * LOGS_PER_EVENT), seed):
                file.write(orjson.dumps(log) + b"\n")
        unfinished.rename(path)
    return path


def logs(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield logs over the same days, outside any session, in time order."""
    source = random.Random(seed + 1)
    for number in range(count):
        (level,) = source.choices(("INFO", "DEBUG", "WARNING", "ERROR"), (60, 30, 7, 3))
        words = source.choice(_MESSAGES)
        yield {
            "timestamp": END - DAYS * DAY + number * (DAYS * DAY // count),
            "level": level,
            "service": source.choice(_SERVICES),
            "message": words.format(source.randint(1, 99_999), source.randint(1, 9_999)),
        }


class _People:
    """The people, drawn by weight, each with a first day and a context."""

    def __init__(self, source: random.Random, count: int) -> None:
        self._source = source
        self._count = range(count)
        self._weights = list(accumulate(min(source.paretovariate(1.1), 150.0) for _ in self._count))
        self._first = [max(source.uniform(-0.4, 0.97), 0.0) for _ in self._count]
        self._context = [
            tuple(
                values[min(int(source.expovariate(0.45)), len(values) - 1)]
                for values in CONTEXT.values()
            )
            for _ in self._count
        ]

    def draw(self) -> tuple[str, float, tuple[str, ...]]:
        """Return a user, a time from 0 to 1 within the range, and the context."""
        (who,) = self._source.choices(self._count, cum_weights=self._weights)
        first = self._first[who]
        return f"user-{who:06}", first + (1 - first) * self._source.random(), self._context[who]


_NAMES, _WEIGHTS = list(EVENTS), list(accumulate(EVENTS.values()))


def _session(source: random.Random, people: _People) -> Iterator[Row]:
    user, place, context = people.draw()
    ts = END - int((1 - place) * DAYS * DAY) - 1
    event = "session_start"
    for _ in range(1 + int(source.expovariate(0.12))):
        if ts >= END:
            return
        yield ts, event, user, context, _properties(source, event)
        ts += int(source.lognormvariate(10.2, 1.3))
        onward, chance = _ONWARD.get(event, ("", 0.0))
        if source.random() < chance:
            event = onward
        else:
            (event,) = source.choices(_NAMES, cum_weights=_WEIGHTS)


def _properties(source: random.Random, event: str) -> dict[str, Any]:
    if event == "purchase":
        return {"amount": round(source.lognormvariate(3.4, 0.8), 2), "items": source.randint(1, 6)}
    if event in ("view_item", "add_to_cart"):
        return {"item": ITEMS[source.randint(1, 500) - 1]}
    return {}
