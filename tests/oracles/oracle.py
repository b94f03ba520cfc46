"""Slow, obvious answers: plain loops over a world's events, written from the definitions.

Nothing in here knows the workspace file or its SQL. Ranges and buckets come from `core.timeframe`,
which has its own tests; people and groups are texts, nobody is None.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from core.catalog.selectors import CustomEvent
from core.filters import AnyOf, Clause, Condition, NotOf
from core.timeframe import (
    Bucket,
    Calendar,
    Span,
    buckets,
    comparison,
    days_span,
    fit,
    resolve,
    to_date,
)
from tests.worlds.world import DAY, HOUR, Event, World

NONE = "(none)"
EMPTY = "(empty)"
CONTEXT = ("country", "region", "city", "language", "platform", "os", "device_type", "browser")
Group = tuple[str, ...]
P = ParamSpec("P")
Found = TypeVar("Found")
GAP = HOUR // 2

# -- what counts (definitions 1.9)


def as_asked(answer: Callable[Concatenate[World, Any, P], Found]) -> Callable[..., Found]:
    """Answer of a world as a question sees it."""

    @wraps(answer)
    def seen_so(world: World, question: Any, *args: P.args, **more: P.kwargs) -> Found:
        return answer(world_of(world, question), question, *args, **more)

    return seen_so


def world_of(world: World, question: Any) -> World:
    """A world as of its newest event in the range, all of it, where the range names days to come.

    Else the same world, in which what is dated after now counts nowhere.
    """
    calendar = calendar_of(world)
    span = resolve(question.range, calendar, world.now)
    stored = [e.ts for e in world.events if not world.flagged(e.event, "deleted")]
    newest = max(stored, default=world.now)
    if newest <= world.now or span.last_day <= local_day(world.now, calendar):
        return world
    return replace(world, now=max(world.now, min(newest, span.end - 1)), ahead=True)


def ended(world: World) -> int | None:
    """The newest event, where nothing has come for over a week: what comes later is not known."""
    newest = max((item.ts for item in seen(world)), default=None)
    return newest if newest is not None and world.now - newest > 7 * DAY else None


def known_until(world: World) -> int:
    """Now, or of data that has ended the end of its last day."""
    last = ended(world)
    calendar = calendar_of(world)
    return world.now if last is None else calendar.day_start(local_day(last, calendar) + 1)


def known(world: World, starts: Iterable[int], values: Iterable[Any]) -> list[Any]:
    """Values of buckets that begin at some instants, None where the data has ended."""
    last = ended(world)
    pairs = zip(starts, values, strict=False)
    return [value if last is None or start <= last else None for start, value in pairs]


def observed(answer: Any) -> Any:
    """Of an oracle of two periods: figures of what has been observed alone."""

    @wraps(answer)
    def seen_so(world: World, question: Any, *args: Any, **more: Any) -> Any:
        both = answer(world, question, *args, **more)
        time = time_of(world, question)
        for found, slots in zip(both, (time.slots, time.compared_slots), strict=True):
            starts = [_begin(world, question, slot) for slot in slots]
            found.values = {g: known(world, starts, own) for g, own in found.values.items()}
            if starts and not any(known(world, starts, [True] * len(starts))):
                found.totals = dict.fromkeys(found.totals)
        return both

    return seen_so


def _begin(world: World, question: Any, slot: Bucket) -> int:
    """Where a bucket begins; of users by week and so on it is whole."""
    if question.kind != "users" or "T" in slot.label:
        return slot.start
    first = datetime.fromisoformat(slot.label).date() - datetime(1970, 1, 1).date()
    return calendar_of(world).day_start(first.days)


# -- who is who (definitions 1.1)


@dataclass(frozen=True)
class Seen:
    """An event with what is known about it: its place in the world, actor, day and session."""

    number: int
    actor: str | None
    day: int
    session: tuple[str, object] | None
    event: Event

    @property
    def ts(self) -> int:
        """UTC ms."""
        return self.event.ts

    @property
    def name(self) -> str:
        """The event's name."""
        return self.event.event


def calendar_of(world: World) -> Calendar:
    """The zone and week start of a world."""
    return Calendar(world.zone, world.week_start)


def root(world: World, user: str) -> str:
    """The user at the end of the alias chain."""
    onward = {old: new for old, new, _ in world.aliases}
    while user in onward:
        user = onward[user]
    return user


