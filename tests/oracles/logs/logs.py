"""Logs in plain loops (definitions 4.9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from core.filters import AnyOf, Clause, Condition, NotOf
from core.log_levels import LEVELS, pattern_of
from core.timeframe import buckets, days_span, resolve
from tests.oracles.conditions import matching
from tests.oracles.seen import Seen, calendar_of, local_day, world_of
from tests.oracles.times import compared_of, until_the_end
from tests.worlds.world import World

OWN = ("level", "service", "source", "message", "pattern", "session", "session_id")


@dataclass(frozen=True)
class Written:
    """A log: UTC ms and texts, None where it has none; its level is a word of LEVELS."""

    ts: int
    level: str
    message: str
    service: str | None = None
    source: str | None = None
    session: str | None = None


def value_of(log: Written, field: str) -> str | None:
    """What one of its own fields says."""
    if field == "pattern":
        return pattern_of(log.message)
    return getattr(log, field.removesuffix("_id"))


def shown(log: Written, fields: Iterable[str]) -> tuple[str, ...]:
    """Its group."""
    texts = (value_of(log, field) for field in fields)
    return tuple("(none)" if text is None else text or "(empty)" for text in texts)


def fields_of(clause: Clause) -> set[str]:
    """The fields a clause is about."""
    if isinstance(clause, Condition):
        return {clause.field}
    inner = (
        (clause.not_,)
        if isinstance(clause, NotOf)
        else (clause.any if isinstance(clause, AnyOf) else clause.all)
    )
    return {field for each in inner for field in fields_of(each)}


def holds(log: Written, clause: Clause) -> bool:
    """Whether a log satisfies a clause about its own fields."""
    if isinstance(clause, NotOf):
        return not holds(log, clause.not_)
    if isinstance(clause, AnyOf):
        return any(holds(log, each) for each in clause.any)
    if not isinstance(clause, Condition):
        return all(holds(log, each) for each in clause.all)
    if clause.field == "level" and clause.operator in ("gt", "gte", "lt", "lte"):
        severity = -LEVELS.index(log.level)
        other = -LEVELS.index(str(clause.value).upper())
        return {
            "gt": severity > other,
            "gte": severity >= other,
            "lt": severity < other,
            "lte": severity <= other,
        }[clause.operator]
    text = value_of(log, clause.field)
    return clause.holds(None if text is None else (text,))


def counted_by(world: World, logs: list[Written], question: Any) -> tuple[World, list[Written]]:
    """The world and the logs as a question sees them: see `world_of`, for logs too."""
    calendar = calendar_of(world)
    span = resolve(question.range, calendar, world.now)
    if span.last_day <= local_day(world.now, calendar):
        return world, [log for log in logs if log.ts <= world.now]
    asked = world_of(world, question)
    last = max((log.ts for log in logs), default=world.now)
    newest = min(last, span.end - 1) if last > world.now else world.now
    return replace(asked, now=max(asked.now, newest)), logs


def wanted(world: World, logs: Iterable[Written], question: Any) -> tuple[list[Written], set[str]]:
    """The logs of all times that count, and the people that may stand behind them."""
    own = [c for c in question.conditions if fields_of(c) <= set(OWN)]
    others = [c for c in question.conditions if c not in own]
    given = {"service": question.service, "level": question.level, "source": question.source}
    found = [log for log in logs if all(holds(log, clause) for clause in own)]
    for field, one in given.items():
        if one is not None:
            found = [log for log in found if value_of(log, field) in ([one, *one])]
    with_people = [i for i in matching(world, None, others) if i.actor and given_session(i)]
    if others:
        kept = {given_session(item) for item in with_people}
        found = [log for log in found if log.session in kept]
    about_people = [c for c in others if all(f == "user" or ":" in f for f in fields_of(c))]
    allowed = {str(i.actor) for i in matching(world, None, about_people) if i.actor}
    return found, allowed


def given_session(item: Seen) -> str | None:
    """The session id that an event names."""
    return item.event.session


def people_of(world: World, logs: Iterable[Written], allowed: set[str]) -> list[str]:
    """Whose sessions the logs were written in."""
    sessions = {log.session for log in logs if log.session}
    return sorted(
        {
            str(i.actor)
            for i in matching(world)
            if i.actor in allowed and given_session(i) in sessions
        }
    )


def span_of(world: World, logs: Iterable[Written], question: Any) -> Any:
    """The range; all of history begins with the first log."""
    calendar = calendar_of(world)
    first = min((log.ts for log in logs), default=None)
    span = resolve(question.range, calendar, world.now, first)
    today = local_day(world.now, calendar)
    if span.first_day > today or span.last_day <= today:
        return span
    return days_span(span.first_day, today, calendar)


def within(logs: Iterable[Written], start: int, end: int) -> list[Written]:
    """The logs of a half-open stretch of time."""
    return [log for log in logs if start <= log.ts < end]


def volume(logs: list[Written], question: Any, slots: list[Any]) -> dict[Any, list[int]]:
    """Logs per bucket by group, groups without any left out."""
    groups = {
        shown(log, question.breakdown)
        for slot in slots
        for log in within(logs, slot.start, slot.end)
    }
    if not question.breakdown:
        groups = {()}
    return {
        group: [
            sum(
                shown(log, question.breakdown) == group
                for log in within(logs, slot.start, slot.end)
            )
            for slot in slots
        ]
        for group in groups
    }


def slots_of(
    world: World, question: Any, span: Any, unit: str, last: int | None
) -> tuple[list[Any], list[Any]]:
    """The buckets of the range, and of the one it is compared with.

    Args:
        last: the newest log, where nothing has come for over a week.
    """
    calendar = calendar_of(world)
    now = until_the_end(question, buckets(span, unit, calendar, world.now), last)
    if not question.compare:
        return now, []
    return now, compared_of(world, question, unit, len(now), span)[1]
