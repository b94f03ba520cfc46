"""Who did what, and what of it counts (definitions 1.1, 1.9), in plain loops over a world's events.

No oracle knows the workspace file or its SQL. Ranges and buckets come from `core.timeframe`,
which has its own tests; people and groups are texts, nobody is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from core.timeframe import Calendar, resolve
from tests.worlds.world import DAY, HOUR, Event, World

NONE = "(none)"
EMPTY = "(empty)"
CONTEXT = ("country", "region", "city", "language", "platform", "os", "device_type", "browser")
Group = tuple[str, ...]
P = ParamSpec("P")
Found = TypeVar("Found")
GAP = HOUR // 2


def as_asked(answer: Callable[Concatenate[World, Any, P], Found]) -> Callable[..., Found]:
    """Answer of a world as a question sees it."""

    @wraps(answer)
    def seen_so(world: World, question: Any, *args: P.args, **more: P.kwargs) -> Found:
        return answer(world_of(world, question), question, *args, **more)

    return seen_so


def world_of(world: World, question: Any) -> World:
    """A world as of its newest event in the range if the range names days to come, else as it is.

    What is dated after the world's now counts nowhere.
    """
    calendar = calendar_of(world)
    span = resolve(question.range, calendar, world.now)
    stored = [e.ts for e in world.events if not world.flagged(e.event, "deleted")]
    if span.last_day <= local_day(world.now, calendar):
        return world
    newest = max((ts for ts in stored if ts < span.end), default=world.now)
    return replace(world, now=max(world.now, newest))


def ended(world: World) -> int | None:
    """The newest event, where nothing has come for over a week: what comes later is not known."""
    newest = max((item.ts for item in seen(world)), default=None)
    return newest if newest is not None and world.now - newest > 7 * DAY else None


def known_until(world: World) -> int:
    """Now, or of data that has ended the end of its last day."""
    last = ended(world)
    calendar = calendar_of(world)
    return world.now if last is None else calendar.day_start(local_day(last, calendar) + 1)


def newest(world: World) -> int | None:
    """The time of the newest event."""
    return max((item.ts for item in seen(world)), default=None)


def known(world: World, starts: Iterable[int], values: Iterable[Any]) -> list[Any]:
    """Values of buckets that begin at some instants, None where the data has ended."""
    last = ended(world)
    pairs = zip(starts, values, strict=False)
    return [value if last is None or start <= last else None for start, value in pairs]


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
        Seen(n, actors[n], local_day(world.events[n].ts, calendar), session.get(n), world.events[n])
        for n in order
        if not world.flagged(world.events[n].event, "deleted")
    ]


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