def links_of(world: World, device: str) -> list[tuple[int, int, str]]:
    """(since ms, arrival, user) of the users a device was seen with, in order.

    Since is when the user was first seen with it, and arrival the place of the statement that
    said so first, among all.
    """
    together: list[tuple[str | None, str | None, int]] = []
    for place in range(world.batches):
        together += [(e.device, e.user, e.ts) for e in world.arrivals(place)]
        together += world.links[place :: world.batches]
    said = [(ts, n, user) for n, (other, user, ts) in enumerate(together) if other == device]
    since: dict[str, tuple[int, int]] = {}
    for ts, arrival, user in sorted(item for item in said if item[2]):
        since.setdefault(str(user), (ts, arrival))
    return sorted((*first, user) for user, first in since.items())


def actor_of(world: World, user: str | None, device: str | None, ts: int) -> str | None:
    """Who an event counts for: its user, else the device's user at that time, else the device."""
    if user:
        return root(world, user)
    if not device:
        return None
    links = links_of(world, device)
    if not links:
        return device
    latest = max((since for since, _, _ in links if since <= ts), default=links[0][0])
    holder = next(user for since, _, user in links if since == latest)
    return root(world, holder)


def seen(world: World) -> list[Seen]:
    """Events that are not deleted by time and arrival, with actor, local day and session.

    One that is dated after now is stored, and says who owns a device, but counts nowhere.
    """
    calendar = calendar_of(world)
    order = sorted(range(len(world.events)), key=lambda n: (world.events[n].ts, n))
    order = [n for n in order if world.events[n].ts <= world.now or world.ahead]
    actors = {
        n: actor_of(world, world.events[n].user, world.events[n].device, world.events[n].ts)
        for n in order
    }
    session = _sessions(world, order, actors)
    return [
        Seen(n, actors[n], local_day(world.events[n].ts, calendar), session.get(n),
             world.events[n])
        for n in order
        if not world.flagged(world.events[n].event, "deleted")
    ]  # fmt: skip


def is_active(world: World, name: str) -> bool:
    """Whether events of a name make people active."""
    return not (world.flagged(name, "inactive") or world.flagged(name, "deleted"))


def earliest(world: World) -> int | None:
    """The time of the first event that is not deleted."""
    return min((item.ts for item in seen(world)), default=None)


def local_day(ts: int, calendar: Calendar) -> int:
    """The local calendar day number of an instant."""
    when = datetime.fromtimestamp(ts / 1000, UTC).astimezone(calendar.zone)
    return (when.date() - datetime(1970, 1, 1).date()).days


def _sessions(
    world: World, order: Sequence[int], actors: dict[int, str | None]
) -> dict[int, tuple[str, object]]:
    """Session of each event: the given one, else cut at gaps over 30 minutes and at 24 hours."""
    found: dict[int, tuple[str, object]] = {}
    running: dict[str, tuple[int, int]] = {}
    ends: dict[tuple[str, object], tuple[int, int]] = {}
    for n in order:
        event, actor = world.events[n], actors[n]
        if actor is None or event.session == "-1" or not is_active(world, event.event):
            continue
        if event.session:
            found[n] = (actor, event.session)
            continue
        start, last = running.get(actor, (event.ts, event.ts))
        if event.ts - last > GAP or event.ts - start >= DAY:
            start = event.ts
        running[actor] = (start, event.ts)
        found[n] = (actor, start)
        ends[actor, start] = (start, event.ts)
    for n in order:  # an event that makes nobody active is in the session it lies in
        event, actor = world.events[n], actors[n]
        if actor is None or n in found:
            continue
        if event.session and (actor, event.session) in found.values():
            found[n] = (actor, event.session)
        for (who, start), (first, last) in ends.items():
            if not event.session and who == actor and first <= event.ts <= last:
                found[n] = (actor, start)
    return found


# -- fields and conditions (definitions 3.1)


def trait(world: World, actor: str | None, key: str) -> str | None:
    """The value set last for a person, under any of their merged user ids."""
    found = [
        (ts, value)
        for user, name, value, ts in world.traits
        if name == key and actor is not None and root(world, user) == actor
    ]
    return max(found)[1] if found else None


def value_of(world: World, item: Seen, field: str) -> Any:
    """A field's value on an event; None when missing."""
    if field.startswith("trait:"):
        return trait(world, item.actor, field.removeprefix("trait:"))
    if field in ("start_version", "paying"):
        own = [other for other in seen(world) if other.actor == item.actor]
        if item.actor is None:
            return None if field == "start_version" else False
        if field == "start_version":
            return own[0].event.context.get("version")
        until = own[: own.index(item) + 1]
        return any(brings_revenue(other) for other in until)
    special = {
        "user": item.actor, "event": item.name, "device_id": item.event.device,
        "session": item.event.session,
    }  # fmt: skip
    if field in special:
        return special[field]
    if field in CONTEXT and item.event.context.get(field) is not None:
        return item.event.context[field]
    return _property(item.event.properties, field.removeprefix("properties.").split("."))


def _property(held: Any, parts: list[str]) -> Any:
    """What a dotted name means: the longest key first, then the rest of it in what that holds."""
    if not parts or not isinstance(held, dict):
        return None if parts else held
    for length in range(len(parts), 0, -1):
        found = _property(held.get(".".join(parts[:length])), parts[length:])
        if found is not None:
            return found
    return None


REVENUE_EVENTS = (
    "revenue_amount", "verified_revenue", "unverified_revenue", "revenue", "$revenue"
)  # fmt: skip


def revenue_of(item: Seen, *, named: bool = False) -> float | None:
    """What an event brought, None where nothing (definitions 2.6).

    Args:
        named: its amount counts, whatever it is called.
    """
    held = item.event.properties

    def number(*keys: str) -> float | None:
        return next((n for n in (number_of(held.get(key)) for key in keys) if n is not None), None)

    stated = number("$revenue", "revenue")
    if stated is not None:
        return stated
    price, quantity = number("price", "$price"), number("quantity", "$quantity")
    if price is not None and quantity is not None:
        return price * quantity
    if not (named or item.name in ("pay", "buy", "purchase", "refund", "Order Completed")):
        return None
    amount = number("amount") if number("amount") is not None else price
    return None if amount is None else amount * (1 if quantity is None else quantity)


def brings_revenue(item: Seen) -> bool:
    """Whether an event is called like revenue or brought some."""
    return item.name in REVENUE_EVENTS or revenue_of(item) is not None


def texts_of(value: Any) -> list[str] | None:
    """The elements of a value as texts, None when missing."""
    if value is None:
        return None
    if isinstance(value, list):
        return [text for part in value if part is not None for text in texts_of(part) or []]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))]


def number_of(value: Any) -> float | None:
    """A value as a number: a number, or a text that is one."""
    if value is None or isinstance(value, bool | list | dict):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _moment(text: str) -> float | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _exactly(text: str) -> Fraction | None:
    """A text that reads as a number, exactly."""
    return Fraction(text.strip()) if number_of(text) is not None and "/" not in text else None


def _sides(stored: Any, wanted: Any, *, by_size: bool) -> tuple[Any, Any] | None:
    """What is compared of an element and a wanted value (definitions 3.1), None: nothing."""
    (text,) = texts_of(stored) or [""]
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        left = None if isinstance(stored, bool | dict) else _exactly(text)
        return None if left is None else (left, Fraction(str(wanted)))
    if by_size and isinstance(stored, int | float) and not isinstance(stored, bool):
        return None
    (word,) = texts_of(wanted) or [""]
    dates = _moment(text), _moment(word)
    return (text, word) if None in dates else dates


def _test(operator: str, stored: Any, wanted: Any) -> bool:
    (text,), (word,) = texts_of(stored) or [""], texts_of(wanted) or [""]
    low, small = text.lower(), word.lower()
    about_text: dict[str, Callable[[], bool]] = {
        "contains": lambda: small in low,
        "starts_with": lambda: low.startswith(small),
        "ends_with": lambda: low.endswith(small),
        "regex": lambda: re.search(word, text) is not None,
    }
    if operator in about_text:
        return about_text[operator]()
    sides = _sides(stored, wanted, by_size=operator not in ("eq", "in"))
    if sides is None:
        return False
    left, right = sides
    return {
        "eq": left == right, "in": left == right, "gt": left > right, "gte": left >= right,
        "lt": left < right, "lte": left <= right,
    }[operator]  # fmt: skip


NEGATIONS = {
    "ne": "eq", "not_in": "in", "not_contains": "contains", "set_is_not": "set_is",
    "set_not_contains": "set_contains", "not_starts_with": "starts_with",
    "not_ends_with": "ends_with",
}  # fmt: skip


def holds(condition: Condition, value: Any) -> bool:
    """Whether a field's value satisfies one condition."""
    operator = condition.operator
    if operator in ("is_set", "is_not_set"):
        return (value is None) == (operator == "is_not_set")
    if operator in NEGATIONS:
        positive = condition.model_copy(update={"operator": NEGATIONS[operator]})
        return not holds(positive, value)
    if value is None:
        return False
    elements = [e for e in (value if isinstance(value, list) else [value]) if e is not None]
    wanted = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if operator in ("set_is", "set_contains"):
        return _as_sets(elements, wanted, equal=operator == "set_is")
    return any(_test(operator, element, want) for element in elements for want in wanted)


def _as_sets(elements: Any, wanted: Any, *, equal: bool) -> bool:
    """Whether the elements hold all wanted ones and, to be equal, no other."""
    there = all(any(_test("eq", element, want) for element in elements) for want in wanted)
    nothing_else = all(any(_test("eq", element, want) for want in wanted) for element in elements)
    return there and (nothing_else or not equal)


def satisfies(world: World, item: Seen, clause: Clause) -> bool:
    """Whether an event satisfies a condition or a nest of them."""
    if isinstance(clause, Condition):
        if clause.field == "user" and item.actor is not None:
            merged = [old for old, _, _ in world.aliases if root(world, old) == item.actor]
            return holds(clause, [item.actor, *merged])
        return holds(clause, value_of(world, item, clause.field))
    if isinstance(clause, NotOf):
        return not satisfies(world, item, clause.not_)
    if isinstance(clause, AnyOf):
        return any(satisfies(world, item, part) for part in clause.any)
    return all(satisfies(world, item, part) for part in clause.all)


def is_meant(world: World, item: Seen, selector: str) -> bool:
    """Whether an event is one that a selector means (definitions 2.4)."""
    if selector in ("_all", "_active"):
        return selector == "_all" or is_active(world, item.name)
    if selector.startswith("ce:"):
        branches = CustomEvent.model_validate(dict(world.custom)[selector[3:]]).events
        return any(
            branch.event == item.name and all(satisfies(world, item, c) for c in branch.filters)
            for branch in branches
        )
    names = ("revenue_amount", "verified_revenue", "unverified_revenue")
    if selector in names:
        held = item.event.properties
        paid = brings_revenue(item)
        verified = item.name == "verified_revenue" or held.get("verified") is True
        return paid and selector in (names[0], names[1] if verified else names[2])
    return item.name == selector.removeprefix("event:")


def matching(
    world: World,
    event: str | None = None,
    conditions: Iterable[Clause] = (),
    members: set[str] | None = None,
) -> list[Seen]:
    """Events of a selector that satisfy all conditions, of members only when these are given.

    No event is any active one.
    """
    return [
        item
        for item in seen(world)
        if is_meant(world, item, event or "_active")
        and (members is None or item.actor in members)
        and all(satisfies(world, item, clause) for clause in conditions)
    ]


def people_of(items: Iterable[Seen]) -> set[str]:
    """The actors of events, nobody left out."""
    return {item.actor for item in items if item.actor is not None}


def label_of(value: Any) -> str:
    """What a breakdown value is shown as (definitions 1.7)."""
    if value is None:
        return NONE
    if value == "" and isinstance(value, str):
        return EMPTY
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def group_of(world: World, item: Seen, breakdown: Sequence[str]) -> Group:
    """The labels of an event's breakdown values."""
    return tuple(label_of(value_of(world, item, field)) for field in breakdown)


# -- time


@dataclass(frozen=True)
class Time:
    """A question's span and buckets, and those it is compared with."""

    span: Span
    slots: list[Bucket]
    compared: Span | None
    compared_slots: list[Bucket]


@as_asked
def time_of(world: World, question: Any) -> Time:
    """Resolve a timed question's range in a world."""
    calendar = calendar_of(world)
    span = span_of(world, question)
    unit = fit(question.granularity, span, world.now)
    own = buckets(span, unit, calendar, world.now)
    before = None
    slots: list[Bucket] = []
    if question.compare:
        before, slots = compared_of(world, question, unit, len(own))
    return Time(span, own, before, slots)


@as_asked
def compared_of(
    world: World, question: Any, unit: str, count: int, span: Span | None = None
) -> tuple[Span, list[Bucket]]:
    """The span that a question's is compared with, and at most `count` of its daily buckets."""
    calendar = calendar_of(world)
    span = span or span_of(world, question)
    if span.running:
        span = resolve(question.range, calendar, world.now, earliest(world))
    before = comparison(question.range, question.compare, span, calendar, world.now)
    slots = buckets(before, unit, calendar, world.now)
    if len(slots) > count and unit in ("minute", "five_minute", "hourly", "daily"):
        slots = slots[:count]
        end = slots[-1].end if slots else before.start
        before = replace(before, end=end, last_day=slots[-1].last_day if slots else 0)
    return before, slots


def within(items: Iterable[Seen], start: int, end: int) -> list[Seen]:
    """The events of a half-open stretch of time."""
    return [item for item in items if start <= item.ts < end]


# -- series


@dataclass
class Period:
    """Figures of one period: by group one value per bucket, and the value of the whole."""

    values: dict[Group, list[float | None]]
    totals: dict[Group, float | None]


Figure = Callable[[list[Seen]], float | None]


def figure_of(world: World, measure: str, field: str | None) -> Figure:
    """What a trend's measure makes of a list of events (definitions 4.2, 4.5, 8.1)."""
    if measure == "count" and not field:
        return len
    if measure == "users":
        return lambda items: len(people_of(items))
    if measure == "sessions":
        return lambda items: len({item.session for item in items} - {None})

    def figure(items: list[Seen]) -> float | None:
        found = [number_of(value_of(world, item, f"properties.{field}")) for item in items]
        return _aggregate(measure, sorted(n for n in found if n is not None))

    return figure


def _aggregate(measure: str, numbers: list[float]) -> float | None:
    if measure in ("sum", "count"):
        return sum(numbers) if measure == "sum" else len(numbers)
    if not numbers:
        return None
    if measure in ("min", "max"):
        return numbers[0] if measure == "min" else numbers[-1]
    if measure == "avg":
        return sum(numbers) / len(numbers)
    share = 0.5 if measure == "median" else float(measure[1:]) / 100
    place = (len(numbers) - 1) * share
    low, high = numbers[math.floor(place)], numbers[math.ceil(place)]
    return low + (place - math.floor(place)) * (high - low)


def period(
    world: World,
    items: list[Seen],
    breakdown: Sequence[str],
    stretches: Sequence[tuple[int, int]],
    whole: tuple[int, int],
    figure: Figure,
    *,
    of_people: bool,
) -> Period:
    """Figures of events by group: one per stretch, and one for the whole.

    Args:
        of_people: leave out groups that hold nobody in the whole.
    """
    found = Period({}, {})
    groups: dict[Group, list[Seen]] = {} if breakdown else {(): []}
    for item in items:
        groups.setdefault(group_of(world, item, breakdown), []).append(item)
    for group, own in groups.items():
        inside = within(own, *whole)
        found.values[group] = [figure(within(own, *stretch)) for stretch in stretches]
        if not breakdown or (people_of(inside) if of_people else inside):
            found.totals[group] = figure(inside)
    return found


@as_asked
@observed
def trend(world: World, question: Any, members: set[str] | None = None) -> tuple[Period, Period]:
    """A trend's figures, and those of the period compared with."""
    time = time_of(world, question)
    items = matching(world, question.event or "_all", question.conditions, members)
    figure = figure_of(world, question.measure, question.property)

    def of(span: Span | None, slots: list[Bucket]) -> Period:
        stretches = [(b.start, b.end) for b in slots]
        whole = (span.start, span.end) if span else (0, 0)
        people = question.measure == "users"
        by = question.breakdown
        return period(world, items, by, stretches, whole, figure, of_people=people)

    return of(time.span, time.slots), of(time.compared, time.compared_slots)


@as_asked
@observed
def active_users(
    world: World, question: Any, members: set[str] | None = None
) -> tuple[Period, Period]:
    """dau, wau or mau (definitions 4.1)."""
    time = time_of(world, question)
    items = matching(world, None, question.conditions, members)

    def figure(own: list[Seen]) -> float:
        return len(people_of(own))

    def of(span: Span | None, slots: list[Bucket]) -> Period:
        stretches = [window_of(world, question.metric, b) for b in slots]
        whole = (span.start, span.end) if span else (0, 0)
        by = question.breakdown
        found = period(world, items, by, stretches, whole, figure, of_people=True)
        if question.metric != "dau" and slots:  # the headline is the last point's
            there = [n for n, ok in enumerate(known(world, [b.start for b in slots], slots)) if ok]
            last = there[-1] if there else 0
            found.totals = {g: own[last] for g, own in found.values.items() if not by or any(own)}
        return found

    return of(time.span, time.slots), of(time.compared, time.compared_slots)


def window_of(world: World, metric: str, bucket: Bucket) -> tuple[int, int]:
    """The stretch of time whose people a bucket of dau, wau or mau counts."""
    days = {"dau": 0, "wau": 7, "mau": 30}[metric]
    if not days:
        return bucket.start, bucket.end
    if "T" in bucket.label:
        return bucket.end - days * DAY, bucket.end
    calendar = calendar_of(world)
    last = min(bucket.last_day, local_day(world.now, calendar))
    if bucket.cut and last == bucket.last_day:
        return calendar.day_start(last - days + 1), bucket.end
    return calendar.day_start(last - days + 1), calendar.day_start(last + 1)


@as_asked
def top_events(world: World, question: Any) -> list[tuple[str, int, int]]:
    """(event, count, users), the most frequent first, ties by name (definitions 4.3)."""
    span = resolve(question.range, calendar_of(world), world.now, earliest(world))
    items = within(matching(world, "_all", question.conditions), span.start, span.end)
    rows = []
    for name in {item.name for item in items}:
        own = [item for item in items if item.name == name]
        rows.append((name, len(own), len(people_of(own))))
    at = {"count": 1, "users": 2}[question.order_by]
    return sorted(rows, key=lambda row: (-row[at], row[0]))[: question.limit]


def date_of(day: int) -> str:
    """A local day as ISO text."""
    return to_date(day).isoformat()


@as_asked
def span_of(world: World, question: Any) -> Span:
    """A question's range in a world, without the days that have not come."""
    calendar = calendar_of(world)
    span = resolve(question.range, calendar, world.now, earliest(world))
    today = local_day(world.now, calendar)
    if span.first_day > today or span.last_day <= today:
        return span
    return days_span(span.first_day, today, calendar, running=span.running)


@lru_cache(maxsize=65536)
def period_of(day: int, unit: str, week_start: int) -> int:
    """The first local day of the day's period, walking back day by day."""
    while True:
        when = to_date(day)
        first = {
            "daily": True,
            "weekly": when.weekday() == week_start,
            "monthly": when.day == 1,
            "yearly": (when.month, when.day) == (1, 1),
        }[unit]
        if first:
            return day
        day -= 1


@lru_cache(maxsize=65536)
def later(first: int, unit: str, week_start: int, count: int) -> int:
    """The first local day of the period `count` periods after the one that starts on `first`."""
    for _ in range(count):
        day = first + 1
        while period_of(day, unit, week_start) == first:
            day += 1
        first = day
    return first


# -- retention (definitions 7)


@dataclass
class Cohorts:
    """Who started and who came back.

    Attributes:
        members: cohort label -> people.
        returned: (label, period) -> those of them who came back; for windows that have begun.
        incomplete: (label, period) -> whether the window ends after now.
    """

    members: dict[str, set[str]]
    returned: dict[tuple[str, int], set[str]]
    incomplete: dict[tuple[str, int], bool]

    def used(self, period: int, every: bool = False) -> list[str]:
        """The cohorts that the combined row counts at a period."""
        begun = [label for label in self.members if (label, period) in self.returned]
        return [c for c in begun if every or not self.incomplete[c, period]] or begun

    def combined(self, period: int, every: bool = False) -> tuple[set[str], set[str]]:
        """(everybody, those who came back) of the combined row at a period."""
        used = self.used(period, every)
        everybody = set().union(*(self.members[c] for c in used))
        return everybody, set().union(*(self.returned[c, period] for c in used))


@as_asked
def retention(world: World, question: Any, members: set[str] | None = None) -> Cohorts:
    """Calendar periods, returns in the N-th one."""
    unit, week = question.granularity, world.week_start
    calendar, span = calendar_of(world), span_of(world, question)
    found = Cohorts({}, {}, {})
    firsts: dict[str, int] = {}
    for item in _starts(world, question, span, members):
        first = period_of(item.day, unit, week)
        found.members.setdefault(date_of(first), set()).add(str(item.actor))
        firsts[date_of(first)] = first
    back = matching(world, question.return_event, return_clauses(question))
    for label, first in firsts.items():
        for n in range(question.periods):
            begin, end = later(first, unit, week, n), later(first, unit, week, n + 1)
            if calendar.day_start(begin) > (ended(world) or world.now):
                break
            came = people_of(item for item in back if begin <= item.day < end)
            own = found.members[label]
            found.returned[label, n] = own & came if n else own
            found.incomplete[label, n] = calendar.day_start(end) > known_until(world)
    return found


def return_clauses(question: Any) -> tuple[Clause, ...]:
    """What must hold of an event for it to be a return."""
    both = question.conditions if question.filters_on == "both" else ()
    return (*question.return_filters, *both)


@as_asked
def _starts(world: World, question: Any, span: Span, members: set[str] | None) -> list[Seen]:
    """The starts that put people in cohorts; conditions are held against the first one."""
    new = question.start_event == "_new"
    before, after = ((), question.start_filters) if new else (question.start_filters, ())
    start = "_all" if new else question.start_event
    items = [item for item in matching(world, start, before) if item.actor]
    if question.cohort == "first_in_range":
        items = within(items, span.start, span.end)
    if question.cohort != "every":
        first: dict[str, Seen] = {}
        for item in items:
            first.setdefault(str(item.actor), item)
        items = list(first.values())
    today_end = local_day(world.now, calendar_of(world)) + 1
    return [
        item
        for item in within(items, span.start, span.end)
        if (members is None or item.actor in members)
        and item.day < today_end
        and all(satisfies(world, item, clause) for clause in (*question.conditions, *after))
    ]


# -- lifecycle (definitions 4.12)

STATES = ("new", "returning", "resurrected", "dormant")


@as_asked
def lifecycle_groups(world: World, question: Any) -> set[Group]:
    """The groups of a lifecycle: those with people in some state in the range."""
    if not question.breakdown:
        return {()}
    items = matching(world, question.event, question.conditions)
    groups = {group_of(world, item, question.breakdown) for item in items}
    return {
        group
        for group in groups
        if any(any(periods) for periods in lifecycle(world, question, group=group).values())
    }


@as_asked
def lifecycle(
    world: World, question: Any, members: set[str] | None = None, *, compared: bool = False,
    group: Group = (),
) -> dict[str, list[set[str]]]:  # fmt: skip
    """People by state, one set per whole period of the range (or of the period compared with).

    Args:
        group: the value of the breakdown whose events alone are the activity.
    """
    unit, week, calendar = question.granularity, world.week_start, calendar_of(world)
    span = span_of(world, question)
    if compared:
        span, _ = compared_of(world, question, unit, sys.maxsize)
    items = matching(world, question.event, question.conditions, members)
    if span.cut:
        items = [item for item in items if item.ts < span.end]
    if group:
        items = [item for item in items if group_of(world, item, question.breakdown) == group]
    everything = matching(world, "_all") if question.new_means == "product" else items
    found: dict[str, list[set[str]]] = {state: [] for state in STATES}
    first = period_of(span.first_day, unit, week)
    while first <= min(span.last_day, local_day(world.now, calendar)):
        if calendar.day_start(first) > (ended(world) or world.now):
            break
        end = later(first, unit, week, 1)
        before = period_of(first - 1, unit, week)
        users = people_of(item for item in items if first <= item.day < end)
        previous = people_of(item for item in items if before <= item.day < first)
        seen_before = people_of(item for item in everything if item.day < first)
        found["new"].append(users - seen_before)
        found["returning"].append(users & previous)
        found["resurrected"].append((users & seen_before) - previous)
        found["dormant"].append(previous - users)
        first = end
    return found


# -- segments and audiences (definitions 5)

LIFECYCLE = ("new", "returning", "dormant", "churned")
ENGAGEMENT = ("one_timer", "casual", "regular", "power_user")


@as_asked
def segments(world: World, question: Any, members: set[str] | None = None) -> dict[str, set[str]]:
    """The people of each segment, and those without a session in the range."""
    span = span_of(world, question)
    day = min(span.last_day, local_day(world.now, calendar_of(world)))
    items = matching(world, None, question.conditions, members)
    found: dict[str, set[str]] = {key: set() for key in (*LIFECYCLE, *ENGAGEMENT, "no_sessions")}
    for actor in people_of(item for item in items if item.day <= day):
        days = [item.day for item in items if item.actor == actor and item.day <= day]
        found[_stage(day - min(days), day - max(days))].add(actor)
    for actor, count in _session_counts(world, items, span, day).items():
        found[_engagement(count)].add(actor)
    engaged = set().union(*(found[key] for key in ENGAGEMENT))
    found["no_sessions"] = set().union(*(found[key] for key in LIFECYCLE)) - engaged
    return found


def _stage(first_age: int, last_age: int) -> str:
    if first_age <= 7:
        return "new"
    if last_age <= 7:
        return "returning"
    return "dormant" if last_age <= 30 else "churned"


def _engagement(sessions: int) -> str:
    if sessions == 1:
        return "one_timer"
    if sessions <= 4:
        return "casual"
    return "regular" if sessions <= 14 else "power_user"


def _session_counts(world: World, items: list[Seen], span: Span, day: int) -> dict[str, int]:
    """Sessions of each person that hold a matching event and begin in the range."""
    began: dict[tuple[str, object], Seen] = {}
    for item in matching(world):
        if item.session is not None:
            began.setdefault(item.session, item)
    counts: dict[str, int] = {}
    for session in {item.session for item in items} - {None}:
        start = began[session]  # type: ignore[index]
        if span.start <= start.ts < span.end and start.day <= day:
            counts[str(start.actor)] = counts.get(str(start.actor), 0) + 1
    return counts


# -- funnels (definitions 6.3, 6.4)


@dataclass
class Funnel:
    """What a funnel should show of some people, from their reported attempts."""

    attempts: dict[str, list[Seen]]
    steps: int
    window: int
    now: int

    def reached(self, step: int) -> set[str]:
        """Who did steps 1 to `step`."""
        return {actor for actor, own in self.attempts.items() if len(own) >= step}

    def waits(self, first: int, last: int) -> list[float]:
        """Seconds between two steps of everybody who reached the later one, ascending."""
        return sorted(
            (own[last - 1].ts - own[first - 1].ts) / 1000
            for own in self.attempts.values()
            if len(own) >= last
        )

    @property
    def in_progress(self) -> int:
        """How many did not convert and still have time."""
        return sum(
            len(own) < self.steps and own[0].ts + self.window > self.now
            for own in self.attempts.values()
        )


@as_asked
def funnel(
    world: World, question: Any, span: Span, members: set[str] | None = None
) -> dict[Group, Funnel]:
    """The funnel of each group and, under (), of everybody; every possible attempt is tried."""
    fits = [
        matching(world, step.event, [*question.conditions, *step.filters], members)
        for step in question.steps
    ]
    window = (question.window_seconds or 10**12) * 1000
    found: dict[Group, Funnel] = {}
    for actor in people_of(fits[0]):
        own = [[item for item in items if item.actor == actor] for items in fits]
        tries = [
            attempt for first in within(own[0], span.start, span.end)
            for attempt in _attempts(own, [first], window)
        ]  # fmt: skip
        if not tries:
            continue
        best = min(tries, key=lambda a: (-len(a), a[0].ts, a[0].number, [x.ts for x in a]))
        for group in {(), group_of(world, best[0], question.breakdown)}:
            part = found.setdefault(group, Funnel({}, len(fits), window, world.now))
            part.attempts[actor] = best
    found.setdefault((), Funnel({}, len(fits), window, world.now))
    return found


def _attempts(fits: list[list[Seen]], begun: list[Seen], window: int) -> list[list[Seen]]:
    """An attempt and all its continuations, by definition 6.3."""
    found = [begun]
    for item in fits[len(begun)] if len(begun) < len(fits) else []:
        late = item.ts - begun[0].ts > window
        if item.ts >= begun[-1].ts and not late and item not in begun:
            found += _attempts(fits, [*begun, item], window)
    return found
